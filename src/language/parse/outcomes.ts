/**
 * The `done` and `failed` lines of states and dialogues: alike but for what follows them.
 * Called by parse/dialogues.ts and parse/states.ts.
 */
import type { Span } from '../program.ts';
import type { Word } from '../token.ts';
import type { OutcomeOf } from '../tree.ts';
import type { Cursor } from './cursor.ts';
import { condition, names } from './phrases.ts';

/** Something that was tried and to which outcomes are added line by line. */
export interface Attempt<R> {
  readonly outcomes: OutcomeOf<R>[];
  damaged: boolean;
}

/** What the outcome lines below belong to; `unknown`: a line that could not be read. */
export type AttemptAbove<R> = Attempt<R> | 'unknown' | null;

/** `done [cond] R | failed [names] [cond] R` */
export function parseOutcome<R>(cursor: Cursor, parseResult: () => R): OutcomeOf<R> {
  const on = cursor.needOneOf(['done', 'failed'] as const, "'done' or 'failed'");
  const named: Word[] = on === 'failed' && startsNames(cursor) ? names(cursor, 'a failure') : [];
  const when = condition(cursor);
  const then = parseResult();
  return { on, names: named, condition: when, then, span: cursor.lineSpan() };
}

const RESULT_WORDS = new Set(['succeed', 'continue', 'fail', 'alarm', 'clear', 'log', 'if']);

/** After `failed` a word is a failure's name unless it begins what is done about it. */
function startsNames(cursor: Cursor): boolean {
  const word = cursor.word();
  return word !== null && !RESULT_WORDS.has(word);
}

/** Adds the outcome to what was tried above, or complains that nothing was. */
export function attachOutcome<R>(
  cursor: Cursor,
  above: AttemptAbove<R>,
  what: string,
  parse: () => OutcomeOf<R>,
): void {
  const span: Span = cursor.here();
  if (above === null) {
    const hint = `put it below ${what}`;
    const message = `nothing above can end as '${cursor.word()}'`;
    cursor.report('lone-outcome', span, message, hint);
  }
  const target = above === null || above === 'unknown' ? null : above;
  if (target === null) {
    parse();
    return;
  }
  const before = target.damaged;
  target.damaged = true;
  const outcome = parse();
  target.damaged = before;
  target.outcomes.push(outcome);
}
