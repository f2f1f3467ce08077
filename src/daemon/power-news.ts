/**
 * What the regular checks of power devices need of a cluster that runs, and how it learns of their
 * troubles. Made by the daemon. Decides nothing.
 */
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
      else own?.raise(name, trouble, `clusterd status ${cluster}`);
    },
  };
}
