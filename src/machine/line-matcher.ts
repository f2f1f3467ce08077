/**
 * Many tables in one pass over a line: what they do together is remembered as one table that grows
 * while text is read, up to a bound. Where text asks for too much that is new, the tables are
 * followed one by one for the rest of the line: no line costs more than a look into each table for
 * each byte, and a few hundred new states. Used by patterns.ts.
 */
import { joinClasses } from '../language/check/line-automaton.ts';
import type { LineTable } from '../language/line-table.ts';

/** Of the common table. A usual script with fifty patterns needs some hundreds. */
const STATES_MAX = 2048;
/** New ones while a single line is read. */
const NEW_STATES_MAX = 200;
const STATES_AT_START = 64;
const NONE: readonly number[] = [];

export class LineMatcher {
  readonly #tables: readonly LineTable[];
  readonly #classOf: Uint8Array;
  readonly #classCount: number;
  /** By class: for each table its own class. */
  readonly #classes: readonly Uint8Array[];
  readonly #numbers = new Map<string, number>();
  /** By common state: the state of each table. */
  #parts: Uint16Array[] = [];
  /** By common state: which tables accept a line that ends there. */
  #accepting: (readonly number[])[] = [];
  /** By common state and class: the next state plus one; 0: not known yet. */
  #next: Uint16Array;

  constructor(tables: readonly LineTable[]) {
    this.#tables = tables;
    const joined = tables.reduce<Uint8Array>(
      (classOf, table) => joinClasses(classOf, table.classOf),
      new Uint8Array(256),
    );
    this.#classOf = joined;
    this.#classCount = Math.max(...joined) + 1;
    this.#classes = Array.from({ length: this.#classCount }, (_, number) => {
      const byte = joined.indexOf(number);
      return Uint8Array.from(tables, ({ classOf }) => classOf[byte] ?? 0);
    });
    this.#next = new Uint16Array(STATES_AT_START * this.#classCount);
    this.#begin();
  }

  /** Positions, in the list given, of the tables that match; the same list for the same state. */
  matching(line: string): readonly number[] {
    const classOf = this.#classOf;
    const classCount = this.#classCount;
    let state = 0;
    let made = 0;
    for (let index = 0; index < line.length; index++) {
      const byteClass = classOf[line.charCodeAt(index) & 0xff] ?? 0;
      const known = this.#next[state * classCount + byteClass] ?? 0;
      if (known > 0) {
        state = known - 1;
        continue;
      }
      made += 1;
      if (made > NEW_STATES_MAX) return this.#oneByOne(state, line, index);
      state = this.#make(state, byteClass);
    }
    return this.#accepting[state] ?? NONE;
  }

  #begin(): void {
    this.#numbers.clear();
    this.#parts = [];
    this.#accepting = [];
    this.#next.fill(0);
    this.#add(new Uint16Array(this.#tables.length));
  }

  #make(from: number, byteClass: number): number {
    const parts = this.#step(this.#parts[from] ?? new Uint16Array(), byteClass);
    const known = this.#numbers.get(keyOf(parts));
    if (known === undefined && this.#parts.length >= STATES_MAX) {
      this.#begin();
      return this.#numbers.get(keyOf(parts)) ?? this.#add(parts);
    }
    const number = known ?? this.#add(parts);
    this.#next[from * this.#classCount + byteClass] = number + 1;
    return number;
  }

  #step(parts: Uint16Array, byteClass: number): Uint16Array {
    const classes = this.#classes[byteClass];
    return parts.map((part, index) => {
      const table = this.#tables[index];
      const own = classes?.[index] ?? 0;
      return table?.next[part * table.classCount + own] ?? 0;
    });
  }

  #add(parts: Uint16Array): number {
    const number = this.#parts.push(parts) - 1;
    this.#numbers.set(keyOf(parts), number);
    this.#accepting.push(this.#acceptingOf(parts));
    if ((number + 1) * this.#classCount > this.#next.length) {
      const larger = new Uint16Array(this.#next.length * 2);
      larger.set(this.#next);
      this.#next = larger;
    }
    return number;
  }

  #acceptingOf(parts: Uint16Array): readonly number[] {
    const accepting: number[] = [];
    parts.forEach((part, index) => {
      if (this.#tables[index]?.accepts[part] === 1) accepting.push(index);
    });
    return accepting.length === 0 ? NONE : accepting;
  }

  /** The rest of the line, from `index` on, without remembering anything. */
  #oneByOne(state: number, line: string, index: number): readonly number[] {
    const parts = this.#parts[state] ?? new Uint16Array();
    const ends = Uint16Array.from(parts, (part, position) => {
      const table = this.#tables[position];
      return table === undefined ? 0 : follow(table, part, line, index);
    });
    return this.#acceptingOf(ends);
  }
}

function follow(table: LineTable, from: number, line: string, start: number): number {
  const { classOf, classCount, next } = table;
  let state = from;
  for (let index = start; index < line.length; index++) {
    const byteClass = classOf[line.charCodeAt(index) & 0xff] ?? 0;
    state = next[state * classCount + byteClass] ?? 0;
  }
  return state;
}

function keyOf(parts: Uint16Array): string {
  return String.fromCharCode(...parts);
}
