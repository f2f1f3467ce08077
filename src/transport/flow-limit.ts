/**
 * How much of one console is read in a second: a peer on a fast network that never stops must not cost
 * more CPU and disk than the fastest serial line could. Used by Line, for every chunk: it may cost next
 * to nothing. What is not read waits at the other end; nothing is lost.
 */
import type { Clock } from '../clock/clock.ts';

/** A console of a megabyte a second: ten times what the busiest was ever asked to take. */
const WINDOW_BYTES = 256 * 1024;
const WINDOW_MS = 250;

export class FlowLimit {
  readonly #clock: Clock;
  readonly #hold: (isHeld: boolean) => void;
  #windowAt = Number.NEGATIVE_INFINITY;
  #room = WINDOW_BYTES;
  #cancel: (() => void) | null = null;

  /** `hold(true)`: nothing more is to be read until `hold(false)`. */
  constructor(clock: Clock, hold: (isHeld: boolean) => void) {
    this.#clock = clock;
    this.#hold = hold;
  }

  get isHeld(): boolean {
    return this.#cancel !== null;
  }

  took(bytes: number, at: number): void {
    if (at - this.#windowAt >= WINDOW_MS) {
      this.#windowAt = at;
      this.#room = WINDOW_BYTES;
    }
    this.#room -= bytes;
    if (this.#room > 0 || this.#cancel !== null) return;
    this.#cancel = this.#clock.after(this.#windowAt + WINDOW_MS - at, () => {
      this.#cancel = null;
      this.#hold(false);
    });
    this.#hold(true);
  }

  /** The connection is over. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#windowAt = Number.NEGATIVE_INFINITY;
  }
}
