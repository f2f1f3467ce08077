/**
 * Which changes of modem lines are told: each one, over connections, unless they flap. Used by Line.
 * A line that was never seen asserted is not wired, or not driven: it is never told. A contact that
 * flaps is told once, and where it came to rest at the end of the minute.
 */
import type { Clock } from '../clock/clock.ts';

export type ModemLine = 'dsr' | 'dcd' | 'cts';

/** Of all three lines together; a reset of a machine moves each of them twice. */
const CHANGES_MAX = 24;
const WINDOW_MS = 60_000;
const LINES: readonly ModemLine[] = ['dcd', 'dsr', 'cts'];

export interface ModemReportOptions {
  readonly clock: Clock;
  onModem(line: ModemLine, on: boolean): void;
  /** The lines change too often to tell each change; one clause. */
  onFlapping(what: string): void;
}

export class ModemReport {
  readonly #options: ModemReportOptions;
  readonly #seen: Record<ModemLine, boolean> = { dcd: false, dsr: false, cts: false };
  readonly #told: Record<ModemLine, boolean> = { dcd: false, dsr: false, cts: false };
  #windowAt = Number.NEGATIVE_INFINITY;
  #changes = 0;
  #cancel: (() => void) | null = null;

  constructor(options: ModemReportOptions) {
    this.#options = options;
  }

  see(line: ModemLine, on: boolean): void {
    if (this.#seen[line] === on) return;
    this.#seen[line] = on;
    const { at } = this.#options.clock.now();
    if (at - this.#windowAt >= WINDOW_MS && this.#cancel === null) {
      this.#windowAt = at;
      this.#changes = 0;
    }
    this.#changes += 1;
    if (this.#changes <= CHANGES_MAX) this.#tell(line);
    else if (this.#cancel === null) this.#flap(at);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#windowAt = Number.NEGATIVE_INFINITY;
  }

  #flap(at: number): void {
    const seconds = Math.max(1, Math.round((at - this.#windowAt) / 1000));
    this.#options.onFlapping(
      `modem lines flap: more than ${CHANGES_MAX} changes within ${seconds} s; where they come to rest is told within a minute`,
    );
    this.#cancel = this.#options.clock.after(WINDOW_MS, () => {
      this.#cancel = null;
      this.#windowAt = Number.NEGATIVE_INFINITY;
      for (const line of LINES) this.#tell(line);
    });
  }

  #tell(line: ModemLine): void {
    if (this.#told[line] === this.#seen[line]) return;
    this.#told[line] = this.#seen[line];
    this.#options.onModem(line, this.#seen[line]);
  }
}
