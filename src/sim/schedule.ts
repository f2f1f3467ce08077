/**
 * The timers of one simulated thing on a clock: they end together (power off, reset) and stand
 * still together (an operating system stopped by BREAK). Used by nodes; knows nothing of them.
 */
import type { Clock } from '../clock/clock.ts';

interface Entry {
  due: number;
  leftMs: number;
  readonly run: () => void;
  cancel: (() => void) | null;
}

/** One step of a sequence: wait, then do. */
export interface Step {
  readonly afterMs: number;
  readonly run: () => void;
}

export class Schedule {
  readonly #clock: Clock;
  #entries = new Set<Entry>();
  #paused = false;
  /** How often `clear` was called. */
  clearings = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry: Entry = {
      due: this.#clock.now().at + delayMs,
      leftMs: delayMs,
      run,
      cancel: null,
    };
    this.#entries.add(entry);
    if (!this.#paused) this.#arm(entry);
    return () => this.#drop(entry);
  }

  /** Runs the steps one after another. `clear` ends it, also from inside a step. */
  play(steps: readonly Step[]): void {
    const [first, ...others] = steps;
    if (first === undefined) return;
    this.after(first.afterMs, () => {
      const { clearings } = this;
      first.run();
      if (this.clearings === clearings) this.play(others);
    });
  }

  /** `run` every `periodMs` until cleared or cancelled. */
  every(periodMs: number, run: () => void): () => void {
    let cancel = () => {};
    const again = () => {
      cancel = this.after(periodMs, () => {
        again();
        run();
      });
    };
    again();
    return () => cancel();
  }

  clear(): void {
    this.clearings += 1;
    for (const entry of this.#entries) entry.cancel?.();
    this.#entries.clear();
  }

  /** Time stands still; what was to happen in 3 s happens 3 s after `resume`. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    const { at } = this.#clock.now();
    for (const entry of this.#entries) {
      entry.cancel?.();
      entry.cancel = null;
      entry.leftMs = Math.max(0, entry.due - at);
    }
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    for (const entry of this.#entries) {
      entry.due = this.#clock.now().at + entry.leftMs;
      this.#arm(entry);
    }
  }

  #arm(entry: Entry): void {
    const leftMs = Math.max(0, entry.due - this.#clock.now().at);
    entry.cancel = this.#clock.after(leftMs, () => {
      this.#entries.delete(entry);
      entry.run();
    });
  }

  #drop(entry: Entry): void {
    entry.cancel?.();
    this.#entries.delete(entry);
  }
}
