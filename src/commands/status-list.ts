/**
 * `clusterd status`: one line per cluster, its alarms below it, and a line that counts them. Pure.
 * The worst stand last, right above the count: with a thousand clusters that is what the terminal
 * still shows. Every free text is made safe to show: some of it came from a console.
 */
import type { RaisedAlarm } from '../alarm/alarm-board.ts';
import type { DaemonSummary, WatchedCluster } from '../control/protocol.ts';
import { visible } from '../log/visible.ts';
import type { ClusterStatus } from '../machine/describe.ts';
import { formatAge } from './age.ts';
import { plural } from './diagnostics-text.ts';
import { readinessOf } from './node-words.ts';
import { alarmsOf, siteAlarmLines } from './status-alarms.ts';
import { SEVERITIES, type Severity, severityOf } from './trouble.ts';

export interface Row {
  readonly cluster: WatchedCluster;
  readonly severity: Severity;
  /** Aligned with the others'; without its alarms. */
  readonly text: string;
  /** One line each. */
  readonly alarms: readonly string[];
}

const MARKS: Readonly<Record<Severity, string>> = { ok: '  ', warning: '! ', critical: '!!' };
const HEADER = ['  ', 'CLUSTER', 'STATE', 'FOR', 'ACTIVE', 'STANDBY', 'SERVICE', ''];

/** In the order of the names, the calm ones first; `header` has the same columns. */
export function listRows(
  clusters: readonly WatchedCluster[],
  wall: number,
): { readonly header: string; readonly rows: readonly Row[] } {
  const all = clusters.map((cluster) => ({ cluster, severity: severityOf(cluster) }));
  all.sort(
    (one, other) =>
      SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
      one.cluster.cluster.localeCompare(other.cluster.cluster, 'en', { numeric: true }),
  );
  const columns = all.map(({ cluster, severity }) => columnsOf(cluster, severity, wall));
  const cellOf = (row: readonly string[], column: number) =>
    row.length > column + 1 ? (row[column] ?? '') : '';
  const widths = HEADER.map((name, column) =>
    columns.reduce((width, row) => Math.max(width, cellOf(row, column).length), name.length),
  );
  const line = (row: readonly string[]) =>
    row.map((text, column) => (row.length > column + 1 ? text.padEnd(widths[column] ?? 0) : text));
  const joined = (row: readonly string[]) => line(row).join('  ').trimEnd();
  const rows = all.map(({ cluster, severity }, index) => ({
    cluster,
    severity,
    text: joined(columns[index] ?? []),
    alarms: alarmLines(cluster, wall),
  }));
  return { header: joined(HEADER), rows };
}

function columnsOf(cluster: WatchedCluster, severity: Severity, wall: number): readonly string[] {
  const head = [MARKS[severity], cluster.cluster];
  if (cluster.kind === 'not-watched') return [...head, `NOT WATCHED: ${visible(cluster.why)}`];
  const { fault, status } = cluster;
  if (status === null) return [...head, `FAULT: ${visible(fault ?? 'it cannot be described')}`];
  const standby = status.nodes.find(({ role }) => role === 'standby');
  const ready = standby === undefined ? '' : `${standby.name} ${readinessOf(standby)}`;
  const state = fault === null ? status.state : `FAULT in ${status.state}`;
  const age = formatAge(wall - status.sinceWall);
  const active = status.ownerDoubt === null ? status.active : '?';
  return [...head, state, age, active, ready, serviceOf(status), remarksOf(status).join(', ')];
}

function serviceOf({ net }: ClusterStatus): string {
  if (!net.known) return 'not known';
  return net.level === 'dead' ? 'DEAD' : net.level;
}

function remarksOf(status: ClusterStatus): string[] {
  const remarks: string[] = [];
  if (status.ownerDoubt !== null) remarks.push('OWNER IN DOUBT');
  const [inhibited = ''] = (status.inhibited ?? '').split(':');
  if (inhibited !== '') remarks.push(visible(inhibited).toUpperCase());
  if (status.unfinished !== 'none') remarks.push(`${status.unfinished} unfinished`);
  for (const { name, role, channel } of status.nodes) {
    if (role === 'active' && channel !== 'connected') remarks.push(`console of ${name} ${channel}`);
  }
  if (status.onSilence === 'trust') remarks.push('silence: TRUST');
  return remarks;
}

function alarmLines(cluster: WatchedCluster, wall: number): readonly string[] {
  if (cluster.kind === 'not-watched') return ['      type: clusterd check'];
  return alarmsOf(cluster).map(({ name, text, type, sinceWall, acknowledgedBy }) => {
    const age = formatAge(wall - sinceWall);
    const known = acknowledgedBy === null ? '' : ` (acknowledged by ${visible(acknowledgedBy)})`;
    return `      ALARM ${name}, for ${age}: ${visible(text)}${known} | type: ${visible(type)}`;
  });
}

/** `3 clusters: 1 ok, 1 warning, 1 critical; on 2 of them nothing is sent`. */
export function formatCount(clusters: readonly WatchedCluster[]): string {
  const severities = clusters.map(severityOf);
  const count = (severity: Severity) => severities.filter((one) => one === severity).length;
  const counts = SEVERITIES.map((severity) => `${count(severity)} ${severity}`).join(', ');
  const still = clusters.filter(
    (one) => one.kind === 'watched' && (one.status?.inhibited ?? null) !== null,
  ).length;
  const rest = still === 0 ? '' : `; on ${still} of them nothing is sent`;
  return `${plural(clusters.length, 'cluster')}: ${counts}${rest}`;
}

/** `onlyTrouble`: the calm ones are counted and not listed. */
export function formatList(
  clusters: readonly WatchedCluster[],
  wall: number,
  onlyTrouble = false,
): string {
  const { header, rows } = listRows(clusters, wall);
  const shown = rows.filter(({ severity }) => !onlyTrouble || severity !== 'ok');
  const lines = shown.flatMap(({ text, alarms }) => [text, ...alarms]);
  const table = lines.length === 0 ? [] : [header, ...lines];
  return [...table, formatCount(clusters)].map((line) => `${line}\n`).join('');
}

/** The lines above the list. */
export function formatDaemon(
  daemon: DaemonSummary,
  wall: number,
  siteAlarms: readonly RaisedAlarm[] = [],
): string {
  const age = formatAge(wall - daemon.startedWall);
  const head = `clusterd runs as process ${daemon.pid} for ${age}, ${daemon.home}`;
  const lines = [head, ...editLines(daemon, wall), ...siteAlarmLines(siteAlarms, wall)];
  return lines.map((line) => `${line}\n`).join('');
}

function editLines({ edited, waiting }: DaemonSummary, wall: number): string[] {
  const lines: string[] = [];
  if (edited !== null)
    lines.push(`  ${formatAge(wall - edited.sinceWall)} ago: ${visible(edited.text)}`);
  if (waiting.length > 0) lines.push(`  reloaded when it comes to rest: ${waiting.join(', ')}`);
  return lines;
}
