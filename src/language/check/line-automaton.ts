/**
 * A pattern as an automaton over the bytes of one console line, so that questions about all lines
 * can be answered, not only about samples. It is made of the very program that RE2 runs, so both
 * mean the same lines. Used by line-search.ts and the checks of texts; it knows nothing of scripts.
 */
import { RE2JS } from 're2js';

/** What stands before the next byte: nothing, a word character, something else. Numbers, for keys. */
export type Before = 0 | 1 | 2;
export const AT_START = 0;
const BEHIND_WORD = 1;
const BEHIND_OTHER = 2;

export interface Move {
  readonly state: number;
  /** The pattern asks for this byte in particular: not by `.`, nor before or behind its match. */
  readonly essential: boolean;
}

/** States are numbers from 0. A line is accepted when a state that it can lead to `ends`. */
export interface LineAutomaton {
  readonly starts: readonly number[];
  readonly stateCount: number;
  /** Bytes with the same number are treated alike everywhere. */
  readonly classOf: Uint8Array;
  moves(state: number, before: Before, byte: number): readonly Move[];
  ends(state: number, before: Before): boolean;
  /** The only byte that leads on from there, where no other does; null: there may be several. */
  only(state: number): number | null;
}

/** machine/console.ts lets all other bytes into a line. */
const NEVER_IN_A_LINE: ReadonlySet<number> = new Set([0, 7, 8, 10, 13, 27, 127]);
export const LINE_BYTES: readonly number[] = [...pleasantFirst()].filter(
  (byte) => !NEVER_IN_A_LINE.has(byte),
);
function canStandInALine(byte: number): boolean {
  return byte < 256 && !NEVER_IN_A_LINE.has(byte);
}
/** A class of more bytes, such as `.` or `[a-z]`, says little about the line: it fills. */
const NARROW_MAX = 24;

/** So that lines shown in messages consist of letters where any byte would do. */
function pleasantFirst(): Set<number> {
  const readable = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  return new Set([
    ...[...readable].map((char) => char.charCodeAt(0)),
    ...Array.from({ length: 95 }, (_, index) => 32 + index),
    ...Array.from({ length: 256 }, (_, byte) => byte),
  ]);
}

export function isWordByte(byte: number): boolean {
  return /\w/.test(String.fromCharCode(byte));
}

const WORD_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => (isWordByte(byte) ? 1 : 0));

/** What `byte` is to the one that follows it. */
export function behind(byte: number): Before {
  return WORD_BYTES[byte] === 1 ? BEHIND_WORD : BEHIND_OTHER;
}

// ---- the compiled program, as re2js has it -------------------------------------------------------

interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  /** Ranges, or one alone. */
  readonly runes: ArrayLike<number>;
  matchRune(rune: number): boolean;
}

const OP = { alt: 1, altMatch: 2, capture: 3, empty: 4, fail: 5, match: 6, nop: 7 } as const;
const OP_ANY = 10;
const OP_ANY_BUT_NEWLINE = 11;
const FOLD_CASE = 1;
const ASSERT = {
  beginLine: 1,
  endLine: 2,
  beginText: 4,
  endText: 8,
  boundary: 16,
  noBoundary: 32,
} as const;

/** As what stands before, but for the end of the line. */
type Next = Before;
const AT_END = 0;

function holdsBetween(assertions: number, before: Before, next: Next): boolean {
  const atBoundary = (before === BEHIND_WORD) !== (next === BEHIND_WORD);
  let present: number = atBoundary ? ASSERT.boundary : ASSERT.noBoundary;
  if (before === AT_START) present |= ASSERT.beginLine | ASSERT.beginText;
  if (next === AT_END) present |= ASSERT.endLine | ASSERT.endText;
  return (assertions & ~present) === 0;
}

/** What can be reached without a byte: instructions that take one, and whether it is over. */
interface Reach {
  readonly takers: readonly number[];
  readonly matches: boolean;
}

/** Not begun: what comes before the match. */
const WAITING = 0;
/** Matched: whatever follows. */
const MATCHED = 1;
const FIRST = 2;

/** Ends each of several texts: no line has one. */
const LINE_END = 10;
const NO_MOVES: readonly Move[] = [];
const MATCHED_ONLY: readonly Move[] = [{ state: MATCHED, essential: false }];

class PatternAutomaton implements LineAutomaton {
  readonly starts = [WAITING];
  readonly stateCount: number;
  readonly classOf: Uint8Array;
  readonly #code: readonly Instruction[];
  readonly #begin: number;
  /** For instructions that take a byte: which; and whether they are few. */
  readonly #takes = new Map<number, Takes>();
  readonly #reach = new Map<number, Reach>();
  readonly #moves = new Map<number, readonly Move[]>();

