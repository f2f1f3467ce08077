/**
 * Questions and answers that a recording shows: a line that was typed, and what came back. From them
 * a question that the script asks at another moment is answered, but only where nothing speaks
 * against it. Built once for each recording; asked by feed.ts.
 *
 * The rule. An answer counts for another moment when
 * - the same line was asked before *and* after it, within BETWEEN_MS each, both answers are the same,
 *   and what came between matches no text of the script; or
 * - the same line was asked within NEARBY_MS, and nothing at all came between.
 * A BREAK, a connection, a secret or a line that acts (setenv, boot) in between ends both.
 */
import { emptyConsole, nextLine, splitPieces, takePiece } from '../machine/console.ts';
import type { Item } from './recording.ts';

const NEARBY_MS = 60_000;
const BETWEEN_MS = 15 * 60_000;
/** Text belongs to an answer as long as it pauses for less. */
const ANSWER_MS = 2500;

export interface Answer {
  /** One chunk of what came back; `afterMs` since RETURN. */
  readonly chunks: readonly { readonly afterMs: number; readonly data: string }[];
  /** Of the typed RETURN, in the file. */
  readonly line: number;
}

interface Exchange extends Answer {
  /** Among all exchanges and disturbances: several may stand in one millisecond. */
  readonly order: number;
  readonly typed: string;
  readonly from: number;
  readonly text: string;
}

/** What may make an old answer wrong. `grave`: even between two answers that are the same. */
interface Disturbance {
  readonly order: number;
  readonly wall: number;
  readonly grave: boolean;
}

export interface Judge {
  /** May this line be typed anywhere because it changes nothing? */
  isHarmless(line: string): boolean;
  /** Does a text of the script match this finished line? */
  isKnown(line: string): boolean;
}

export class Exchanges {
  /** In order of time, as all lists here. */
  readonly #exchanges = new Map<string, Exchange[]>();
  readonly #disturbances: Disturbance[] = [];
  readonly #grave: Disturbance[];

  constructor(items: readonly Item[], judge: Judge) {
    const all: Exchange[] = [];
    new Cutter(judge, all, this.#disturbances).cut(items);
    // A line that acts is known as one when its answer is over.
    this.#disturbances.sort((one, other) => one.order - other.order);
    this.#grave = this.#disturbances.filter(({ grave }) => grave);
    for (const one of all) {
      const alike = this.#exchanges.get(one.typed);
      if (alike === undefined) this.#exchanges.set(one.typed, [one]);
      else alike.push(one);
    }
  }

  /** The answer to this line at this moment, or null when the recording cannot tell. */
  answerTo(typed: string, wall: number): Answer | null {
    const alike = this.#exchanges.get(typed) ?? [];
    const next = firstWhere(alike, (one) => one.from > wall);
    const [before, after] = [alike[next - 1] ?? null, alike[next] ?? null];
    if (before !== null && after !== null && this.#isBetween(before, after, wall)) return before;
    const near = [before, after].filter((one) => one !== null && this.#isNear(one, wall));
    // Two answers that differ: the machine changed somewhere between, nobody knows when.
    return near[0]?.text === near.at(-1)?.text ? (near[0] ?? null) : null;
  }

  #isBetween(before: Exchange, after: Exchange, wall: number): boolean {
    if (wall - before.from > BETWEEN_MS || after.from - wall > BETWEEN_MS) return false;
    if (before.text !== after.text) return false;
    const first = this.#grave[firstWhere(this.#grave, (one) => one.order > before.order)];
    return first === undefined || first.order > after.order;
  }

  #isNear({ from, order }: Exchange, wall: number): boolean {
    if (Math.abs(from - wall) > NEARBY_MS) return false;
    const all = this.#disturbances;
    if (from <= wall) {
      const first = all[firstWhere(all, (one) => one.order > order)];
      return first === undefined || first.wall >= wall;
    }
    const last = all[firstWhere(all, (one) => one.order > order) - 1];
    return last === undefined || last.wall <= wall;
  }
}

/** Index of the first that fits, in a list in which all behind it fit, too. */
function firstWhere<T>(list: readonly T[], fits: (one: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = list[middle];
    if (one !== undefined && fits(one)) high = middle;
    else low = middle + 1;
  }
  return low;
}

interface Open {
  readonly order: number;
  readonly from: number;
  readonly line: number;
  at: number;
  chunks: Answer['chunks'];
  /** Something came in between that RETURN does not cause: a panic, a boot. */
  isSpoiled: boolean;
}

function openAt(order: number, wall: number, line: number): Open {
  return { order, from: wall, line, at: wall, chunks: [], isSpoiled: false };
}

/** Goes once through the items and tells answers from what came by itself. */
class Cutter {
  readonly #judge: Judge;
  readonly #exchanges: Exchange[];
  readonly #disturbances: Disturbance[];
  readonly #console = emptyConsole(0);
  #typed = '';
  #open: Open | null = null;
  #order = 0;

