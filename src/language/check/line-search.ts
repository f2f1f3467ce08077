/**
 * Questions about lines, answered by walking automata side by side: is there a line that two
 * patterns both match, and which is the shortest? Does one pattern take every line of another?
 * Every answer is exact; where a question is too large it says so. Used by the checks of texts.
 */
import {
  AT_START,
  type Before,
  behind,
  joinClasses,
  LINE_BYTES,
  type LineAutomaton,
  type Move,
} from './line-automaton.ts';

/** A line, its absence, or that nobody knows. */
export type Answer =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'too-large' };

/** May both take a byte in these ways? */
export type Pairing = (a: Move, b: Move) => boolean;

/** Wherever they match. */
export const ANYWHERE: Pairing = () => true;
/** What `a` asks for is asked for by `b` as well: its match is no other part of the line. */
export const WITHIN: Pairing = (a, b) => !a.essential || b.essential;

const PLACES_MAX = 30_000;
/** For keys: no automaton has so many states. */
const STATES_MAX = 100_000;

/** The shortest line, not empty, that both accept. */
export function commonLine(a: LineAutomaton, b: LineAutomaton, pairing: Pairing): Answer {
  return shortest({
    bytes: representatives([a, b]),
    only: (first, second) => a.only(first) ?? b.only(second),
    starts: a.starts.flatMap((one) => b.starts.map((other) => placeOf(one, other, AT_START))),
    moves(first, second, before, byte) {
      const ofA = a.moves(first, before, byte);
      const ofB = ofA.length === 0 ? ofA : b.moves(second, before, byte);
      if (ofB.length === 0) return NOWHERE;
      const found: number[] = [];
      for (const other of ofB) {
        for (const one of ofA) {
          if (pairing(one, other)) found.push(placeOf(one.state, other.state, behind(byte)));
        }
      }
      return found;
    },
    isGoal: (first, second, before) => a.ends(first, before) && b.ends(second, before),
  });
}

/** Does it accept this line? */
export function takesLine(a: LineAutomaton, line: string): boolean {
  let states: readonly number[] = a.starts;
  let before: Before = AT_START;
  for (const char of line) {
    const byte = char.charCodeAt(0);
    const here = before;
    const moves = states.flatMap((state) => a.moves(state, here, byte));
    states = [...new Set(moves.map(({ state }) => state))];
    before = behind(byte);
  }
  const last = before;
  return states.some((state) => a.ends(state, last));
}

/** The shortest line, not empty, that it accepts. */
export function someLine(a: LineAutomaton): Answer {
  return commonLine(a, ANY_LINE, ANYWHERE);
}

const ONE_MOVE: readonly Move[] = [{ state: 0, essential: false }];
const ANY_LINE: LineAutomaton = {
  starts: [0],
  stateCount: 1,
  classOf: new Uint8Array(256),
  moves: () => ONE_MOVE,
  only: () => null,
  ends: () => true,
};

/** The shortest line of `a` that none of `others` accepts; `none`: they take all of them. */
export function lineOutside(a: LineAutomaton, others: readonly LineAutomaton[]): Answer {
  const many = new Subsets(others);
  return shortest({
    bytes: representatives([a, ...others]),
    only: (first) => a.only(first),
    starts: a.starts.map((one) => placeOf(one, many.start, AT_START)),
    moves(first, second, before, byte) {
      const ofA = a.moves(first, before, byte);
      if (ofA.length === 0) return NOWHERE;
      const next = many.next(second, before, byte);
      return ofA.map((one) => placeOf(one.state, next, behind(byte)));
    },
    isGoal: (first, second, before) => a.ends(first, before) && !many.ends(second, before),
  });
}

/** Several automata as one that is in all its possible states at once, made while it is walked. */
class Subsets {
  readonly start: number;
  readonly #automata: readonly LineAutomaton[];
  readonly #numbers = new Map<string, number>();
  /** States by automaton. */
  readonly #sets: (readonly (readonly number[])[])[] = [];