  constructor(code: readonly Instruction[], begin: number) {
    this.#code = code;
    this.#begin = begin;
    this.stateCount = FIRST + code.length;
    code.forEach((instruction, index) => {
      if (instruction.op > OP.nop) this.#takes.set(index, takesOf(instruction));
    });
    this.classOf = partition([...this.#takes.values()]);
  }

  moves(state: number, before: Before, byte: number): readonly Move[] {
    if (state === MATCHED) return MATCHED_ONLY;
    const literal = this.#takes.get(state - FIRST);
    if (literal !== undefined) return takesByte(literal, byte) ? literal.move : NO_MOVES;
    const key = (state * 3 + before) * 256 + (this.classOf[byte] ?? 0);
    const known = this.#moves.get(key);
    if (known !== undefined) return known;
    const made = this.#make(state, before, byte);
    this.#moves.set(key, made);
    return made;
  }

  /** Literal text, which most patterns are. */
  only(state: number): number | null {
    return this.#takes.get(state - FIRST)?.only ?? null;
  }

  ends(state: number, before: Before): boolean {
    return state === MATCHED || this.#reachOf(state, before, AT_END).matches;
  }

  #make(state: number, before: Before, byte: number): readonly Move[] {
    const { takers, matches } = this.#reachOf(state, before, behind(byte));
    if (matches) return MATCHED_ONLY;
    const moves: Move[] = state === WAITING ? [{ state: WAITING, essential: false }] : [];
    for (const taker of takers) {
      const takes = this.#takes.get(taker);
      if (takes !== undefined && takesByte(takes, byte)) moves.push(...takes.move);
    }
    return moves;
  }

  #reachOf(state: number, before: Before, next: Next): Reach {
    const key = (state * 3 + before) * 3 + next;
    const known = this.#reach.get(key);
    if (known !== undefined) return known;
    const made = this.#follow(state === WAITING ? this.#begin : state - FIRST, before, next);
    this.#reach.set(key, made);
    return made;
  }

  #follow(from: number, before: Before, next: Next): Reach {
    const seen = new Set([from]);
    const takers: number[] = [];
    let matches = false;
    for (const index of seen) {
      const instruction = this.#code[index];
      if (instruction === undefined || instruction.op === OP.fail) continue;
      if (instruction.op === OP.match) matches = true;
      else if (instruction.op > OP.nop) takers.push(index);
      else if (instruction.op !== OP.empty || holdsBetween(instruction.arg, before, next)) {
        seen.add(instruction.out);
        if (instruction.op <= OP.altMatch) seen.add(instruction.arg);
      }
    }
    return { takers, matches };
  }
}

/** Which bytes an instruction takes, and where it leads. */
interface Takes {
  /** When it is one alone. */
  readonly only: number | null;
  readonly many: Uint8Array | null;
  readonly move: readonly Move[];
}

function takesByte({ only, many }: Takes, byte: number): boolean {
  return many === null ? only === byte : many[byte] === 1;
}

function takesOf(instruction: Instruction): Takes {
  const { op, runes, out } = instruction;
  if (op > OP_ANY_BUT_NEWLINE) throw new Error(`re2js has an instruction ${op} that is not known`);
  const only = runes.length === 1 && (instruction.arg & FOLD_CASE) === 0 ? runes[0] : undefined;
  if (only !== undefined && op < OP_ANY && canStandInALine(only)) {
    return { only, many: null, move: [{ state: FIRST + out, essential: true }] };
  }
  const many = new Uint8Array(256);
  let count = 0;
  for (const byte of LINE_BYTES) {
    if (op < OP_ANY && !instruction.matchRune(byte)) continue;
    many[byte] = 1;
    count += 1;
  }
  return { only: null, many, move: [{ state: FIRST + out, essential: count <= NARROW_MAX }] };
}

/** Numbers the bytes so that those which all of these treat alike have the same number. */
function partition(all: readonly Takes[]): Uint8Array {
  let classOf: Uint8Array = WORD_BYTES;
  const single = new Uint8Array(256);
  for (const { only, many } of all) {
    if (only !== null) single[only] = only;
    else if (many !== null) classOf = joinClasses(classOf, many);
  }
  // Each byte that stands alone somewhere: a number of its own.
  return joinClasses(classOf, single);
}

/** All lines in which `compiled` is found. */
export function linesWith(compiled: RE2JS): LineAutomaton {
  const { inst, start } = compiled.re2Input.prog as { inst: Instruction[]; start: number };
  return new PatternAutomaton(inst, start);
}

/** The same for RE2 source that is known to be sound. */
export function linesOf(source: string): LineAutomaton {
  return linesWith(RE2JS.compile(source));
}

/** A line of `before` and, right behind it, one of `texts`: whole or, when `partly`, its beginning. */
export function followedBy(
  before: LineAutomaton,
  texts: readonly string[],
  partly: boolean,
): LineAutomaton {
  const base = before.stateCount;
  // The texts one behind the other; a line end, which no line has, keeps them apart.
  const all = `${texts.join('\n')}\n`;
  const begins = [0, ...[...all.matchAll(/\n(?=.)/g)].map(({ index }) => index + 1)];
  const single = new Uint8Array(256);
  for (const char of all) single[char.charCodeAt(0)] = char.charCodeAt(0);
  const next = (at: number, byte: number): readonly Move[] =>
    byte !== LINE_END && all.charCodeAt(at) === byte
      ? [{ state: base + at + 1, essential: true }]
      : NO_MOVES;
  return {
    starts: before.starts,
    stateCount: base + all.length + 1,
    classOf: joinClasses(before.classOf, single),
    moves(state, kind, byte) {
      if (state >= base) return next(state - base, byte);
      const moves = before.moves(state, kind, byte);
      if (!before.ends(state, kind)) return moves;
      return [...moves, ...begins.flatMap((at) => next(at, byte))];
    },
    only: (state) => (state >= base ? all.charCodeAt(state - base) : null),
    ends: (state) => state >= base && (partly || all[state - base] === '\n'),
  };
}

/** The coarsest numbering that tells apart what either tells apart. */
export function joinClasses(a: Uint8Array, b: Uint8Array): Uint8Array {
  const numbers = new Map<number, number>();
  const joined = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const key = (a[byte] ?? 0) * 256 + (b[byte] ?? 0);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    joined[byte] = number;
  }
  return joined;
}
