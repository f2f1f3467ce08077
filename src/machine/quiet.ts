/**
 * When silence on a console is long enough to mean something: an unfinished line is looked at, a new
 * connection is believed. Called by machine.ts and, for text that is not part of a state yet, by
 * bulk.ts.
 */
import type { ConsoleText } from './console.ts';
import type { Engine } from './engine.ts';
import type { NodeState } from './state.ts';

/** After a connection nothing is believed before the console was quiet for so long. */
const SETTLE_MS = 5000;
/** One that never falls quiet is believed after so long: no terminal server replays for a minute. */
const SETTLE_MS_MAX = 60_000;

/** When the connection of this node is believed. `console`: its text now. */
export function freshAt(node: NodeState, console: ConsoleText): number {
  if (node.fresh || node.channel !== 'connected') return Number.POSITIVE_INFINITY;
  return Math.min(console.byteAt + SETTLE_MS, node.channelSince + SETTLE_MS_MAX);
}

/** When its unfinished line is looked at. */
export function tailAt(engine: Engine, node: NodeState, console: ConsoleText): number {
  if (!node.fresh || node.channel !== 'connected' || console.looked || console.tail === '') {
    return Number.POSITIVE_INFINITY;
  }
  return console.byteAt + engine.target.promptQuietMs;
}
