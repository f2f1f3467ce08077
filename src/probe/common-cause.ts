/**
 * Several services that fall silent together have one cause, and it is not their own: a switch, a
 * router, the power of a room. Pure. Called by Reachability; such services count as blind, not dead.
 */

export interface Silence {
  readonly cluster: string;
  /** Monotonic milliseconds at which the service fell silent; null: it answers. */
  readonly since: number | null;
}

const TOGETHER_MS = 60_000;
const CLUSTERS_MIN = 3;
const SHARE_MIN = 0.3;

/** The clusters that fell silent within the same minute as enough others, each with the reason. */
export function findCommonCause(clusters: readonly Silence[]): ReadonlyMap<string, string> {
  const silent = clusters
    .flatMap(({ cluster, since }) => (since === null ? [] : [{ cluster, since }]))
    .sort((a, b) => a.since - b.since);
  const needed = Math.max(CLUSTERS_MIN, Math.ceil(clusters.length * SHARE_MIN));
  const found = new Map<string, string>();
  let first = 0;
  for (const [last, { since }] of silent.entries()) {
    while (since - (silent[first]?.since ?? since) > TOGETHER_MS) first++;
    const group = silent.slice(first, last + 1);
    if (group.length < needed) continue;
    const reason = `${group.length} of ${clusters.length} services fell silent within the same minute: one cause, not this cluster's`;
    for (const { cluster } of group) found.set(cluster, reason);
  }
  return found;
}
