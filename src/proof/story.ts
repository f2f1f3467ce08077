/**
 * The way to a point in plain words: one step for each thing that the world decided, with the line of
 * the script that took it. And the same way as moves that `clusterd sim --play` can play.
 */
import type { Role, Span } from '../language/program.ts';
import type { Target } from '../machine/target.ts';
import { type Cause, type Config, type Running, roleOf } from './config.ts';
import type { Explored } from './explore.ts';
import type { View } from './prove.ts';
import { wayTo } from './search.ts';
import type { Space } from './space.ts';
import { isPlayable, movesOf, type StoryMove } from './story-moves.ts';
import type { Course, Via } from './summaries.ts';

export interface Story {
  /** One sentence: what this way ends in. */
  readonly claim: string;
  /** What CList says, where it comes to that. */
  readonly choice: Choice;
  readonly steps: readonly StoryStep[];
  readonly moves: readonly StoryMove[];
  /** False: it needs a journal, a used up bound or noise that the moves cannot bring about. */
  readonly isPlayable: boolean;
}

export type Choice = Pick<Target, 'onSilence' | 'serviceLost'>;

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
  /** The innermost dialogue or verb in which it fell; what is read of each variable is told once. */
  readonly call: Course | null;
}

export function storyTo(view: View, at: number, claim: string): Story {
  const decided = decisionsTo(view.explored.found, at);
  const steps = decided.flatMap((one) => stepOf(view.space, one));
  const last = view.explored.found.nodes[at];
  if (last !== undefined) steps.push(lastStep(view.space, last));
  const { onSilence, serviceLost } = view.space.engine.target;
  return {
    claim,
    choice: { onSilence, serviceLost },
    steps,
    moves: movesOf(view.space, decided),
    isPlayable: isPlayable(decided),
  };
}

/** From the first start of the daemon to this point. */
export function decisionsTo(found: Explored['found'], at: number): Decided[] {
  const way = wayTo(found, at);
  const root = way[0]?.before ?? found.nodes[at];
  const decided = way.flatMap(({ before, via, after }) => decisionsAt(before, via, after));
  if (root === undefined || root === found.nodes[0]) return decided;
  return [...untilRestart(found, root.state), ...decided];
}

/** How it comes to the lasting state to which a restart leads back. */
function untilRestart(found: Explored['found'], state: number): Decided[] {
  const restart: Decided = {
    state,
    running: null,
    task: null,
    cause: RESTART,
    to: null,
    call: null,
  };
  const entered = found.nodes.findIndex((one, at) => {
    return one.state === state && wayTo(found, at)[0]?.before === found.nodes[0];
  });
  return [...(entered < 0 ? [] : decisionsTo(found, entered)), restart];
}

const RESTART: Cause = { what: { kind: 'restart' }, span: null, leastMs: 0, mostMs: 0 };

/** What the world decided between two points. */
export function decisionsAt(before: Config, via: Via, after: Config): Decided[] {
  const to = after.state === before.state ? null : after.state;
  const inner = [...begun(before.state, via.begun), ...within(before.state, via.course, null)];
  const here: Decided = {
    state: before.state,
    running: null,
    task: null,
    cause: via.cause,
    to,
    call: null,
  };
  if (inner.length === 0 || via.course === null || !isEnd(via.course)) return [...inner, here];
  // The last answer ended the task; that is told. What the script made of it is one step more.
  const taken: Cause = { ...via.cause, what: { kind: 'step' }, leastMs: 0, mostMs: 0 };
  return [...inner, { ...here, cause: taken }];
}

/** Time had to pass before it was begun. */
function begun(state: number, cause: Cause | undefined): Decided[] {
  if (cause === undefined || cause.leastMs === 0) return [];
  return [{ state, running: null, task: null, cause, to: null, call: null }];
}

function isEnd({ summary, at }: Course): boolean {
  return summary.found.nodes[at]?.kind === 'ended';
}

function within(state: number, course: Course | null, task: Running | null): Decided[] {
  if (course === null) return [];
  const first = course.summary.found.nodes[0];
  const outer = task ?? (first?.kind === 'running' ? first.running : null);
  const way = wayTo(course.summary.found, course.at).flatMap(({ before, via }) => {
    const called = coursesOf(via).flatMap((one) => within(state, one, outer));
    if (called.length > 0) return called;
    const running = before.kind === 'running' ? before.running : null;
    return [{ state, running, task: outer, cause: via.cause, to: null, call: course }];
  });
  return [...way, ...within(state, course.inner, outer)];
}

/** First things first. */
function coursesOf({ course, earlier }: Via): Course[] {
  const courses = course === null ? [] : [course];
  for (let one = earlier ?? null; one !== null; one = one.earlier) courses.unshift(one.course);
  return courses;
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
  const text = `boots the ${role} node; of the ${other} one ${knownOf(space, config, role)}`;
  return { state: state.name, text, span: action?.span ?? null };
}

/** What the law looks at, in words. */
function knownOf(space: Space, config: Config, booted: 'active' | 'standby'): string {
  const other = config.known[booted === 'active' ? 1 : 0];
  if (other < 0) return 'anything may be known';
  const { condition, resumable, resetAt, identity, reads } = space.knowledge.facts(other);
  const seen = SEEN[condition];
  const lacks = [
    ...(resetAt === null ? ['that it was reset'] : []),
    ...(Object.keys(reads).length === 0 ? ['that it is parked'] : []),
    ...(identity === 'proven' ? [] : ['which machine it is']),
    ...(resumable === null ? [] : ['that nothing sleeps under its prompt']),
  ];
  const known =
    seen === undefined ? 'nothing is known' : `is known only that it was last seen ${seen}`;
  return lacks.length === 0 ? known : `${known}; not ${lacks.join(', nor ')}`;
}

/** What stands behind the name of a failure; names of the library's own are told as they are. */
function failureWords(name: string, role: Role): string {
  const why = FAILURES[name];
  return why === undefined ? `fails: ${name}` : why.replace('NODE', `the ${role} node`);
}

const FAILURES: Readonly<Record<string, string>> = {
  refused: 'the engine refuses it',
  unreachable: 'the console of NODE cannot be reached',
  garbled: 'what is typed at NODE comes back garbled',
  'wrong-node': 'another machine answers on the line of NODE',
  different: 'a value of NODE is not the parked one',
  unwritable: 'the journal cannot be written',
  unproven: 'what was seen of NODE proves nothing',
  'no-device': 'NODE has no power device',
  'no-more-paths': 'no boot path of NODE is left',
};

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
    case 'known':
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
      return `${doing}${failureWords(what.name, what.role)}`;
    case 'net':
      return `the service address is ${what.level}${leastMs > 0 ? ` for ${lasting(leastMs)}` : ''}`;
    case 'operator':
      return `an operator says ${what.request}${what.role === null ? '' : ` ${what.role}`}`;
    case 'restart':
      return 'the daemon is killed and started again: it comes back to this state, and has to prove everything anew';
    case 'journal':
      return `the journal says: unfinished ${what.unfinished}`;
    case 'time':
      return `${lasting(leastMs)} pass`;
    case 'power':
      return `${doing}the power device ${what.off ? `says that the ${what.role} node is off` : 'does not say off'}`;
    case 'command':
      return `the command ${what.ok ? 'succeeds' : 'fails'}`;
    case 'bound':
      return 'it was tried as often as its bound allows';
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
