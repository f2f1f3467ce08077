/**
 * `clusterd status --check`: one line and an exit status for a monitoring system that knows plugins
 * of the Nagios kind (0 ok, 1 warning, 2 critical, 3 cannot be told). Called by the status command.
 * Pure. No answer of the daemon is critical: then nobody watches the clusters.
 */
import type { RaisedAlarm } from '../alarm/alarm-board.ts';
import type { WatchedCluster } from '../control/protocol.ts';
import { visible } from '../log/visible.ts';
import { plural } from './diagnostics-text.ts';
import { SEVERITIES, type Severity, severityOf, troublesOf, worst } from './trouble.ts';

export interface CheckResult {
  readonly exitStatus: number;
  /** One line, with its line end. */
  readonly text: string;
}

/** The line stays readable on a pager; the rest is counted. */
const NAMED_MAX = 5;
export const CHECK_UNKNOWN = 3;

export function checkClusters(
  clusters: readonly WatchedCluster[],
  siteAlarms: readonly RaisedAlarm[] = [],
): CheckResult {
  const ofSite: readonly Severity[] = siteAlarms.length === 0 ? [] : ['warning'];
  const severity = worst([...clusters.map(severityOf), ...ofSite]);
  const troubled = clusters
    .filter((one) => severityOf(one) !== 'ok')
    .sort((one, other) => rank(other) - rank(one));
  const named = troubled.slice(0, NAMED_MAX).map((cluster) => {
    const [first, ...more] = troublesOf(cluster);
    const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
    return `${cluster.cluster}: ${first?.text ?? ''}${rest}`;
  });
  const unnamed = troubled.length - named.length;
  if (unnamed > 0) named.push(`and ${plural(unnamed, 'other cluster')}`);
  const what =
    troubled.length === 0
      ? `${plural(clusters.length, 'cluster')} without trouble`
      : `${troubled.length} of ${plural(clusters.length, 'cluster')}: ${named.join('; ')}`;
  const site = siteAlarms.map(({ name, text }) => `; ${visible(`${name}: ${text}`)}`).join('');
  return result(severity, `${what}${site}`, figures(clusters));
}

/** The status could not be had: `why` says so in one clause. */
export function checkFailed(why: string): CheckResult {
  return result('critical', visible(why));
}

export function checkUnknown(why: string): CheckResult {
  return { exitStatus: CHECK_UNKNOWN, text: `CLUSTERD UNKNOWN - ${visible(why)}\n` };
}

/** A pipe begins the figures of the plugin's line; none may stand before them. */
function result(severity: Severity, text: string, numbers = ''): CheckResult {
  const clause = `CLUSTERD ${severity.toUpperCase()} - ${text.replaceAll('|', '/')}`;
  const line = numbers === '' ? clause : `${clause} | ${numbers}`;
  return { exitStatus: SEVERITIES.indexOf(severity), text: `${line}\n` };
}

function figures(clusters: readonly WatchedCluster[]): string {
  return SEVERITIES.map(
    (severity) => `${severity}=${clusters.filter((one) => severityOf(one) === severity).length}`,
  ).join(' ');
}

function rank(cluster: WatchedCluster): number {
  return SEVERITIES.indexOf(severityOf(cluster));
}
