/**
 * What the world does in a story, as moves that `clusterd sim --play` understands: the format stands
 * in simulation/story.ts. What a player cannot bring about (a journal that is full, a line that comes
 * back garbled) has no move: there the engine must find its own way.
 */
import type { Role, Span, Step } from '../language/program.ts';
import { sampleLine } from '../language/sample-line.ts';
import { parkedLines } from '../machine/evidence.ts';
import type { Space } from './space.ts';
import type { Decided } from './story.ts';

export type StoryMove =
  | { readonly do: 'text' | 'prompt'; readonly node: Role; readonly text: string }
  | { readonly do: 'answer'; readonly node: Role; readonly at: string }
  | { readonly do: 'silence'; readonly for: 'state' | 'try' | 'quiet' | `${number}ms` }
  | { readonly do: 'noise'; readonly node: Role }
  | { readonly do: 'net'; readonly level: 'alive' | 'dead' | 'blind' }
  | { readonly do: 'operator'; readonly request: string; readonly node?: Role }
  | { readonly do: 'power'; readonly outcome: 'off' | 'on' }
  | { readonly do: 'command'; readonly status: number }
  | { readonly do: 'restart' }
  | { readonly do: 'disconnect'; readonly node: Role };

export function movesOf(space: Space, decided: readonly Decided[]): StoryMove[] {
  const moves: StoryMove[] = [];
  for (let at = 0; at < decided.length; ) {
    const first = decided[at];
    if (first === undefined) break;
    const next = decided.findIndex((one, index) => index > at && one.call !== first.call);
    const together = decided.slice(at, next < 0 ? decided.length : next);
    const once = together.flatMap((one) => movesOfOne(space, one));
    for (let times = timesOf(space, first); times > 0; times--) moves.push(...once);
    at += together.length;
  }
  return moves;
}

/** Can a player bring all of it about? */
export function isPlayable(decided: readonly Decided[]): boolean {
  return decided.every(({ cause: { what } }) => {
    if (what.kind === 'bound' || what.kind === 'journal') return false;
    return what.kind !== 'failure' || ['unreachable', 'refused', 'unproven'].includes(what.name);
  });
}

/** The proof reads one value for all of them; the machine reads each. */
function timesOf(space: Space, { call }: Decided): number {
  if (call === null) return 1;
  const [first] = call.summary.found.nodes;
  const frame = first?.kind === 'running' ? first.running.frames[0] : undefined;
  const end = call.summary.found.nodes[call.at];
  if (frame?.kind !== 'dialogue' || end?.kind !== 'ended' || !end.ending.ok) return 1;
  if (space.dialogue(frame.dialogue).howTo !== 'read') return 1;
  return parkedLines(space.engine, frame.node).length;
}

function movesOfOne(space: Space, { running, cause }: Decided): StoryMove[] {
  const { what, span, leastMs } = cause;
  switch (what.kind) {
    case 'step':
      return leastMs > 0 ? [{ do: 'silence', for: 'state' }] : [];
    case 'known':
    case 'bound':
    case 'journal':
      return [];
    case 'restart':
      return [{ do: 'restart' }];
    case 'text': {
      const { role, text } = what;
      if (running !== null) return [{ do: 'answer', node: role, at: placeOf(span) }];
      const isPrompt = space.program.texts[text]?.prompt === true;
      return [{ do: isPrompt ? 'prompt' : 'text', node: role, text: sampleOf(space, text) }];
    }
    case 'answer':
      return [{ do: 'answer', node: what.role, at: placeOf(span) }];
    case 'quiet':
      return [{ do: 'silence', for: 'quiet' }];
    case 'silence':
      return Array.from({ length: what.again ? 1 : triesAt(space, span) }, () => TRY);
    case 'noise':
      return [{ do: 'noise', node: what.role }];
    case 'failure':
      return what.name === 'unreachable' ? [{ do: 'disconnect', node: what.role }] : [];
    case 'net':
      return [{ do: 'net', level: what.level }, ...passing(leastMs)];
    case 'operator': {
      const { request, role } = what;
      // Nobody is believed to be off who wrote something a moment ago.
      if (request === 'confirm' && role !== null) {
        return [...passing(CONFIRM_MS), { do: 'operator', request, node: role }];
      }
      return [
        role === null ? { do: 'operator', request } : { do: 'operator', request, node: role },
      ];
    }
    case 'time':
      return passing(leastMs);
    case 'power':
      return [{ do: 'power', outcome: what.off ? 'off' : 'on' }];
    case 'command':
      return [{ do: 'command', status: what.ok ? 0 : 1 }];
  }
}

const TRY: StoryMove = { do: 'silence', for: 'try' };
const CONFIRM_MS = 30_000;

/** What is repeated meanwhile is not answered either. */
function passing(ms: number): StoryMove[] {
  return ms > 0 ? [{ do: 'silence', for: `${ms}ms` }] : [];
}

function placeOf(span: Span | null): string {
  return span === null ? '' : `${span.file}:${span.line}:${span.column}`;
}

function triesAt(space: Space, span: Span | null): number {
  const steps = space.program.dialogues.flatMap((dialogue): readonly Step[] => dialogue.steps);
  const found = steps.find((step) => step.span === span);
  return found?.kind === 'expect' ? found.tries : 1;
}

function sampleOf(space: Space, text: number): string {
  for (const match of space.program.texts[text]?.matches ?? []) {
    const line = sampleLine(match);
    if (line !== null) return line;
  }
  return '';
}
