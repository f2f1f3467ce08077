/** The alarms of a cluster, its script's and the daemon's own, as `clusterd status` tells them. Pure. */
import type { RaisedAlarm } from '../alarm/alarm-board.ts';
import type { WatchedCluster } from '../control/protocol.ts';
import { visible } from '../log/visible.ts';
import { formatAge } from './age.ts';

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
      acknowledgedBy: noteOn(cluster, name, text),
    }))
    .sort((one, other) => one.sinceWall - other.sinceWall);
}

/** `anna: I drive there`, or null. Of another text nobody has taken note yet. */
function noteOn({ acknowledged }: Watched, name: string, text: string): string | null {
  const its = acknowledged.find((one) => one.name === name && one.text === text);
  if (its === undefined) return null;
  return its.note === '' ? its.by : `${its.by}: ${its.note}`;
}

/** Alarms of no cluster, a line each: they stand above the list. */
export function siteAlarmLines(alarms: readonly RaisedAlarm[], wall: number): readonly string[] {
  return alarms.map(({ name, text, type, sinceWall, acknowledged }) => {
    const age = formatAge(wall - sinceWall);
    const known = acknowledged === null ? '' : ` (acknowledged by ${visible(acknowledged.by)})`;
    return `ALARM of the site, ${name}, for ${age}: ${visible(text)}${known} | type: ${visible(type)}`;
  });
}
