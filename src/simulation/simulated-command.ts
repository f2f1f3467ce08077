/**
 * Programs of the monitoring host: the one that shuts the running system down over the network does
 * it, all others are not there. Called by the simulated monitor.
 */
import type { Clock } from '../clock/clock.ts';
import type { CommandOutcome } from '../cluster/parts.ts';
import type { Site } from '../sim/site.ts';

const SHUTDOWN_MS = 3_000;
const MISSING_MS = 10;

/** The returned function ends it early. */
export function runSimulated(
  site: Site,
  clock: Clock,
  argv: readonly string[],
  done: (outcome: CommandOutcome) => void,
): () => void {
  const isShutdown = argv.some((word) => /\binit 0\b/.test(word));
  const { serving } = site.network;
  if (isShutdown && serving !== null) {
    const node = site.node(serving);
    if (node.machine.isMultiUser) node.halt();
  }
  return clock.after(isShutdown ? SHUTDOWN_MS : MISSING_MS, () => {
    done({ outcome: 'exited', status: isShutdown ? 255 : 1, detail: 'simulated' });
  });
}
