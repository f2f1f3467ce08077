/**
 * Does a host answer at all? One TCP connection is tried. Used by the transports' `answers`, where
 * the wire itself has no question that the other end would answer. That a connection is refused
 * proves as much as that it is accepted; only no answer is none.
 */
import { connect } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import { abandon } from './socket-wire.ts';

export interface Answer {
  readonly answers: boolean;
  /** One clause for the log. */
  readonly detail: string;
}

export function reachHost(
  host: string,
  port: number,
  withinMs: number,
  clock: Clock,
): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    const settle = (answers: boolean, detail: string): void => {
      cancel();
      abandon(socket);
      resolve({ answers, detail });
    };
    const cancel = clock.after(withinMs, () => {
      settle(false, `${host}:${port} did not answer within ${withinMs} ms`);
    });
    socket.once('connect', () => settle(true, `${host}:${port} accepts connections`));
    socket.once('error', (error) => {
      const code = 'code' in error ? String(error.code) : error.name;
      const refused = code === 'ECONNREFUSED' || code === 'ECONNRESET';
      settle(refused, `${host}:${port} ${refused ? 'refuses connections' : `failed with ${code}`}`);
    });
  });
}
