/**
 * How fast one operator may act: each request leaves lines in log and journal, and somebody's loop
 * must neither fill the disk nor keep others from acting. Called by the server for requests that act.
 * Each name has its own pace; names that are only said share one, since anything can be said.
 */
import type { Clock } from '../clock/clock.ts';

/** So many at once, as in a command for each cluster of a site, and then so many in a second. */
const BURST = 100;
const PER_SECOND = 20;
/** Who would have to wait longer is told to come again: what waits needs memory. */
const WAIT_MS_MAX = 1_000;
/** Of names that are at rest nothing is kept. */
const NAMES_MAX = 1_000;

const STEP_MS = 1_000 / PER_SECOND;

export class Pace {
  readonly #clock: Clock;
  /** When each name will have made good for what it did, monotonic ms. */
  readonly #restedAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves when this user may act once more; at once with `false` when that would take too long.
   * Null: a name that is only said.
   */
  async wait(proven: string | null): Promise<boolean> {
    const name = proven ?? '';
    const { at } = this.#clock.now();
    const restedAt = Math.max(at, this.#restedAt.get(name) ?? at) + STEP_MS;
    const delayMs = restedAt - at - BURST * STEP_MS;
    if (delayMs > WAIT_MS_MAX) return false;
    this.#restedAt.set(name, restedAt);
    if (this.#restedAt.size > NAMES_MAX) this.#forgetRested(at);
    if (delayMs <= 0) return true;
    await new Promise<void>((resolve) => this.#clock.after(Math.ceil(delayMs), resolve));
    return true;
  }

  #forgetRested(at: number): void {
    for (const [name, restedAt] of this.#restedAt) {
      if (restedAt <= at) this.#restedAt.delete(name);
    }
  }
}
