/**
 * The way to a point in plain words: one step for each thing that the world decided, with the line of
 * the script that took it. And the same way as moves that `clusterd sim --play` can play.
 */
import type { Span } from '../language/program.ts';
import { type Cause, type Config, type Running, roleOf } from './config.ts';
import type { Explored } from './explore.ts';
import type { View } from './prove.ts';
import { wayTo } from './search.ts';
import type { Space } from './space.ts';
import { movesOf, type StoryMove } from './story-moves.ts';
import type { Course, Via } from './summaries.ts';

export interface Story {
  /** One sentence: what this way ends in. */
  readonly claim: string;
  readonly steps: readonly StoryStep[];
  readonly moves: readonly StoryMove[];
}

export interface StoryStep {
  readonly state: string;
  readonly text: string;
  /** Where the script says so; null where the engine or the world decides alone. */
  readonly span: Span | null;
}

/** One decision of the world, and within which task it fell. */
export interface Decided {
  readonly state: number;
  readonly running: Running | null;
  /** The first frame of that task. */
  readonly task: Running | null;
  readonly cause: Cause;
  /** The state that it leads to, or null. */
  readonly to: number | null;
}

export function storyTo(view: View, at: number, claim: string): Story {
  const decided = decisionsTo(view.explored.found, at);
  const steps = decided.flatMap((one) => stepOf(view.space, one));
  const last = view.explored.found.nodes[at];
  if (last !== undefined) steps.push(lastStep(view.space, last));
  return { claim, steps, moves: decided.flatMap((one) => movesOf(view.space, one)) };
}

/** From the start of the daemon to this point. */
export function decisionsTo(found: Explored['found'], at: number): Decided[] {
  return wayTo(found, at).flatMap(({ before, via, after }) => decisionsAt(before, via, after));
}

/** What the world decided between two points. */
export function decisionsAt(before: Config, via: Via, after: Config): Decided[] {
  const to = after.state === before.state ? null : after.state;
  const inner = [...begun(before.state, via.begun), ...within(before.state, via.course, null)];
  const here: Decided = { state: before.state, running: null, task: null, cause: via.cause, to };
  if (inner.length === 0 || via.course === null || !isEnd(via.course)) return [...inner, here];
  // The last answer ended the task; that is told. What the script made of it is one step more.
  const taken: Cause = { ...via.cause, what: { kind: 'step' }, leastMs: 0, mostMs: 0 };
  return [...inner, { ...here, cause: taken }];
}

/** Time had to pass before it was begun. */
function begun(state: number, cause: Cause | undefined): Decided[] {
  if (cause === undefined || cause.leastMs === 0) return [];
  return [{ state, running: null, task: null, cause, to: null }];
}

function isEnd({ summary, at }: Course): boolean {
  return summary.found.nodes[at]?.kind === 'ended';
}

function within(state: number, course: Course | null, task: Running | null): Decided[] {
  if (course === null) return [];
  const first = course.summary.found.nodes[0];
  const outer = task ?? (first?.kind === 'running' ? first.running : null);
  const way = wayTo(course.summary.found, course.at).flatMap(({ before, via }) => {
    const called = within(state, via.course, outer);
    if (called.length > 0) return called;
    const running = before.kind === 'running' ? before.running : null;
    return [{ state, running, task: outer, cause: via.cause, to: null }];
  });
  return [...way, ...within(state, course.inner, outer)];
}

function stepOf(space: Space, { state, task, cause, to }: Decided): StoryStep[] {
  const words = wordsOf(space, task, cause);
  if (words === null && to === null) return [];
  const goes = to === null ? '' : ` -> ${space.state(to).name}`;
  const text = `${words ?? 'goes on'}${goes}`;
  return [{ state: space.state(state).name, text, span: cause.span }];
}

function lastStep(space: Space, config: Config): StoryStep {
  const state = space.state(config.state);
  const action = state.actions[config.action];
  const role = action?.kind === 'boot' ? action.role : 'active';
  const other = role === 'active' ? 'standby' : 'active';
  const text = `boots the ${role} node; of the ${other} one is known: ${knownOf(space, config, role)}`;
  return { state: state.name, text, span: action?.span ?? null };
}

/** What the law looks at, in words. */
function knownOf(space: Space, config: Config, booted: 'active' | 'standby'): string {
  const other = config.known[booted === 'active' ? 1 : 0];
  if (other < 0) return 'anything';
  const { condition, resumable, resetAt, identity, reads } = space.knowledge.facts(other);
  const seen = condition === 'unknown' ? [] : [`it was seen ${SEEN[condition] ?? condition}`];
  const parts = [
    ...seen,
    ...(resumable === null ? [] : ['a system may sleep under its prompt']),
    ...(resetAt === null ? ['no reset was seen'] : []),
    ...(Object.keys(reads).length === 0 ? ['its values were not read back'] : []),
    ...(identity === 'proven' ? [] : ['nor which machine it is']),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

const SEEN: Readonly<Record<string, string>> = {
  running: 'running',
  firmware: 'at its firmware prompt',
  held: 'stopped by a BREAK',
  ended: 'ending by itself',
};

/** What the world did, in words; null: nothing that a reader has to know. */
function wordsOf(space: Space, task: Running | null, cause: Cause): string | null {
  const { what, leastMs } = cause;
  const doing = task === null ? '' : doingOf(space, task);
  switch (what.kind) {
    case 'step':
    case 'quiet':
      return null;
    case 'text':
      return `${doing}the ${what.role} node shows '${space.program.texts[what.text]?.name ?? '?'}'`;
    case 'answer':
      if (what.of === 'match') return null;
      return `${doing}the ${what.role} node ${what.of === 'identity' ? 'shows its identity' : 'answers something unknown'}`;
    case 'silence':
      return `${doing}no answer of the ${what.role} node${what.again ? ', once more' : ''}`;
    case 'noise':
      return `${doing}the ${what.role} node never stops printing`;
    case 'failure':
      return `${doing}fails: ${what.name}`;
    case 'net':
      return `the service address is ${what.level}${leastMs > 0 ? ` for ${lasting(leastMs)}` : ''}`;
    case 'operator':
      return `an operator says ${what.request}${what.role === null ? '' : ` ${what.role}`}`;
    case 'journal':
      return `the journal says: unfinished ${what.unfinished}`;
    case 'time':
      return `${lasting(leastMs)} pass`;
    case 'power':
      return `${doing}the power device ${what.off ? `says that the ${what.role} node is off` : 'does not say off'}`;
    case 'command':
      return `the command ${what.ok ? 'succeeds' : 'fails'}`;
    case 'bound':
      return 'once too often';
  }
}

/** `prove on active: ` */
function doingOf(space: Space, running: Running): string {
  const named = running.frames[0];
  if (named === undefined) return '';
  const name = named.kind === 'verb' ? named.verb : space.dialogue(named.dialogue).name;
  return `${name} on ${roleOf(running, named.node)}: `;
}

export function lasting(ms: number): string {
  return ms >= 120_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 1000)} s`;
}

/** As `check` prints it, one line for each step. */
export function formatStory(story: Story): string[] {
  const lines = story.steps.map(({ state, text, span }, index) => {
    const place = span === null ? '' : `  (${span.file}:${span.line})`;
    return `    ${String(index + 1).padStart(2)}. ${state}: ${text}${place}`;
  });
  return ['  how it comes to that:', ...lines, `  ${story.claim}`];
}
