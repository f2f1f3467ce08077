/**
 * Does a line of the log say that waiting came to an end for nothing better than time? Then no input
 * may lie there unread. Asked by monitor.ts of what is logged while a process wakes up that had stood
 * still. Each exemption names what else but time may have brought it.
 */
import type { LogEntry } from '../machine/protocol.ts';

/** Topics of what only time can have brought. */
const TOPICS: readonly string[] = ['dialogue', 'transition'];
/** A boot that the law refused, and the state that is left because of it. */
const REFUSED = /^boot:? failed[,:] refused \(/;
/** What cannot be done on a console that is not connected. */
const UNREACHABLE = /failed[,:] unreachable \(the console of (\S+) is /;

export interface Circumstances {
  /** A wire has just said what it is worth, or the address that it answers or cannot be judged. */
  readonly hasNews: boolean;
  /** Nodes whose consoles are not connected, as far as the daemon was told. */
  readonly lost: readonly string[];
}

export function givesUp({ topic, what, evidence }: LogEntry, now: Circumstances): boolean {
  if (now.hasNews || !TOPICS.includes(topic)) return false;
  // The wire has said so.
  const unreachable = UNREACHABLE.exec(`${what} ${evidence ?? ''}`)?.[1];
  if (unreachable !== undefined && now.lost.includes(unreachable)) return false;
  // The law says so at once, and no input can make it say otherwise.
  if (REFUSED.test(what) || REFUSED.test(evidence ?? '')) return false;
  // With both consoles there a machine that begins has nothing to wait for.
  const isBeginning = topic === 'transition' && !what.includes(' -> ');
  return !(isBeginning && now.lost.length === 0);
}
