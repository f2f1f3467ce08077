/**
 * How much of one turn of the event loop the clusters may take together: text that costs much, or a
 * flood on many consoles at once, must not keep the others waiting. One for the process.
 * Who is refused asks for a later turn; all that waits takes its share there, one after the other.
 */
import type { Clock } from '../clock/clock.ts';

/** Of a turn, in which other work must have its place too. */
const SHARE_MS = 3;
/** What was spent so long ago is forgotten: turns are short when nothing presses. */
const WINDOW_MS = 10;

export class TurnShare {
  readonly #clock: Clock;
  readonly #turn: (run: () => void) => void;
  readonly #onTurn = () => this.#nextTurn();
  #windowAt = 0;
  #spentMs = 0;
  #isAsked = false;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock, turn: (run: () => void) => void) {
    this.#clock = clock;
    this.#turn = turn;
  }

  /** May more be done in this turn? */
  admits(): boolean {
    if (this.#spentMs < SHARE_MS) return true;
    // Refusals last until the loop has turned.
    this.#askForTurn();
    return false;
  }

  /** Work begins; give the result to `spent`. */
  begin(): number {
    return this.#clock.now().at;
  }

  /** Work that began at `since` is done. */
  spent(since: number): void {
    const { at } = this.#clock.now();
    if (since - this.#windowAt > WINDOW_MS && !this.#isAsked) {
      this.#windowAt = since;
      this.#spentMs = 0;
    }
    this.#spentMs += at - since;
  }

  /** Calls `work` in a later turn. */
  later(work: () => void): void {
    this.#waiting.push(work);
    this.#askForTurn();
  }

  #askForTurn(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#turn(this.#onTurn);
  }

  #nextTurn(): void {
    this.#isAsked = false;
    this.#spentMs = 0;
    this.#windowAt = this.#clock.now().at;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const work of waiting) work();
  }
}
