/**
 * An operator knows of an alarm: `clusterd ack`. Called by the daemon. The log says who; the boards
 * tell the sinks.
 */
import { SITE } from '../alarm/alarm-event.ts';
import { type Reply, type Request, refusal } from '../control/protocol.ts';
import { didYouMean } from '../language/diagnostics.ts';
import type { SharedParts } from './shared-parts.ts';

type Asked = Extract<Request, { kind: 'acknowledge' }>;

/** `clusters`: the names of those that are watched. */
export function acknowledge(asked: Asked, shared: SharedParts, clusters: readonly string[]): Reply {
  const { cluster, alarm, note, operator } = asked;
  const its = shared.alarmsOf(cluster);
  if (its?.acknowledge(alarm, operator, note) != null) return done(asked);
  const isSite = cluster === SITE;
  if (isSite && shared.siteAlarms.acknowledge(alarm, operator, note) !== null) return done(asked);
  if (its === null && !isSite) return noCluster(cluster, clusters);
  const names = (its ?? shared.siteAlarms).list().map(({ name }) => name);
  const hint =
    didYouMean(alarm, names) ?? (names.length === 0 ? '' : `up are: ${names.join(', ')}`);
  return refusal(
    'unknown-alarm',
    `no alarm '${alarm}' of ${cluster} is up`,
    hint === '' ? `${cluster} has no alarm now` : hint,
  );
}

function done({ cluster, alarm }: Asked): Reply {
  const text = `${cluster} ${alarm} is acknowledged: it is not repeated until its text changes`;
  return { ok: true, kind: 'acknowledge', text };
}

function noCluster(cluster: string, clusters: readonly string[]): Reply {
  const hint =
    didYouMean(cluster, [...clusters, SITE]) ??
    `clusterd status shows all; '${SITE}' stands for clusterd itself`;
  return refusal('unknown-cluster', `no cluster '${cluster}' is watched`, hint);
}
