/**
 * `probe`: how often the service is asked, and from when on its silence means something. Called by
 * `CLUSTER_KEYS`. The words are those of Heartbeat: warn, dead, initial-dead.
 */
import type { Cluster } from './cluster.ts';
import type { ClusterDraft } from './draft.ts';
import type { LineReader } from './line-reader.ts';
import { readDuration } from './values.ts';

export const PROBE_USAGE = 'probe every 5s warn after 20s dead after 60s initial-dead 3m';

type Times = { -readonly [Key in keyof Cluster['probe']]?: number };

export function readProbe(line: LineReader, draft: ClusterDraft): void {
  if (line.choice(['every']) === null) return;
  const intervalMs = line.read('a length of time', readDuration);
  if (intervalMs === null) return;
  const times: Times = {};
  const word = line.choice(['warn', 'dead'] as const);
  if (word === null) return;
  if (word === 'warn') {
    if (!readAfter(line, times, 'warnAfterMs') || line.choice(['dead']) === null) return;
  }
  if (!readAfter(line, times, 'deadAfterMs')) return;
  if (!line.isAtEnd) {
    if (line.choice(['initial-dead']) === null) return;
    const initialDeadMs = line.read('a length of time', readDuration);
    if (initialDeadMs === null) return;
    times.initialDeadMs = initialDeadMs;
  }
  const { deadAfterMs = 0, ...others } = times;
  const wrong = whatIsWrong({ intervalMs, deadAfterMs, ...others });
  if (wrong === null) draft.probe = { intervalMs, deadAfterMs, ...others };
  else line.fail('bad-duration', line.valueSpan, ...wrong);
}

function readAfter(line: LineReader, times: Times, key: 'warnAfterMs' | 'deadAfterMs'): boolean {
  if (line.choice(['after']) === null) return false;
  const ms = line.read('a length of time', readDuration);
  if (ms === null) return false;
  times[key] = ms;
  return true;
}

/** Message and hint, or null. */
function whatIsWrong(probe: Cluster['probe']): [message: string, hint: string] | null {
  const { intervalMs, warnAfterMs, deadAfterMs, initialDeadMs } = probe;
  if (intervalMs < 500) return ['asking so often floods the network', 'at least 500ms'];
  if (deadAfterMs < 3 * intervalMs) {
    const message = 'dead must need at least three questions without an answer';
    return [message, 'make `dead after` three times `every`'];
  }
  if (warnAfterMs !== undefined && (warnAfterMs < intervalMs || warnAfterMs >= deadAfterMs)) {
    return ['a warning comes between the first missing answer and dead', PROBE_USAGE];
  }
  if (initialDeadMs !== undefined && initialDeadMs < 2 * deadAfterMs) {
    const message =
      'what has just started needs longer: initial-dead is at least twice `dead after`';
    return [message, PROBE_USAGE];
  }
  return null;
}
