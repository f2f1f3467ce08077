/** The alarms of a cluster, its script's and the daemon's own, as `clusterd status` tells them. Pure. */
import type { WatchedCluster } from '../control/protocol.ts';

export type Watched = Extract<WatchedCluster, { kind: 'watched' }>;

export interface ShownAlarm {
  readonly name: string;
  readonly text: string;
  /** The command that the operator types next. */
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly sinceWall: number;
  /** Who has taken note of it; null: nobody yet. */
  readonly acknowledgedBy: string | null;
}

/** The newest last: it stands nearest to the prompt. */
export function alarmsOf(cluster: Watched): readonly ShownAlarm[] {
  const all = [...cluster.ownAlarms, ...(cluster.status?.alarms ?? [])];
  return all
    .map(({ name, text, type, sinceWall }) => ({
      name,
      text,
      type,
      sinceWall,
      acknowledgedBy: null,
    }))
    .sort((one, other) => one.sinceWall - other.sinceWall);
}
