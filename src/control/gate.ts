/**
 * Lets the work of the control socket through, a little in each turn of the event loop, whoever it is
 * for: however many clients press, consoles are read after each little. Newcomers first, so that an
 * operator does not wait behind those who press; otherwise first come, first served.
 * Made by server.ts, one per daemon.
 */
import type { Clock } from '../clock/clock.ts';

/** Of a turn, in which consoles must have their place. */
const SHARE_MS = 2;

export class Gate {
  readonly #clock: Clock;
  readonly #turn: (run: () => void) => void;
  readonly #onTurn = () => this.#nextTurn();
  readonly #onPiece = () => this.#nextPiece();
  readonly #newcomers: (() => void)[] = [];
  readonly #others: (() => void)[] = [];
  #isAsked = false;
  #until = 0;

  /** `turn`: runs after all input that waits now has been read. */
  constructor(clock: Clock, turn: (run: () => void) => void = setImmediate) {
    this.#clock = clock;
    this.#turn = turn;
  }

  /** Resolves when it is the caller's turn; what it does before its next `await` is its piece. */
  pass(isNewcomer: boolean): Promise<void> {
    return new Promise((resolve) => {
      (isNewcomer ? this.#newcomers : this.#others).push(resolve);
      if (!this.#isAsked) this.#ask();
    });
  }

  #ask(): void {
    this.#isAsked = true;
    this.#turn(this.#onTurn);
  }

  #nextTurn(): void {
    this.#until = this.#clock.now().at + SHARE_MS;
    this.#letThrough();
  }

  /** The piece before has been done when this runs. */
  #nextPiece(): void {
    if (this.#clock.now().at < this.#until) this.#letThrough();
    else this.#ask();
  }

  #letThrough(): void {
    const next = this.#newcomers.shift() ?? this.#others.shift();
    if (next === undefined) {
      this.#isAsked = false;
      return;
    }
    next();
    queueMicrotask(this.#onPiece);
  }
}
