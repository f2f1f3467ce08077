/**
 * A replay from end to end: a program, a target and one or two recordings in; entries and a summary
 * out. Called by the command `replay` and by tests. Pure but for `tell`.
 */

import type { Program } from '../language/program.ts';
import { bindEngine } from '../machine/engine.ts';
import type { PatternSet } from '../machine/patterns.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { Target } from '../machine/target.ts';
import { isHarmlessKey, isHarmlessLine } from '../machine/typing.ts';
import { Exchanges } from './exchanges.ts';
import { Feed } from './feed.ts';
import type { Entry } from './happening.ts';
import { ListeningPatterns } from './listening-patterns.ts';
import { type NetLevelAt, type PlayEnd, Player } from './player.ts';
import type { Item, Recording } from './recording.ts';
import { type Summary, Tally } from './tally.ts';

/** The part of the recordings that is played; both ends belong to it. */
export interface Window {
  contains(item: Item): boolean;
}

export interface ReplayRequest {
  readonly program: Program;
  readonly target: Target;
  readonly patterns: PatternSet;
  /** By node of the target. */
  readonly recordings: readonly [Recording | null, Recording | null];
  readonly active: NodeIndex;
  readonly levels: readonly NetLevelAt[];
  readonly assumed: Readonly<Record<string, string>>;
  readonly window: Window;
  tell(entry: Entry): void;
}

export interface Replayed {
  readonly summary: Summary;
  readonly end: PlayEnd;
  /** Of the first and the last item that was played. */
  readonly from: number;
  readonly to: number;
}

/** Null when nothing of the recordings lies in the window. */
export function replay(request: ReplayRequest): Replayed | null {
  const { program, target, patterns, recordings, window } = request;
  const listening = new ListeningPatterns(patterns);
  const engine = bindEngine(program, target, listening);
  const judge = {
    isHarmless: (line: string) =>
      line === ''
        ? isHarmlessKey(engine, { kind: 'named', name: 'RETURN' })
        : isHarmlessLine(engine, line),
    isKnown: (line: string) => patterns.lookup(line, 'finished').length > 0,
  };
  const feedOf = (recording: Recording | null): Feed | null => {
    if (recording === null) return null;
    const items = recording.items.filter((item) => window.contains(item));
    return items.length === 0 ? null : new Feed(items, new Exchanges(items, judge));
  };
  const feeds = [feedOf(recordings[0]), feedOf(recordings[1])] as const;
  const span = spanOf(recordings, window);
  if (span === null) return null;
  const { from, to } = span;
  const tally = new Tally();
  const tell = (entry: Entry) => {
    tally.take(entry);
    request.tell(entry);
  };
  const { active, levels, assumed } = request;
  const player = new Player({
    engine,
    patterns: listening,
    feeds,
    active,
    levels,
    assumed,
    from,
    tell,
  });
  const end = player.run();
  return { summary: tally.summary, end, from, to };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function spanOf(recordings: ReplayRequest['recordings'], window: Window): Span | null {
  let span: Span | null = null;
  for (const recording of recordings) span = widen(span, recording?.items ?? [], window);
  return span;
}

/** Items stand in order of time. */
function widen(span: Span | null, items: readonly Item[], window: Window): Span | null {
  const first = items.find((item) => window.contains(item));
  const last = items.findLast((item) => window.contains(item));
  if (first === undefined || last === undefined) return span;
  const from = Math.min(first.wall, span?.from ?? first.wall);
  return { from, to: Math.max(last.wall, span?.to ?? last.wall) };
}
