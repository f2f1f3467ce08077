/**
 * What the regular checks of power devices need of a cluster that runs, and how it learns of their
 * troubles. Made by the daemon. Decides nothing.
 */
import type { Clock } from '../clock/clock.ts';
import type { LogSink, RunnerParts } from '../cluster/parts.ts';
import type { ClusterRunner } from '../cluster/runner.ts';
import type { PowerChecksOptions } from './power-checks.ts';

/** One alarm for each node. */
export const POWER_ALARM = 'clusterd:power';

type News = Pick<PowerChecksOptions, 'look' | 'tell'>;

/** `find`: null for a cluster that is not watched any more. */
export function powerOf(find: (cluster: string) => ClusterRunner | null): News {
  return {
    look(cluster, index) {
      const status = find(cluster)?.status() ?? null;
      const node = status?.nodes[index];
      if (status === null || node === undefined) return null;
      const isServing = node.role === 'active' && status.net.known && status.net.level === 'alive';
      return { silentForMs: node.silentForMs, isServing };
    },
    tell(cluster, node, trouble) {
      const own = find(cluster)?.own;
      const name = `${POWER_ALARM}-${node}`;
      if (trouble === null) own?.clear(name);
      else own?.raise(name, trouble, `clusterd doctor ${cluster}`);
    },
  };
}

/** What each device said stands in the log: the machine keeps only what follows from it. */
export function loggingPower(
  ask: RunnerParts['power'],
  log: LogSink,
  clock: Clock,
): RunnerParts['power'] {
  return async (node, action) => {
    const answer = await ask(node, action);
    const word = action === 'off' ? 'switched off and asked' : 'asked';
    const what = `${word}: ${answer.outcome}: ${answer.detail}`;
    const entry = { level: 'info', topic: 'power', state: '', node, what } as const;
    log.entry(entry, clock.now().wall);
    return answer;
  };
}
