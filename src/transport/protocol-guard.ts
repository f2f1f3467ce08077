/**
 * Keeps a telnet peer from costing more than a console: one that negotiates in a loop is not answered
 * for a while, one that sends commands and no end of them is given up (the line reconnects with
 * back-off). Used by transport/telnet.ts. Console bytes are no matter of this file.
 */
import type { Clock } from '../clock/clock.ts';
import type { TelnetCodec } from './telnet-codec.ts';

/** Commands and subnegotiations within `WINDOW_MS`; a modem line that flaps a thousand times a second fits. */
export const PROTOCOL_BYTES_MAX = 1024 * 1024;
const WINDOW_MS = 60_000;

export class ProtocolGuard {
  readonly #codec: TelnetCodec;
  readonly #clock: Clock;
  /** Up to here `codec.protocolBytes` costs no second look. */
  #limit = PROTOCOL_BYTES_MAX;
  #since: number;
  #cancel: (() => void) | null = null;

  constructor(codec: TelnetCodec, clock: Clock) {
    this.#codec = codec;
    this.#clock = clock;
    this.#since = clock.now().at;
  }

  /** Asked after every chunk. Why the peer is given up, or null. */
  get verdict(): string | null {
    if (this.#codec.protocolBytes <= this.#limit) return null;
    const { at } = this.#clock.now();
    const withinMs = at - this.#since;
    this.#since = at;
    this.#limit = this.#codec.protocolBytes + PROTOCOL_BYTES_MAX;
    if (withinMs > WINDOW_MS) return null;
    const seconds = Math.max(1, Math.round(withinMs / 1000));
    return `it sent ${PROTOCOL_BYTES_MAX >> 20} MB of telnet commands within ${seconds} s: is this a terminal server?`;
  }

  /** The codec answers nothing any more: it may again after a while. */
  loopBegan(): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(WINDOW_MS, () => {
      this.#cancel = null;
      this.#codec.answerAgain();
    });
  }

  /** The connection is over. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
