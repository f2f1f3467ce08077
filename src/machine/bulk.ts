/**
 * The way of nearly all bytes: console output in which no pattern matches and for which no dialogue
 * waits. Does exactly what text.ts would do, without copying the whole state. Called by step.
 */
import { splitPieces, takePiece } from './console.ts';
import type { Engine } from './engine.ts';
import { DOUBT_BYTES_MAX } from './evidence.ts';
import { contradictOff, recordBytes } from './facts.ts';
import type { Event } from './protocol.ts';
import type { MachineState, NodeState } from './state.ts';

/** The next state, or null when the bytes need the full way. */
export function takeBytesQuickly(
  engine: Engine,
  state: MachineState,
  event: Extract<Event, { kind: 'bytes' }>,
): MachineState | null {
  if (state.task?.frames.some((frame) => frame.node === event.node)) return null;
  const before = state.nodes[event.node];
  if (before.channel === 'connected' && !before.fresh && before.typedAt !== null) return null;
  const now = Math.max(state.now, event.at);
  const node: NodeState = {
    ...before,
    console: { ...before.console, byteAt: now, looked: false },
    facts: { ...before.facts },
  };
  if (!takeUnmatched(engine, node, event.data)) return null;
  recordBytes(node.facts, event.data.length, false);
  if (node.facts.doubtBytes > DOUBT_BYTES_MAX) contradictOff(node.facts);
  const nodes: MachineState['nodes'] =
    event.node === 0 ? [node, state.nodes[1]] : [state.nodes[0], node];
  return { ...state, now, wall: event.wall, nodes };
}

/** Adds the bytes to the console. False when a line has a match, or may be our own echo. */
function takeUnmatched(engine: Engine, node: NodeState, data: string): boolean {
  const { console } = node;
  const { pieces, escape } = splitPieces(console.escape, data);
  console.escape = escape;
  for (const first of pieces) {
    let piece: typeof first | null = first;
    while (piece !== null) {
      const taken = takePiece(console, piece);
      if (taken.line !== null) {
        if (node.echo !== null && node.echo.line === console.line) return false;
        if (node.fresh && engine.patterns.lookup(taken.line, false).length > 0) return false;
        console.line += 1;
        if (console.used.length > 0) console.used = [];
      }
      piece = taken.rest;
    }
  }
  return true;
}