  constructor(automata: readonly LineAutomaton[]) {
    this.#automata = automata;
    this.start = this.#numberOf(automata.map(({ starts }) => starts));
  }

  next(set: number, before: Before, byte: number): number {
    const states = this.#sets[set] ?? [];
    return this.#numberOf(
      this.#automata.map((automaton, index) => {
        const moves = (states[index] ?? []).flatMap((state) =>
          automaton.moves(state, before, byte),
        );
        return [...new Set(moves.map(({ state }) => state))].sort((a, b) => a - b);
      }),
    );
  }

  ends(set: number, before: Before): boolean {
    const states = this.#sets[set] ?? [];
    return this.#automata.some((automaton, index) =>
      states[index]?.some((state) => automaton.ends(state, before)),
    );
  }

  #numberOf(set: readonly (readonly number[])[]): number {
    const key = set.map((states) => states.join(' ')).join('|');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#sets.length);
    return this.#sets.push(set) - 1;
  }
}

/** One byte for each kind of byte that the automata tell apart, the most readable of its kind. */
function representatives(automata: readonly LineAutomaton[]): readonly number[] {
  const classOf = automata
    .map((automaton) => automaton.classOf)
    .reduce((joined, one) => joinClasses(joined, one));
  const first = new Map<number, number>();
  for (const byte of LINE_BYTES) {
    const number = classOf[byte] ?? 0;
    if (!first.has(number)) first.set(number, byte);
  }
  return [...first.values()];
}

// ---- breadth first -------------------------------------------------------------------------------

/** Two states side by side and what stands before, in one number: many of them are made. */
function placeOf(first: number, second: number, before: Before): number {
  return (second * STATES_MAX + first) * 3 + before;
}

const NOWHERE: readonly number[] = [];

interface Walk {
  readonly bytes: readonly number[];
  readonly starts: readonly number[];
  readonly only: (first: number, second: number) => number | null;
  /** The places to which a byte leads. */
  readonly moves: (
    first: number,
    second: number,
    before: Before,
    byte: number,
  ) => readonly number[];
  readonly isGoal: (first: number, second: number, before: Before) => boolean;
}

/** Where the search came by: places, and for each from which other, by which byte. */
interface Trail {
  readonly places: number[];
  readonly from: number[];
  readonly bytes: number[];
}

/** A line is never longer than places are many. */
function shortest(walk: Walk): Answer {
  const trail: Trail = { places: [...walk.starts], from: [], bytes: [] };
  for (const _ of walk.starts) note(trail, -1, 0);
  const seen = new Set<number>();
  for (let index = 0; index < trail.places.length; index++) {
    const { first, second, before } = partsOf(trail.places[index] ?? 0);
    const only = walk.only(first, second);
    for (const byte of only === null ? walk.bytes : [only]) {
      for (const place of walk.moves(first, second, before, byte)) {
        if (seen.has(place)) continue;
        seen.add(place);
        if (seen.size > PLACES_MAX) return { kind: 'too-large' };
        trail.places.push(place);
        note(trail, index, byte);
        const to = partsOf(place);
        if (walk.isGoal(to.first, to.second, to.before)) {
          return { kind: 'line', line: lineTo(trail, trail.places.length - 1) };
        }
      }
    }
  }
  return { kind: 'none' };
}

function partsOf(place: number): { first: number; second: number; before: Before } {
  const states = Math.floor(place / 3);
  const first = states % STATES_MAX;
  const before = (place % 3) as Before;
  return { first, second: (states - first) / STATES_MAX, before };
}

function note(trail: Trail, from: number, byte: number): void {
  trail.from.push(from);
  trail.bytes.push(byte);
}

function lineTo(trail: Trail, end: number): string {
  const bytes: number[] = [];
  for (let at = end; (trail.from[at] ?? -1) >= 0; at = trail.from[at] ?? -1) {
    bytes.push(trail.bytes[at] ?? 0);
  }
  return String.fromCharCode(...bytes.reverse());
}
