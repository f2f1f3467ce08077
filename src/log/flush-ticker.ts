/**
 * One timer that flushes all files of a kind, each once in a period, a few of them at a time: two
 * thousand writes at once would hold up the consoles. Owned by the daemon, shared by all logs.
 * The timer stands still while nothing waits to be written.
 */
import type { Clock } from '../clock/clock.ts';

export interface Flushable {
  /** Writes what waits; `true` when something still waits and it must be called again. */
  tick(): boolean;
}

/** Few and fuller turns: the threads that write are woken less often. */
const TICK_MS = 50;
const PERIOD_MS = 1_000;

export class FlushTicker {
  readonly #clock: Clock;
  readonly #slots: readonly Set<Flushable>[];
  #nextSlot = 0;
  #current = 0;
  #waiting = 0;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, periodMs = PERIOD_MS) {
    this.#clock = clock;
    this.#slots = Array.from({ length: Math.ceil(periodMs / TICK_MS) }, () => new Set());
  }

  /** A slot to give to `want`; files are spread evenly over them. */
  takeSlot(): number {
    this.#nextSlot = (this.#nextSlot + 1) % this.#slots.length;
    return this.#nextSlot;
  }

  /** `file.tick()` is called within the period. Any number of times. */
  want(slot: number, file: Flushable): void {
    const waiting = this.#slots[slot];
    if (waiting === undefined || waiting.has(file)) return;
    waiting.add(file);
    this.#waiting++;
    this.#cancel ??= this.#clock.after(TICK_MS, this.#onTick);
  }

  readonly #onTick = (): void => {
    this.#cancel = null;
    this.#current = (this.#current + 1) % this.#slots.length;
    const files = this.#slots[this.#current];
    for (const file of files ?? []) {
      if (file.tick()) continue;
      files?.delete(file);
      this.#waiting--;
    }
    if (this.#waiting > 0) this.#cancel ??= this.#clock.after(TICK_MS, this.#onTick);
  };
}
