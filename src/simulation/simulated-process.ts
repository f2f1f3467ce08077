/**
 * The daemon's process as the operating system treats it: it can be killed between any two things
 * that it does, and it can be made to stand still. While it stands still its timers fall due and
 * its input waits; afterwards the timers come first, then the input, then what was put off until
 * all input is read, as in Node's event loop.
 */
import type { Clock } from '../clock/clock.ts';

export class SimulatedProcess {
  /** The process's own clock: dies and stands still with it. */
  readonly clock: Clock;
  readonly #world: Clock;
  readonly #wallSkewMs: () => number;
  #isAlive = true;
  #stands = false;
  #isWaking = false;
  #timers: (() => void)[] = [];
  #input: (() => void)[] = [];
  #turns: (() => void)[] = [];

  /** `wallSkewMs`: how far the host's wall clock is off. */
  constructor(world: Clock, wallSkewMs: () => number) {
    this.#world = world;
    this.#wallSkewMs = wallSkewMs;
    this.clock = {
      now: () => this.#now(),
      after: (delayMs, run) => world.after(delayMs, () => this.#timer(run)),
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get stands(): boolean {
    return this.#stands;
  }

  /** Input waits that came while it stood still. */
  get hasUnread(): boolean {
    return this.#isWaking && this.#input.length > 0;
  }

  /** Nothing of it happens from now on. */
  kill(): void {
    this.#isAlive = false;
    this.#timers = [];
    this.#input = [];
    this.#turns = [];
  }

  /** Something that waits to be read: done at once, or when the process runs again. */
  input(run: () => void): void {
    if (!this.#isAlive) return;
    if (this.#stands || this.#isWaking) this.#input.push(run);
    else run();
  }

  /** After all input that waits now: setImmediate. */
  turn(run: () => void): void {
    if (this.#isWaking) this.#turns.push(run);
    else run();
  }

  stand(forMs: number): void {
    if (!this.#isAlive || this.#stands) return;
    this.#stands = true;
    this.#world.after(forMs, () => this.#wake());
  }

  #now() {
    const { at, wall } = this.#world.now();
    return { at, wall: wall + this.#wallSkewMs() };
  }

  #timer(run: () => void): void {
    if (!this.#isAlive) return;
    if (this.#stands) this.#timers.push(run);
    else run();
  }

  #wake(): void {
    if (!this.#isAlive) return;
    this.#stands = false;
    this.#isWaking = true;
    for (const run of this.#timers.splice(0)) if (this.#isAlive) run();
    this.#isWaking = false;
    for (const run of this.#input.splice(0)) if (this.#isAlive) run();
    for (const run of this.#turns.splice(0)) if (this.#isAlive) run();
  }
}
