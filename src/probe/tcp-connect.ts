/**
 * Asks whether a TCP port takes a connection, and closes it at once. Called by Reachability as its
 * `tcp` prober. A refused connection is no answer: the service is not there.
 */
import { connect } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import type { OnProbeResult, Prober } from './prober.ts';
import { Rounds } from './rounds.ts';

const AT_ONCE_MAX = 200;
const LIMIT_MS = 3_000;

/** Outcomes of a question that was asked. All others are trouble of our own and mean nothing. */
const UNANSWERED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ETIMEDOUT: 'timed out',
  EHOSTUNREACH: 'host unreachable',
  EHOSTDOWN: 'host down',
  ENETUNREACH: 'network unreachable',
};

export function createTcpConnect(clock: Clock, onResult: OnProbeResult): Prober {
  return new Rounds(clock, AT_ONCE_MAX, ({ key, host, port, intervalMs }, done) => {
    const socket = connect({ host, port });
    let isOver = false;
    const finish = (answered: boolean, detail: string | null) => {
      if (isOver) return;
      isOver = true;
      cancelLimit();
      socket.destroy();
      if (detail !== null) onResult(key, answered, detail);
      done();
    };
    const limitMs = Math.min(LIMIT_MS, Math.max(intervalMs, 1_000));
    const cancelLimit = clock.after(limitMs, () => finish(false, 'timed out'));
    socket.on('connect', () => finish(true, 'connected'));
    socket.on('error', (error) => {
      const code = 'code' in error ? String(error.code) : '';
      finish(false, UNANSWERED[code] ?? null);
    });
    return () => {
      isOver = true;
      cancelLimit();
      socket.destroy();
    };
  });
}
