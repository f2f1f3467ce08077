/**
 * One cluster as samples. Called for each cluster of a scrape. Pure. Labels are names from CList and
 * of states, grades and alarms of the script: no text of a console ever becomes one.
 */
import type { PowerDeviceStatus } from '../cluster/power-watch.ts';
import type { WatchedCluster } from '../control/protocol.ts';
import type { ClusterStatus, NodeStatus } from '../machine/describe.ts';
import type { Exposition, Family } from './exposition.ts';
import type { ClusterCounts } from './tally.ts';

function gauge(name: string, help: string): Family {
  return { name: `clusterd_${name}`, type: 'gauge', help };
}

function counter(name: string, help: string): Family {
  return { name: `clusterd_${name}`, type: 'counter', help };
}

const WATCHED = gauge('cluster_watched', '1: the cluster is watched, 0: it is refused.');
const CONTROLLED = gauge('cluster_controlled', '0: a fault inside stopped its control.');
const ARMED = gauge('cluster_armed', '0: it decides and sends nothing.');
const STATE = gauge('cluster_state', '1 for the state in which the cluster is.');
const ENTERED = gauge(
  'cluster_state_entered_timestamp_seconds',
  'When the present state was entered.',
);
const OWNER_KNOWN = gauge('cluster_owner_known', '0: nobody is known to own the disk.');
const UNFINISHED = gauge(
  'cluster_unfinished',
  '1: a takeover or boot was begun and has not ended.',
);
const SERVICE_UP = gauge(
  'service_up',
  '1: the service address answers, 0: it is dead; absent while that is not known.',
);
const ACTIVE = gauge('node_active', '1: the node owns the disk.');
const IN_SERVICE = gauge('node_in_service', '0: an operator took the node out of service.');
const CONNECTED = gauge('console_connected', '1: the console of the node is connected.');
const SILENT = gauge('console_silent_seconds', 'Time since the console last said anything.');
const EVIDENCE = gauge('evidence_age_seconds', 'Age of the evidence that is held against a node.');
const STALE = gauge('evidence_stale', '1: it has to be renewed before it counts.');
const POWER = gauge('power_device_answers', '1: the power device answered its last check.');
const POWER_CHECKED = gauge(
  'power_device_checked_timestamp_seconds',
  'When the power device was last checked.',
);
const ALARMS = gauge('cluster_alarms', 'Alarms that are up.');
const ALARM = gauge('alarm_raised_timestamp_seconds', 'When an alarm that is up was raised.');
const ACKNOWLEDGED = gauge('cluster_alarms_acknowledged', 'Alarms that are up and acknowledged.');
const JOURNAL_TROUBLE = gauge('journal_trouble', '1: the journal cannot be written.');
const LOG_TROUBLE = gauge('log_trouble', '1: a log or transcript cannot be written.');
const TAKEOVERS = counter('takeovers_total', 'Boots of the other node since the daemon started.');
const BOOTS = counter('boots_total', 'Boots since the daemon started.');
const BREAKS = counter('breaks_total', 'BREAKs since the daemon started.');

const JOURNAL_ALARM = 'clusterd:journal';
const LOG_ALARM = 'clusterd:log';

export function addCluster(to: Exposition, one: WatchedCluster, counts: ClusterCounts): void {
  const labels = { cluster: one.cluster };
  to.add(WATCHED, labels, one.kind === 'watched');
  if (one.kind === 'not-watched') return;
  const { status, fault, ownAlarms, acknowledged } = one;
  const alarms = [...ownAlarms, ...(status?.alarms ?? [])];
  const has = (name: string) => ownAlarms.some((alarm) => alarm.name === name);
  to.add(CONTROLLED, labels, fault === null);
  to.add(ALARMS, labels, alarms.length);
  to.add(ACKNOWLEDGED, labels, acknowledged.length);
  for (const { name, sinceWall } of alarms) {
    to.add(ALARM, { ...labels, alarm: name }, sinceWall / 1000);
  }
  to.add(JOURNAL_TROUBLE, labels, has(JOURNAL_ALARM));
  to.add(LOG_TROUBLE, labels, has(LOG_ALARM));
  to.add(TAKEOVERS, labels, counts.takeovers);
  to.add(BOOTS, labels, counts.boots);
  to.add(BREAKS, labels, counts.breaks);
  for (const device of one.power ?? []) addPower(to, labels, device);
  if (status !== null) addStatus(to, labels, status);
}

function addPower(
  to: Exposition,
  { cluster }: { readonly cluster: string },
  { node, device, outcome, checkedWall }: PowerDeviceStatus,
): void {
  const labels = { cluster, node, device };
  to.add(POWER, labels, outcome === null ? null : outcome !== 'no-answer');
  to.add(POWER_CHECKED, labels, checkedWall === null ? null : checkedWall / 1000);
}

function addStatus(
  to: Exposition,
  labels: { readonly cluster: string },
  status: ClusterStatus,
): void {
  const { state, sinceWall, inhibited, ownerDoubt, unfinished, net, nodes } = status;
  const isKnown = net.known && net.level !== 'blind';
  to.add(ARMED, labels, inhibited === null);
  to.add(STATE, { ...labels, state }, 1);
  to.add(ENTERED, labels, sinceWall / 1000);
  to.add(OWNER_KNOWN, labels, ownerDoubt === null);
  to.add(UNFINISHED, labels, unfinished !== 'none');
  to.add(SERVICE_UP, labels, isKnown ? net.level === 'alive' : null);
  for (const node of nodes) addNode(to, { ...labels, node: node.name }, node);
}

function addNode(
  to: Exposition,
  labels: { readonly cluster: string; readonly node: string },
  { role, inService, channel, silentForMs, evidence }: NodeStatus,
): void {
  to.add(ACTIVE, labels, role === 'active');
  to.add(IN_SERVICE, labels, inService);
  to.add(CONNECTED, labels, channel === 'connected');
  to.add(SILENT, labels, silentForMs === null ? null : silentForMs / 1000);
  for (const { grade, ageMs, stale } of evidence) {
    to.add(EVIDENCE, { ...labels, grade }, ageMs / 1000);
    to.add(STALE, { ...labels, grade }, stale);
  }
}
