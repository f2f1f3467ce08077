/**
 * One timer that flushes all files, each about once a second, a tenth of them at a time: two
 * thousand writes at once would hold up the consoles. Owned by the daemon, shared by all logs.
 * The timer stands still while nothing waits to be written.
 */
import type { Clock } from '../clock/clock.ts';

export interface Flushable {
  /** Writes what waits; `true` when something still waits and it must be called again. */
  tick(): boolean;
}

const SLOTS = 10;
const TICK_MS = 100;

export class FlushTicker {
  readonly #clock: Clock;
  readonly #slots: Set<Flushable>[] = Array.from({ length: SLOTS }, () => new Set());
  #nextSlot = 0;
  #current = 0;
  #waiting = 0;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A slot to give to `want`; files are spread evenly over them. */
  takeSlot(): number {
    this.#nextSlot = (this.#nextSlot + 1) % SLOTS;
    return this.#nextSlot;
  }

  /** `file.tick()` is called within a second. Any number of times. */
  want(slot: number, file: Flushable): void {
    const waiting = this.#slots[slot];
    if (waiting === undefined || waiting.has(file)) return;
    waiting.add(file);
    this.#waiting++;
    this.#cancel ??= this.#clock.after(TICK_MS, this.#onTick);
  }

  readonly #onTick = (): void => {
    this.#cancel = null;
    this.#current = (this.#current + 1) % SLOTS;
    const files = this.#slots[this.#current];
    for (const file of files ?? []) {
      if (file.tick()) continue;
      files?.delete(file);
      this.#waiting--;
    }
    if (this.#waiting > 0) this.#cancel ??= this.#clock.after(TICK_MS, this.#onTick);
  };
}
