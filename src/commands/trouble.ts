/**
 * How bad it is with a cluster, for whoever looks at many: the order of the list, `--trouble`, the
 * exit status of `--check`. Called by the status command. Pure.
 * An alarm that is not known to be harmless for the moment is critical: it must never be the other
 * way round.
 */
import type { WatchedCluster } from '../control/protocol.ts';
import { visible } from '../log/visible.ts';
import type { ClusterStatus } from '../machine/describe.ts';
import { alarmsOf } from './status-alarms.ts';

export type Severity = 'ok' | 'warning' | 'critical';

export interface Trouble {
  readonly severity: Exclude<Severity, 'ok'>;
  /** One clause, safe to show. */
  readonly text: string;
}

export const SEVERITIES: readonly Severity[] = ['ok', 'warning', 'critical'];

/** Production is not touched by these, a takeover may be. Of a script or of the daemon itself. */
const WARNINGS: readonly RegExp[] = [
  /^standby$/,
  /^login$/,
  /^self-test$/,
  /^console:/,
  /^clusterd:(?!fault|owner)/,
];

export function worst(severities: readonly Severity[]): Severity {
  const rank = Math.max(0, ...severities.map((one) => SEVERITIES.indexOf(one)));
  return SEVERITIES[rank] ?? 'critical';
}

export function severityOf(cluster: WatchedCluster): Severity {
  return worst(troublesOf(cluster).map(({ severity }) => severity));
}

/** What is wrong with it, the worst first. */
export function troublesOf(cluster: WatchedCluster): readonly Trouble[] {
  if (cluster.kind === 'not-watched') return [critical(`not watched: ${cluster.why}`)];
  const { fault, status } = cluster;
  const all = [
    ...(fault === null ? [] : [critical(`not controlled: ${fault}`)]),
    ...(status === null ? [critical('its machine cannot be described')] : []),
    ...alarmsOf(cluster)
      .filter(({ name }) => name !== FAULT || fault === null)
      .map(({ name, text, acknowledgedBy }) => {
        const isCalm = acknowledgedBy !== null || WARNINGS.some((known) => known.test(name));
        return isCalm ? warning(`${name}: ${text}`) : critical(`${name}: ${text}`);
      }),
    ...(status === null ? [] : troublesIn(status)),
  ];
  return all.sort(
    (one, other) => SEVERITIES.indexOf(other.severity) - SEVERITIES.indexOf(one.severity),
  );
}

/** Its alarm says the same as the fault. */
const FAULT = 'clusterd:fault';

function troublesIn(status: ClusterStatus): Trouble[] {
  const { net, ownerDoubt, inhibited, nodes } = status;
  const troubles: Trouble[] = [];
  if (ownerDoubt !== null)
    troubles.push(critical(`nobody is known to own the disk: ${ownerDoubt}`));
  if (net.known && net.level === 'dead') troubles.push(critical('the service address is dead'));
  if (inhibited !== null) troubles.push(warning(`nothing is sent: ${inhibited}`));
  for (const { name, inService } of nodes) {
    if (!inService) troubles.push(warning(`${name} is out of service`));
  }
  return troubles;
}

function critical(text: string): Trouble {
  return { severity: 'critical', text: visible(text) };
}

function warning(text: string): Trouble {
  return { severity: 'warning', text: visible(text) };
}
