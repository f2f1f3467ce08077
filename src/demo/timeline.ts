/**
 * The demo's timeline: takes entries from everywhere, prints them in the order in which things
 * happened, and lets the demo wait for one. Called by the demo.
 * The daemon's log comes about a second late; so long an entry is kept back before it is printed.
 */
import type { Clock } from '../clock/clock.ts';
import type { TimelineEntry } from './timeline-entry.ts';

const KEPT_BACK_MS = 1_200;
const PRINT_EVERY_MS = 100;

interface Waiting {
  readonly isIt: (entry: TimelineEntry) => boolean;
  readonly resolve: (entry: TimelineEntry) => void;
  readonly reject: (error: unknown) => void;
}

export class Timeline {
  readonly #clock: Clock;
  readonly #print: (entry: TimelineEntry) => void;
  readonly #entries: TimelineEntry[] = [];
  readonly #waiting = new Set<Waiting>();
  #unprinted: TimelineEntry[] = [];
  #failure: { readonly error: unknown } | null = null;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, print: (entry: TimelineEntry) => void) {
    this.#clock = clock;
    this.#print = print;
  }

  /** Everything so far, in the order of time. */
  get entries(): readonly TimelineEntry[] {
    return inOrder(this.#entries);
  }

  add(entry: TimelineEntry): void {
    this.#entries.push(entry);
    this.#unprinted.push(entry);
    this.#cancel ??= this.#clock.after(PRINT_EVERY_MS, () => this.#printDue());
    for (const waiting of [...this.#waiting]) {
      if (!waiting.isIt(entry)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(entry);
    }
  }

  /** The first such entry from now on, at most so many ms from now; rejects with `late` after that. */
  async next(
    isIt: (entry: TimelineEntry) => boolean,
    withinMs: number,
    late: () => Error,
  ): Promise<TimelineEntry> {
    if (this.#failure !== null) throw this.#failure.error;
    let waiting: Waiting | null = null;
    let cancel = () => {};
    try {
      return await new Promise<TimelineEntry>((resolve, reject) => {
        waiting = { isIt, resolve, reject };
        this.#waiting.add(waiting);
        cancel = this.#clock.after(withinMs, () => reject(late()));
      });
    } finally {
      cancel();
      if (waiting !== null) this.#waiting.delete(waiting);
    }
  }

  /** Time passes; rejects at once when the demo cannot go on. */
  async pause(ms: number): Promise<void> {
    const over = new Error('over');
    try {
      await this.next(
        () => false,
        ms,
        () => over,
      );
    } catch (error) {
      if (error !== over) throw error;
    }
  }

  /** Whoever waits, now or later, gets this error. The first one counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting.clear();
  }

  /** Prints what is kept back. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    for (const entry of inOrder(this.#unprinted)) this.#print(entry);
    this.#unprinted = [];
  }

  #printDue(): void {
    this.#cancel = null;
    const until = this.#clock.now().wall - KEPT_BACK_MS;
    const due = this.#unprinted.filter(({ wall }) => wall <= until);
    this.#unprinted = this.#unprinted.filter(({ wall }) => wall > until);
    for (const entry of inOrder(due)) this.#print(entry);
    if (this.#unprinted.length === 0) return;
    this.#cancel = this.#clock.after(PRINT_EVERY_MS, () => this.#printDue());
  }
}

function inOrder(entries: readonly TimelineEntry[]): TimelineEntry[] {
  return [...entries].sort((a, b) => a.wall - b.wall);
}
