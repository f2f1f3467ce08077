/**
 * Commands as the simulated monitor runs them. On a node: the one that shuts its system down does it,
 * where a system runs that the network reaches. Programs of the monitoring host are not there.
 */
import type { Clock } from '../clock/clock.ts';
import type { CommandOutcome } from '../cluster/parts.ts';
import type { SiteNode } from '../sim/site-node.ts';

const SHUTDOWN_MS = 3_000;
const MISSING_MS = 10;
/** A node that does not answer. */
const UNREACHED_MS = 5_000;
/** The connection was lost before the command ended. */
const LOST_STATUS = 255;

type Done = (outcome: CommandOutcome) => void;

/** The returned function ends it early. */
export function runSimulated(clock: Clock, done: Done): () => void {
  return clock.after(MISSING_MS, () => {
    done({ outcome: 'exited', status: 1, detail: 'simulated' });
  });
}

/** The returned function ends it early; a shutdown that has begun goes on. */
export function runOnSimulated(
  node: SiteNode,
  clock: Clock,
  argv: readonly string[],
  done: Done,
): () => void {
  const { machine } = node;
  if (!machine.isMultiUser || !machine.answersNetwork) {
    return clock.after(UNREACHED_MS, () => {
      done({ outcome: 'not-started', status: null, detail: 'simulated: no answer' });
    });
  }
  if (!/\binit 0\b/.test(argv.join(' '))) return runSimulated(clock, done);
  node.halt();
  return clock.after(SHUTDOWN_MS, () => {
    done({ outcome: 'exited', status: LOST_STATUS, detail: 'simulated' });
  });
}
