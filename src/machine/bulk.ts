/**
 * The way of nearly all bytes: console output in which no pattern matches and for which no dialogue
 * waits. Does exactly what text.ts would do, without copying the whole state. Called by step.
 */
import { type ConsoleText, nextLine, splitPieces, takePiece } from './console.ts';
import type { Engine } from './engine.ts';
import { type Facts, isPastDoubt, recordBytes } from './facts.ts';
import type { Event } from './protocol.ts';
import { type MachineState, type NodeState, withConsole, withNodes } from './state.ts';

/** The next state, or null when the bytes need the full way. */
export function takeBytesQuickly(
  engine: Engine,
  state: MachineState,
  event: Extract<Event, { kind: 'bytes' }>,
): MachineState | null {
  if (state.task?.frames.some((frame) => frame.node === event.node)) {
    return null;
  }
  const before = state.nodes[event.node];
  if (!before.fresh && before.typedAt !== null) return null;
  const now = Math.max(state.now, event.at);
  const console = takeUnmatched(engine, state, before, event.data, now);
  if (console === null) return null;
  const facts = factsAfterBytes(before.facts, event.data.length);
  const node = withConsole(before, console, facts);
  const nodes: MachineState['nodes'] =
    event.node === 0 ? [node, state.nodes[1]] : [state.nodes[0], node];
  return withNodes(state, now, event.wall, nodes);
}

function factsAfterBytes(facts: Facts, count: number): Facts {
  if (isPastDoubt(facts)) return facts;
  const next = { ...facts };
  recordBytes(next, count, false);
  return next;
}

/** Does a pattern match for which this state has a line, that means something, or is yet unlogged? */
function matters(engine: Engine, state: MachineState, line: string): boolean {
  const here = engine.reactions[state.current]?.texts;
  return engine.patterns.lookup(line, 'finished').some((id) => {
    const text = engine.textOfMatch[id] ?? -1;
    const isName = id === engine.program.identity.match.id;
    return isName || (text >= 0 && (here?.has(text) !== false || !state.ignored.includes(text)));
  });
}

/** The console with the bytes added; null when a line has a match, or may be our own echo. */
function takeUnmatched(
  engine: Engine,
  state: MachineState,
  node: NodeState,
  data: string,
  now: number,
): ConsoleText | null {
  const before = node.console;
  const { pieces, escape } = splitPieces(before.escape, data);
  const console: ConsoleText = {
    tail: before.tail,
    line: before.line,
    escape,
    byteAt: now,
    looked: false,
    used: before.used,
    cutLines: before.cutLines,
  };
  for (const first of pieces) {
    let piece: typeof first | null = first;
    while (piece !== null) {
      const taken = takePiece(console, piece);
      if (taken.line !== null) {
        if (console.cutLines === 1 && before.cutLines === 0) return null;
        if (node.echo !== null && node.echo.line === console.line) return null;
        if (node.fresh && matters(engine, state, taken.line)) return null;
        nextLine(console);
      }
      piece = taken.rest;
    }
  }
  return console;
}
