/**
 * One pattern as a table: a complete deterministic automaton over the bytes of a line, made before
 * any text is read. So no text can make it slower than one look into the table for each byte.
 * Made by the machine, once per pattern, and by the checker, which bounds what has no table.
 */
import { AT_START, type Before, behind, LINE_BYTES, linesOf } from './check/line-automaton.ts';
import { PATTERN_STATES_MAX } from './regex.ts';

type Automaton = ReturnType<typeof linesOf>;

/** State 0 is the beginning of the line. */
export interface LineTable {
  readonly classOf: Uint8Array;
  readonly classCount: number;
  /** By state and class: the next state. */
  readonly next: Uint16Array;
  /** By state: a line that ends here matches. */
  readonly accepts: Uint8Array;
}

interface State {
  readonly parts: readonly number[];
  readonly before: Before;
}

const MATCHED = '*';

class Builder {
  readonly #automaton: Automaton;
  readonly #bytes: readonly number[];
  readonly #numbers = new Map<string, number>();
  readonly #states: State[] = [];
  readonly #next: number[] = [];
  readonly #accepts: number[] = [];
  /** By state of the automaton: whatever follows, it stays there and matches. */
  readonly #final = new Map<number, boolean>();

  constructor(automaton: Automaton, bytes: readonly number[]) {
    this.#automaton = automaton;
    this.#bytes = bytes;
  }

  /** False: it would have more than PATTERN_STATES_MAX states. */
  build(): boolean {
    this.#numberOf({ parts: this.#automaton.starts, before: AT_START });
    for (const state of this.#states) {
      for (const byte of this.#bytes) this.#next.push(this.#step(state, byte));
      if (this.#states.length > PATTERN_STATES_MAX) return false;
    }
    return true;
  }

  table(classOf: Uint8Array): LineTable {
    return {
      classOf,
      classCount: this.#bytes.length,
      next: Uint16Array.from(this.#next),
      accepts: Uint8Array.from(this.#accepts),
    };
  }

  #step({ parts, before }: State, byte: number): number {
    const after = new Set<number>();
    for (const part of parts) {
      for (const { state } of this.#automaton.moves(part, before, byte)) after.add(state);
    }
    return this.#numberOf({ parts: [...after].sort((a, b) => a - b), before: behind(byte) });
  }

  #numberOf({ parts, before }: State): number {
    const final = parts.find((part) => this.#isFinal(part));
    const state: State =
      final === undefined ? { parts, before } : { parts: [final], before: AT_START };
    const key = final === undefined ? `${parts.join()}/${before}` : MATCHED;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.push(state) - 1;
    this.#numbers.set(key, number);
    const accepts = state.parts.some((part) => this.#automaton.ends(part, state.before));
    this.#accepts.push(accepts ? 1 : 0);
    return number;
  }

  #isFinal(part: number): boolean {
    const known = this.#final.get(part);
    if (known !== undefined) return known;
    const stays = (before: Before) =>
      this.#automaton.ends(part, before) &&
      this.#bytes.every((byte) => {
        const moves = this.#automaton.moves(part, before, byte);
        return moves.length === 1 && moves[0]?.state === part;
      });
    const isFinal = stays(0) && stays(1) && stays(2);
    this.#final.set(part, isFinal);
    return isFinal;
  }
}

/** The checker and the machine ask for the same patterns. */
const KNOWN_MAX = 2000;
const known = new Map<string, LineTable | null>();

/** Null when the table would be too large: such a pattern has to be matched in another way. */
export function lineTable(source: string): LineTable | null {
  const before = known.get(source);
  if (before !== undefined) return before;
  if (known.size >= KNOWN_MAX) known.clear();
  const made = makeTable(source);
  known.set(source, made);
  return made;
}

function makeTable(source: string): LineTable | null {
  const automaton = linesOf(source);
  const { classOf, bytes } = numberClasses(automaton.classOf);
  const builder = new Builder(automaton, bytes);
  return builder.build() ? builder.table(classOf) : null;
}

/** Classes from 0 on, and a byte of each. Bytes that no line has are treated as any other. */
function numberClasses(classOf: Uint8Array): { classOf: Uint8Array; bytes: number[] } {
  const numbers = new Map<number, number>();
  const bytes: number[] = [];
  for (const byte of LINE_BYTES) {
    const given = classOf[byte] ?? 0;
    if (numbers.has(given)) continue;
    numbers.set(given, bytes.push(byte) - 1);
  }
  return { classOf: classOf.map((given) => numbers.get(given) ?? 0), bytes };
}

export function matchesLine(table: LineTable, line: string): boolean {
  const { classOf, classCount, next, accepts } = table;
  let state = 0;
  for (let index = 0; index < line.length; index++) {
    const byteClass = classOf[line.charCodeAt(index) & 0xff] ?? 0;
    state = next[state * classCount + byteClass] ?? 0;
  }
  return accepts[state] === 1;
}
