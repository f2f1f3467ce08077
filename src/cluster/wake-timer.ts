/**
 * The one timer of a runner: when it fires, everything that waits to be read is handled first, and
 * only then the time counts. Called by the runner. An armed timer that fires too early is cheaper
 * than one that is armed anew for each byte.
 */
import type { Clock } from '../clock/clock.ts';
import type { Moment } from '../machine/protocol.ts';

/** A turn that comes so late means that the process stood still: input is drained once more. */
const LATE_TURN_MS = 1_000;

export class WakeTimer {
  readonly #clock: Clock;
  readonly #turn: (run: () => void) => void;
  readonly #onTurn: (now: Moment) => void;
  readonly #onTimer = () => this.#fired();
  readonly #afterInput = () => this.#turned();
  #armedFor: number | null = null;
  #cancel: (() => void) | null = null;
  #firedAt: number | null = null;

  /** `onTurn` is called with all input drained; `clear` comes first thing in it. */
  constructor(clock: Clock, turn: (run: () => void) => void, onTurn: (now: Moment) => void) {
    this.#clock = clock;
    this.#turn = turn;
    this.#onTurn = onTurn;
  }

  /** When it fires, monotonic ms; null: not armed. */
  get armedFor(): number | null {
    return this.#armedFor;
  }

  arm(wake: number): void {
    if (this.#armedFor !== null && this.#armedFor <= wake) return;
    this.#cancel?.();
    this.#armedFor = wake;
    const { at } = this.#clock.now();
    this.#cancel = this.#clock.after(Math.ceil(wake - at), this.#onTimer);
  }

  /** The turn has been taken. */
  clear(): void {
    this.#armedFor = null;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#armedFor = null;
  }

  #fired(): void {
    this.#cancel = null;
    this.#firedAt = this.#clock.now().at;
    this.#turn(this.#afterInput);
  }

  /** Everything that waited to be read when the timer fired has been handled. */
  #turned(): void {
    const now = this.#clock.now();
    const isLate = this.#firedAt !== null && now.at - this.#firedAt > LATE_TURN_MS;
    this.#firedAt = null;
    if (isLate) this.#turn(this.#afterInput);
    else this.#onTurn(now);
  }
}
