/**
 * Notices that the process did not run: stopped, swapped out, its machine suspended. All timers are
 * late then and input waits unread, so silence during that time means nothing.
 * Called by the daemon, once per process. A beat that comes late, or a wall clock that moved
 * without the monotonic one (a suspended machine), is a stall; a clock set forward looks the same
 * and does no harm: silence is only counted anew.
 */
import type { Clock } from '../clock/clock.ts';

const BEAT_MS = 500;
/** Later than this is a stall. */
export const STALL_MS = 2_000;

export interface StallWatchOptions {
  readonly clock: Clock;
  readonly onStall: (lateMs: number) => void;
}

export class StallWatch {
  readonly #clock: Clock;
  readonly #onStall: (lateMs: number) => void;
  #last: { readonly at: number; readonly wall: number };
  #cancel: (() => void) | null = null;

  constructor(options: StallWatchOptions) {
    this.#clock = options.clock;
    this.#onStall = options.onStall;
    this.#last = options.clock.now();
  }

  start(): void {
    this.#last = this.#clock.now();
    this.#schedule();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #schedule(): void {
    this.#cancel = this.#clock.after(BEAT_MS, () => this.#beat());
  }

  #beat(): void {
    const now = this.#clock.now();
    const slept = Math.max(now.at - this.#last.at, now.wall - this.#last.wall);
    const lateMs = Math.round(slept - BEAT_MS);
    this.#last = now;
    this.#schedule();
    if (lateMs > STALL_MS) this.#onStall(lateMs);
  }
}
