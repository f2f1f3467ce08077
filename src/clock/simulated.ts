/** A clock that stands until it is moved. Used by tests, the simulator and the prover. */
import type { Clock } from './clock.ts';

interface Pending {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

export class SimulatedClock implements Clock {
  #at = 0;
  #order = 0;
  #pending: Pending[] = [];
  readonly #wallStart: number;

  /** `wallStart`: what the wall shows at monotonic time 0, milliseconds since 1970. */
  constructor(wallStart = Date.UTC(2001, 0, 1)) {
    this.#wallStart = wallStart;
  }

  now() {
    return { at: this.#at, wall: this.#wallStart + this.#at };
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { due: this.#at + Math.max(0, delayMs), order: this.#order++, run };
    this.#pending.push(entry);
    return () => {
      this.#pending = this.#pending.filter((other) => other !== entry);
    };
  }

  /** When the next call is due, or null. */
  nextDue(): number | null {
    return this.#next()?.due ?? null;
  }

  /** Moves on by `ms`, running what falls due in order of time, then of setting. */
  advance(ms: number): void {
    const end = this.#at + ms;
    for (let next = this.#next(); next !== null && next.due <= end; next = this.#next()) {
      this.#at = Math.max(this.#at, next.due);
      const due = next;
      this.#pending = this.#pending.filter((other) => other !== due);
      due.run();
    }
    this.#at = end;
  }

  #next(): Pending | null {
    let best: Pending | null = null;
    for (const entry of this.#pending) {
      const earlier =
        best === null ||
        entry.due < best.due ||
        (entry.due === best.due && entry.order < best.order);
      if (earlier) best = entry;
    }
    return best;
  }
}
