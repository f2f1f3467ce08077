/** The probers of the daemon: fping, or ping where there is none, and TCP connections. */
import type { Clock } from '../clock/clock.ts';
import { Fping } from './fping.ts';
import { createPing } from './ping.ts';
import type { ProberFactory } from './prober.ts';
import { createTcpConnect } from './tcp-connect.ts';

/** `onTrouble`: one clause for the daemon's log when a prober itself is in trouble. */
export function systemProbers(
  clock: Clock,
  onTrouble: (text: string) => void,
): { readonly ping: ProberFactory; readonly tcp: ProberFactory } {
  return {
    ping: (onResult) =>
      new Fping({
        clock,
        onResult,
        onTrouble,
        fallback: () => createPing(clock, onResult, onTrouble),
      }),
    tcp: (onResult) => createTcpConnect(clock, onResult),
  };
}
