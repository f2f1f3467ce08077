/**
 * A clock that stands until it is moved. Used by tests, the simulator and the prover. Calls fall due
 * in order of time, then of setting. Must never read the operating system's clock.
 */
import type { Clock } from './clock.ts';

interface Pending {
  readonly due: number;
  readonly order: number;
  /** Null: cancelled; it stays in the heap until it is its turn. */
  run: (() => void) | null;
}

/** So many cancelled calls may wait in the heap beside as many that are not. */
const CANCELLED_MAX = 256;

export class SimulatedClock implements Clock {
  #at = 0;
  #order = 0;
  /** A binary heap: the call that is due first stands at 0. */
  #heap: Pending[] = [];
  #cancelled = 0;
  readonly #wallStart: number;

  /** `wallStart`: what the wall shows at monotonic time 0, milliseconds since 1970. */
  constructor(wallStart = Date.UTC(2001, 0, 1)) {
    this.#wallStart = wallStart;
  }

  now() {
    return { at: this.#at, wall: this.#wallStart + this.#at };
  }

  /** Calls that wait and were not cancelled. */
  get pendingCount(): number {
    return this.#heap.length - this.#cancelled;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry: Pending = { due: this.#at + Math.max(0, delayMs), order: this.#order++, run };
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
    return () => this.#cancel(entry);
  }

  /** When the next call is due, or null. */
  nextDue(): number | null {
    return this.#first()?.due ?? null;
  }

  /** Moves to the next call and runs it, if it is due by `until`; false: none is, time stands. */
  runNext(until: number): boolean {
    const next = this.#first();
    if (next === null || next.due > until) return false;
    this.#pop();
    this.#at = Math.max(this.#at, next.due);
    const { run } = next;
    next.run = null;
    run?.();
    return true;
  }

  /** Moves on by `ms`, running what falls due. */
  advance(ms: number): void {
    const end = this.#at + ms;
    while (this.runNext(end)) {
      // Each call may set others.
    }
    this.#at = end;
  }

  #cancel(entry: Pending): void {
    if (entry.run === null) return;
    entry.run = null;
    this.#cancelled += 1;
    if (this.#cancelled > CANCELLED_MAX && this.#cancelled * 2 > this.#heap.length) this.#sweep();
  }

  #sweep(): void {
    this.#heap = this.#heap.filter(({ run }) => run !== null).sort(byTurn);
    this.#cancelled = 0;
  }

  #first(): Pending | null {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.run !== null) return first;
      this.#pop();
      this.#cancelled -= 1;
    }
    return null;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const entry = heap[from];
    if (entry === undefined) return;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const other = heap[above];
      if (other === undefined || !isBefore(entry, other)) break;
      heap[index] = other;
      index = above;
    }
    heap[index] = entry;
  }

  /** Takes the first entry out; the last one sinks from its place. */
  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      let other = heap[below];
      if (other === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, other)) {
        below += 1;
        other = right;
      }
      if (!isBefore(other, last)) break;
      heap[index] = other;
      index = below;
    }
    heap[index] = last;
  }
}

function isBefore(one: Pending, other: Pending): boolean {
  return one.due < other.due || (one.due === other.due && one.order < other.order);
}

function byTurn(one: Pending, other: Pending): number {
  return one.due - other.due || one.order - other.order;
}
