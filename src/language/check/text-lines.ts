/**
 * The texts of a script as automata: which lines satisfy each, at which of the machine's two looks
 * at a console, and which lines two of them share. Made once for each check and used by the checks
 * of texts. What could not be read or is not allowed has no automaton: it was reported.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import { lowerTemplate } from '../lower.ts';
import { matchSource, PATTERN_INSTRUCTIONS_MAX } from '../regex.ts';
import type * as Tree from '../tree.ts';
import type { Judge } from './judge.ts';
import { type LineAutomaton, linesWith } from './line-automaton.ts';
import {
  type Answer,
  commonLine,
  lineOutside,
  someLine,
  takesLine,
  WITHIN,
} from './line-search.ts';
import { variablesOf } from './walk.ts';

/** One way in which a text, an expectation or the identity is recognised. */
export interface Look {
  readonly number: number;
  readonly match: Tree.Match;
  /** Looked for in the unfinished last line of a quiet console, and only there. */
  readonly prompt: boolean;
  /** Looked for in finished lines only. */
  readonly finished: boolean;
  /** Whatever values the variables in it have, its lines are among these. */
  readonly lines: LineAutomaton;
  /** Its lines depend on values that only CList knows. */
  readonly open: boolean;
  /** Its shortest line; null: there is none. */
  readonly sample: string | null;
}

/** Stands where a value will stand, until the source is made. */
const HOLE = '\x01';
/** For ` *$` and the like, which the machine puts behind what was written. */
const INSTRUCTIONS_ADDED = 10;

export class TextLines {
  readonly #judge: Judge;
  readonly #sink: DiagnosticSink;
  readonly #looks = new Map<Tree.Match, Look | null>();
  readonly #answers = new Map<string, Answer>();
  /** One mistake, one report: what is wrong already is not compared with others. */
  readonly wrong = new Set<Tree.Match>();

  constructor(judge: Judge, sink: DiagnosticSink) {
    this.#judge = judge;
    this.#sink = sink;
  }

  ofText(text: Tree.Text): Look[] {
    return text.matches.flatMap((match) => this.of(match, text.prompt) ?? []);
  }

  /** Null when there is nothing to judge. `finished`: never looked for in an unfinished line. */
  of(match: Tree.Match, prompt: boolean, finished = false): Look | null {
    const known = this.#looks.get(match);
    if (known !== undefined) return known;
    const lines = this.#lines(match, prompt);
    const look = lines === null ? null : this.#look(match, prompt, finished, lines);
    this.#looks.set(match, look);
    return look;
  }

  /** A line, seen at one look, in which the match of one lies within that of the other. */
  shared(a: Look, b: Look): string | null {
    if (!seenTogether(a, b)) return null;
    const answer = this.#ask(`shared ${a.number} ${b.number}`, a, () => {
      const one = commonLine(a.lines, b.lines, WITHIN);
      return one.kind === 'none' ? commonLine(b.lines, a.lines, WITHIN) : one;
    });
    return answer.kind === 'line' ? answer.line : null;
  }

  /** Do these together see every line of `look`, and not later? Null: nobody knows. */
  isTaken(look: Look, takers: readonly Look[]): boolean | null {
    const { sample } = look;
    const able = takers.filter((taker) => !taker.open && seesAllOf(taker, look));
    // Nearly always its shortest line is left over already.
    if (sample === null || !able.some(({ lines }) => takesLine(lines, sample))) return false;
    const key = `taken ${look.number} ${able.map(({ number }) => number).join(' ')}`;
    const lines = able.map((taker) => taker.lines);
    const answer = this.#ask(key, look, () => lineOutside(look.lines, lines));
    return answer.kind === 'too-large' ? null : answer.kind === 'none';
  }

  #ask(key: string, look: Look, ask: () => Answer): Answer {
    const answer = this.#answers.get(key) ?? ask();
    this.#answers.set(key, answer);
    if (answer.kind !== 'too-large') return answer;
    const message = 'this is too large to be compared with the other texts';
    this.#sink.warning('not-compared', look.match.quoted.span, message, 'repeat less, or split it');
    return answer;
  }

  #look(match: Tree.Match, prompt: boolean, finished: boolean, lines: LineAutomaton): Look {
    const shortest = someLine(lines);
    return {
      number: this.#looks.size,
      match,
      prompt,
      finished: finished || (!prompt && needsLineEnd(match)),
      lines,
      open: variablesOf(match.quoted).length > 0,
      sample: shortest.kind === 'line' ? shortest.line : null,
    };
  }

  #lines(match: Tree.Match, prompt: boolean): LineAutomaton | null {
    if (!match.quoted.sound || match.quoted.parts.some(isStrange)) return null;
    const holes = Object.fromEntries(variablesOf(match.quoted).map(({ text }) => [text, HOLE]));
    const template = lowerTemplate(match.quoted);
    const source = matchSource({ form: match.form, template, prompt }, holes);
    const compiled = this.#judge.compile(source.replaceAll(HOLE, '.+'));
    if (compiled === null || compiled.test('')) return null;
    const isTooCostly = compiled.programSize() > PATTERN_INSTRUCTIONS_MAX + INSTRUCTIONS_ADDED;
    return isTooCostly ? null : linesWith(compiled);
  }
}

function isStrange(part: Tree.Match['quoted']['parts'][number]): boolean {
  return part.kind === 'text' && /[^\0-\xff]/.test(part.text);
}

/** As the machine says: what ends an unfinished line may go on. */
function needsLineEnd({ form, quoted }: Tree.Match): boolean {
  const last = quoted.parts.at(-1);
  return form === 'regex' && last?.kind === 'text' && last.text.endsWith('$');
}

/** Can one look at the console show both? */
function seenTogether(a: Look, b: Look): boolean {
  if (a.prompt === b.prompt) return true;
  return !a.finished && !b.finished;
}

/** Does `a` see whatever `b` sees, and not later? */
function seesAllOf(a: Look, b: Look): boolean {
  if (b.prompt) return a.prompt || !a.finished;
  return !a.prompt && (b.finished || !a.finished);
}
