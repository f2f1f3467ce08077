/**
 * The one interface over all wires to a console. A transport makes ONE connection; `Line`
 * (transport/line.ts) reconnects with back-off, paces writes and tells channel states.
 * Called by cluster/. Must never interpret what the console says.
 */

import type { LineFault } from './line-fault.ts';

export interface TransportHandlers {
  /** Console bytes, the wire's own protocol removed. The buffer is only valid during the call. */
  data(bytes: Uint8Array): void;
  /** A modem line as it is: at its first sight, and when it changed (serial, RFC 2217). */
  modem(line: 'dsr' | 'dcd' | 'cts', on: boolean): void;
  /** The port received a BREAK, or damaged bytes (serial, RFC 2217). */
  noticed?(fault: LineFault, count: number): void;
  /** The connection is over, for whatever reason; called exactly once after a successful open. */
  closed(reason: CloseReason): void;
}

export interface CloseReason {
  /** `busy`: refused by the other end because somebody else uses the port. */
  readonly kind: 'lost' | 'busy';
  /** One clause for the log, without secrets and control characters. */
  readonly detail: string;
}

export interface Transport {
  /** Resolves when bytes can flow. Rejects with a `TransportError`. At most once per object. */
  open(handlers: TransportHandlers): Promise<void>;
  /** Queues bytes. `false`: nothing more should be written until `drained` resolves. */
  write(bytes: Uint8Array): boolean;
  drained(): Promise<void>;
  /** Resolves when the BREAK is over; a BREAK is on its way after all bytes written before. */
  sendBreak(): Promise<void>;
  /**
   * `answers` asks on this very connection, and the other end has shown that it answers there: fit
   * to be asked regularly. Otherwise `answers` makes a new connection or knows nothing better.
   */
  readonly answersInBand: boolean;
  /** Does the other end itself (the terminal server) still answer? Within `withinMs`. */
  answers(withinMs: number): Promise<{ readonly answers: boolean; readonly detail: string }>;
  /** `true`: nothing is read until `false`; what comes waits at the other end. Where the wire can. */
  pause?(isPaused: boolean): void;
  /** Ends the connection; `closed` is not called any more. Safe at any time, any number of times. */
  close(): void;
}

export class TransportError extends Error {
  readonly code:
    | 'refused'
    | 'unreachable'
    | 'timeout'
    | 'busy'
    | 'not-a-tty'
    | 'no-such-device'
    | 'no-such-program'
    | 'host-key'
    | 'login-refused'
    | 'other';
  readonly hint: string;

  constructor(code: TransportError['code'], message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TransportError';
    this.code = code;
    this.hint = hint;
  }
}