  constructor(judge: Judge, exchanges: Exchange[], disturbances: Disturbance[]) {
    this.#judge = judge;
    this.#exchanges = exchanges;
    this.#disturbances = disturbances;
  }

  cut(items: readonly Item[]): void {
    for (const item of items) {
      if (item.kind === 'received') this.#received(item.data, item.wall);
      else if (item.kind === 'typed') this.#wasTyped(item.data, item.wall, item.line);
      else this.#disturb(item.wall);
    }
    this.#close();
  }

  #disturb(wall: number): void {
    this.#close();
    this.#typed = '';
    this.#disturbances.push({ order: this.#order++, wall, grave: true });
  }

  #wasTyped(data: string, wall: number, line: number): void {
    this.#close(wall);
    for (const char of data) {
      if (char === '\r') this.#open = openAt(this.#order++, wall, line);
      else if (char === '\x15') this.#typed = '';
      else this.#typed += char;
    }
  }

  #received(data: string, wall: number): void {
    const known = this.#finishedLines(data).some((line) => this.#judge.isKnown(line));
    const open = this.#open;
    if (open !== null && wall - open.at <= ANSWER_MS) {
      open.chunks = [...open.chunks, { afterMs: wall - open.from, data }];
      open.at = wall;
      open.isSpoiled ||= known && this.#typed === '';
      return;
    }
    const isEcho = open === null && this.#typed !== '' && this.#typed.endsWith(data);
    this.#close();
    if (!isEcho) this.#disturbances.push({ order: this.#order++, wall, grave: known });
  }

  /** Silence is an answer only when it was waited for. */
  #close(until = Number.POSITIVE_INFINITY): void {
    const open = this.#open;
    if (open === null) return;
    const typed = this.#typed;
    this.#typed = '';
    this.#open = null;
    const { order, from, line, chunks, isSpoiled } = open;
    if (isSpoiled || !this.#judge.isHarmless(typed)) {
      this.#disturbances.push({ order, wall: from, grave: true });
    }
    if (isSpoiled) return;
    if (chunks.length === 0 && until - from < ANSWER_MS) return;
    const text = chunks.map(({ data }) => data).join('');
    const plain = text.replace(/[\r\n\0]+/g, '\n');
    this.#exchanges.push({ order, typed, from, line, chunks, text: plain });
  }

  #finishedLines(data: string): string[] {
    const { pieces, escape } = splitPieces(this.#console.escape, data);
    this.#console.escape = escape;
    const lines: string[] = [];
    for (const first of pieces) {
      for (let piece: typeof first | null = first; piece !== null; ) {
        const taken = takePiece(this.#console, piece);
        if (taken.line !== null) {
          lines.push(taken.line);
          nextLine(this.#console);
        }
        piece = taken.rest;
      }
    }
    return lines;
  }
}
