/**
 * `clusterd status CLUSTER`: everything about one cluster, for somebody who was just woken. Pure.
 * Every free text is made safe to show: some of it came from a console.
 */

import type { WatchedCluster } from '../control/protocol.ts';
import { assertNever } from '../language/assert-never.ts';
import { visible } from '../log/visible.ts';
import { formatLocal } from '../log/wall-time.ts';
import type { ClusterStatus, NodeStatus } from '../machine/describe.ts';
import { formatAge } from './age.ts';
import { consoleOf, evidenceLines, identityOf, shownBy, testedLines } from './node-words.ts';
import { alarmsOf, type Watched } from './status-alarms.ts';
import { powerLines } from './status-power.ts';

export const TRUST_WARNING =
  'trust: a silent node is believed dead after two unanswered BREAKs; nothing proves it';

/** `alarms`: at the end, next to the prompt, or right below the head, for a screen that is cut. */
export function formatPage(
  cluster: WatchedCluster,
  wall: number,
  alarms: 'last' | 'first' = 'last',
): string {
  if (cluster.kind === 'not-watched') {
    return `${cluster.cluster} is NOT WATCHED: ${visible(cluster.why)}\n  type: clusterd check\n`;
  }
  const { status, fault } = cluster;
  const head =
    status === null
      ? `${cluster.cluster}: its machine cannot be described`
      : `${status.cluster}: ${status.state}: ${visible(status.summary)}`;
  const lines = [head];
  if (fault !== null) {
    lines.push(`  NOT CONTROLLED: ${visible(fault)}; nothing is typed any more`);
  }
  if (alarms === 'first') lines.push('', ...pageAlarms(cluster, wall), '');
  if (status !== null) {
    lines.push(
      ...headLines(status, wall, cluster.late ?? null),
      ...status.nodes.flatMap(nodeLines),
    );
    lines.push(...powerLines(cluster.power ?? [], wall), ...timerLines(status));
    lines.push(...attachedLines(cluster, wall));
  }
  if (alarms === 'last') lines.push('', ...pageAlarms(cluster, wall));
  return `${lines.join('\n')}\n`;
}

function headLines(status: ClusterStatus, wall: number, late: string | null): string[] {
  const lines = [
    field('since', `${formatSecond(status.sinceWall)}, for ${formatAge(wall - status.sinceWall)}`),
    field('why', visible(status.reason)),
    field('disk', diskOf(status)),
    field('service', serviceOf(status, late)),
    field('silence', silenceOf(status.onSilence)),
    field('acts', actsOf(status)),
    ...(status.cables === null ? [] : [field('CABLES', visible(status.cables))]),
    field('script', visible(status.script)),
  ];
  if (status.unfinished !== 'none') {
    lines.push(field('unfinished', `a ${status.unfinished} was begun and has not ended`));
  }
  if (status.doing !== null) lines.push(field('doing', visible(status.doing)));
  return lines;
}

/** Local time; nobody needs its milliseconds here. */
function formatSecond(wall: number): string {
  return formatLocal(wall).slice(0, -'.000'.length);
}

function diskOf({ active, ownerAssumed, ownerDoubt }: ClusterStatus): string {
  if (ownerDoubt !== null) return `OWNER IN DOUBT: ${visible(ownerDoubt)}`;
  const assumed = ownerAssumed ? ' (assumed from CList: no journal says otherwise)' : '';
  return `${active} owns it${assumed}`;
}

function serviceOf({ net }: ClusterStatus, late: string | null): string {
  const detail = net.detail === '' ? '' : ` (${visible(net.detail)})`;
  if (!net.known) return `not yet known${detail}`;
  const level = net.level === 'dead' ? 'DEAD' : net.level;
  const word = `${level} for ${formatAge(net.forMs)}`;
  return late === null ? `${word}${detail}` : `${word}, LATE: ${visible(late)}`;
}

function actsOf({ inhibited }: ClusterStatus): string {
  if (inhibited === null) return 'by itself (armed)';
  return `NOTHING IS SENT: ${visible(inhibited)}`;
}

export function silenceOf(onSilence: ClusterStatus['onSilence']): string {
  switch (onSilence) {
    case 'power':
      return 'power: a power device must say off before another node boots';
    case 'confirm':
      return 'confirm: an operator must confirm before another node boots; takeover is attended';
    case 'trust':
      return `TRUST: ${TRUST_WARNING.slice('trust: '.length)}`;
    default:
      return assertNever(onSilence);
  }
}

function field(name: string, text: string): string {
  return `  ${name.padEnd(11)}${text}`;
}

function nodeLines(node: NodeStatus): string[] {
  const out = node.inService ? '' : ', OUT OF SERVICE: nothing is typed there';
  const word = node.role === 'active' ? 'active: owns the disk' : 'standby';
  const [first = '', ...more] = evidenceLines(node);
  const tested = testedLines(node);
  return [
    '',
    `  ${node.name}  ${word}${out}`,
    nodeField('console', consoleOf(node)),
    nodeField('showed', shownBy(node)),
    nodeField('identity', identityOf(node)),
    ...(tested.length === 0 ? [] : [nodeField('tested', tested.join('; '))]),
    nodeField('evidence', first),
    ...more.map((text) => nodeField('', text)),
  ];
}

function nodeField(name: string, text: string): string {
  return `    ${name.padEnd(9)}${text}`.trimEnd();
}

function timerLines(status: ClusterStatus): string[] {
  if (status.timers.length === 0) return [];
  const lines = status.timers.map(
    ({ what, dueInMs }) => `    in ${formatAge(dueInMs)}: ${visible(what)}`,
  );
  return ['', '  next', ...lines];
}

function attachedLines({ attached }: Watched, wall: number): string[] {
  if (attached.length === 0) return [];
  const lines = attached.map(({ operator, node, sinceWall, isWriting }) => {
    const what = isWriting ? 'TYPES on' : 'watches';
    return `    ${visible(operator)} ${what} ${visible(node)}, for ${formatAge(wall - sinceWall)}`;
  });
  return ['', '  attached', ...lines];
}

function pageAlarms(cluster: Watched, wall: number): string[] {
  const alarms = alarmsOf(cluster);
  if (alarms.length === 0)
    return [`  no alarms; earlier ones: clusterd history ${cluster.cluster}`];
  return alarms.flatMap(({ name, text, type, sinceWall, acknowledgedBy }) => [
    `  ALARM ${name}, since ${formatSecond(sinceWall)}, for ${formatAge(wall - sinceWall)}: ${visible(text)}`,
    ...(acknowledgedBy === null ? [] : [`    acknowledged by ${visible(acknowledgedBy)}`]),
    `    type: ${visible(type)}`,
  ]);
}
