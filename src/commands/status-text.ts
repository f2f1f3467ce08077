/**
 * What `clusterd status` prints: one line per cluster, or a page about one. Pure.
 * Called by status. Every free text is made safe to show: some of it came from a console.
 */
import type { DaemonSummary, WatchedCluster } from '../control/protocol.ts';
import { visible } from '../log/visible.ts';
import { formatLocal } from '../log/wall-time.ts';
import type { ClusterStatus, NodeStatus } from '../machine/describe.ts';
import { formatAge } from './age.ts';

type Watched = Extract<WatchedCluster, { kind: 'watched' }>;

export const TRUST_WARNING =
  'trust: a silent node is believed dead after two unanswered BREAKs; nothing proves it';

/** One line per cluster, and one below it for each alarm. */
export function formatList(clusters: readonly WatchedCluster[], wall: number): string {
  const rows = clusters.map((cluster) => ({ cluster, columns: columnsOf(cluster, wall) }));
  const widths = [0, 1, 2].map((column) =>
    Math.max(0, ...rows.map(({ columns }) => columns[column]?.length ?? 0)),
  );
  return rows
    .map(({ cluster, columns }) => {
      const padded = columns.map((text, column) => text.padEnd(widths[column] ?? 0));
      return [padded.join('  ').trimEnd(), ...alarmLines(cluster)].join('\n');
    })
    .map((text) => `${text}\n`)
    .join('');
}

function columnsOf(cluster: WatchedCluster, wall: number): readonly string[] {
  if (cluster.kind === 'not-watched') {
    return [cluster.cluster, 'NOT WATCHED', '', visible(cluster.why)];
  }
  const { status } = cluster;
  if (status === null) return [cluster.cluster, 'FAULT', '', visible(cluster.fault ?? '')];
  const state = cluster.fault === null ? status.state : `FAULT in ${status.state}`;
  const shadow = status.inhibited === null ? [] : ['DISARMED'];
  const facts = [
    ...shadow,
    `${status.active} active, ${status.standby} standby`,
    networkOf(status),
  ];
  const out = status.nodes.filter(({ inService }) => !inService).map(({ name }) => name);
  if (out.length > 0) facts.push(`${out.join(', ')} OUT OF SERVICE`);
  if (status.onSilence === 'trust') facts.push('silence: TRUST');
  return [cluster.cluster, state, formatAge(wall - status.sinceWall), facts.join(' | ')];
}

function alarmLines(cluster: WatchedCluster): string[] {
  if (cluster.kind === 'not-watched') return [];
  return alarmsOf(cluster).map(
    ({ name, text, type }) => `  ALARM ${name}: ${visible(text)} | type: ${visible(type)}`,
  );
}

function alarmsOf(cluster: Watched) {
  return [...cluster.ownAlarms, ...(cluster.status?.alarms ?? [])];
}

/** Everything about one cluster. */
export function formatPage(cluster: WatchedCluster, wall: number): string {
  if (cluster.kind === 'not-watched') {
    return `${cluster.cluster} is NOT WATCHED: ${visible(cluster.why)}\n  type: clusterd check\n`;
  }
  const { status } = cluster;
  const lines =
    status === null
      ? [`${cluster.cluster}: its machine cannot be described`]
      : [...headLines(status, wall), '', ...status.nodes.flatMap(nodeLines), ...timerLines(status)];
  if (cluster.fault !== null) {
    lines.splice(1, 0, `  NOT CONTROLLED: ${visible(cluster.fault)}; nothing is typed any more`);
  }
  return `${[...lines, '', ...pageAlarms(cluster, wall)].join('\n')}\n`;
}

function headLines(status: ClusterStatus, wall: number): string[] {
  const lines = [
    `${status.cluster}: ${status.state}: ${visible(status.summary)}`,
    field('since', `${formatLocal(status.sinceWall)}, for ${formatAge(wall - status.sinceWall)}`),
    field('why', visible(status.reason)),
    field('disk', diskOf(status)),
    field('network', `${networkOf(status)} for ${formatAge(status.net.forMs)}${netDetail(status)}`),
    field('silence', silenceOf(status.onSilence)),
    field('script', status.script),
  ];
  if (status.inhibited !== null) {
    lines.splice(1, 0, field('NOT ACTING', visible(status.inhibited)));
  }
  if (status.unfinished !== 'none') {
    lines.push(field('unfinished', `a ${status.unfinished} was begun and has not ended`));
  }
  if (status.doing !== null) lines.push(field('doing', visible(status.doing)));
  return lines;
}

function diskOf({ active, ownerAssumed, ownerDoubt }: ClusterStatus): string {
  if (ownerDoubt !== null) return `OWNER IN DOUBT: ${visible(ownerDoubt)}`;
  const assumed = ownerAssumed ? ' (assumed from CList: no journal says otherwise)' : '';
  return `${active} owns it${assumed}`;
}

function field(name: string, text: string): string {
  return `  ${name.padEnd(11)}${text}`;
}

function networkOf(status: ClusterStatus): string {
  return status.net.known ? `net ${status.net.level}` : 'net not yet known';
}

function netDetail(status: ClusterStatus): string {
  return status.net.detail === '' ? '' : ` (${visible(status.net.detail)})`;
}

export function silenceOf(onSilence: ClusterStatus['onSilence']): string {
  switch (onSilence) {
    case 'power':
      return 'power: a power device must say off before another node boots';
    case 'confirm':
      return 'confirm: an operator must confirm before another node boots; takeover is attended';
    case 'trust':
      return `TRUST: ${TRUST_WARNING.slice('trust: '.length)}`;
  }
}

function nodeLines(node: NodeStatus): string[] {
  const detail = node.channelDetail === '' ? '' : ` (${visible(node.channelDetail)})`;
  const facts = [
    `console ${node.channel}${detail}`,
    `identity ${node.identity}`,
    node.condition,
    node.silentForMs === null ? 'never heard' : `silent for ${formatAge(node.silentForMs)}`,
  ];
  if (!node.inService) facts.push('OUT OF SERVICE');
  const evidence = node.evidence.map(
    ({ grade, ageMs, stale, note }) =>
      `    ${grade}, ${formatAge(ageMs)} old${stale ? ', must be asked again' : ''}: ${visible(note)}`,
  );
  const proofs = evidence.length === 0 ? ['    no evidence'] : evidence;
  return [`  ${node.name}  ${node.role}: ${facts.join(', ')}`, ...proofs];
}

function timerLines(status: ClusterStatus): string[] {
  if (status.timers.length === 0) return [];
  const lines = status.timers.map(
    ({ what, dueInMs }) => `    in ${formatAge(dueInMs)}: ${visible(what)}`,
  );
  return ['', '  next', ...lines];
}

function pageAlarms(cluster: Watched, wall: number): string[] {
  const alarms = alarmsOf(cluster);
  if (alarms.length === 0) return ['  no alarms'];
  return alarms.flatMap(({ name, text, type, sinceWall }) => [
    `  ALARM ${name}, for ${formatAge(wall - sinceWall)}: ${visible(text)}`,
    `    type: ${visible(type)}`,
  ]);
}

/** The line above the list. */
export function formatDaemon(daemon: DaemonSummary, wall: number): string {
  const age = formatAge(wall - daemon.startedWall);
  return `clusterd runs as process ${daemon.pid} for ${age}, ${daemon.home}\n`;
}
