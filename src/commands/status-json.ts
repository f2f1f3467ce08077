/**
 * What `clusterd status --json` prints: the shape that programs may rely on. Pure.
 * Fields are only ever added to it; `format` changes when one had to go or got another meaning.
 */
import type { RaisedAlarm } from '../alarm/alarm-board.ts';
import type { DaemonSummary, WatchedCluster } from '../control/protocol.ts';
import { severityOf, troublesOf } from './trouble.ts';

export const STATUS_FORMAT = 1;

export interface StatusReply {
  readonly daemon: DaemonSummary;
  readonly wall: number;
  readonly clusters: readonly WatchedCluster[];
  readonly siteAlarms: readonly RaisedAlarm[];
}

export function formatStatusJson({ daemon, wall, clusters, siteAlarms }: StatusReply): string {
  const judged = clusters.map((cluster) => ({
    ...cluster,
    severity: severityOf(cluster),
    troubles: troublesOf(cluster),
  }));
  const all = { format: STATUS_FORMAT, daemon, wall, siteAlarms, clusters: judged };
  return `${JSON.stringify(all, null, 2)}\n`;
}

export const JSON_HELP = `--json prints one object. Names that end in Ms are milliseconds, in Wall milliseconds since 1970
(UTC); null means: none, or not known.
  format       1; fields may be added, and are only removed with another number
  daemon       pid, home, startedWall, clusters (how many are watched)
  wall         the daemon's time
  siteAlarms[] alarms of no cluster: name, text, type, sinceWall, acknowledged (by, note, wall)
  clusters[]   kind "watched" or "not-watched" (then: why), cluster, severity "ok", "warning" or
               "critical", troubles[] (severity, text)
    fault      why it is not controlled any more
    ownAlarms[]  alarms of the daemon itself: name, text, type (the command to type), sinceWall
    acknowledged[]  alarms that somebody knows of: name, text, by, note, wall
    late         the service does not answer and is not dead yet
    power[]      the last check of each power device: node, device, level, outcome "on", "off" or
                 "no-answer" (null: not yet asked), detail, checkedWall, failures (in a row),
                 contradicted (it calls a machine off that runs)
    attached[]   who looks at a console: operator, node, sinceWall, isWriting
    status     state, summary, sinceWall, reason, active, standby, ownerAssumed, ownerDoubt,
               inhibited (why nothing is sent), unfinished "none", "takeover" or "boot", onSilence,
               script, doing, alarms[] (as above), cables (what is wrong with the console lines)
      net        level "alive", "dead" or "blind", known, forMs, detail
      nodes[]    name, role, inService, channel "connected", "stale", "lost" or "busy",
                 channelDetail, channelForMs, silentForMs, modem (its lines: dsr, dcd, cts, true or
                 false; none that was never up), lineTrouble (as of a wrong speed), condition (what its console showed last),
                 tested[] (dialogue, failure: '' if it ended well, ageMs), breakWorkedForMs,
                 identity "unknown", "proven", "carried" or "contradicted", identityForMs (since then),
                 identityShown (another than CList's), identityShownIs (the node whose it is)
        evidence[] grade, ageMs, stale (to be renewed before it counts), note, endsInMs
      timers[]   what, dueInMs`;
