/**
 * Lets a limited number through at a time: when a switch takes a hundred clusters, a hundred pagers
 * started at once would take the monitor too. One for the whole daemon, shared by all command sinks.
 */
export class Turnstile {
  readonly #atOnceMax: number;
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnceMax: number) {
    this.#atOnceMax = atOnceMax;
  }

  /** Resolves when there is room; whoever entered must `leave` once. */
  enter(): Promise<void> {
    if (this.#inside < this.#atOnceMax) {
      this.#inside++;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inside--;
    else next();
  }
}
