/**
 * Parses effects: `-> STATE "reason"`, `alarm`, `clear`, `log`. Called by parse/states.ts for
 * reactions, outcomes, actions and `and` lines.
 */
import { joinSpans } from '../token.ts';
import type { Effect, Go } from '../tree.ts';
import type { Cursor } from './cursor.ts';
import { checkShape, string } from './phrases.ts';

const EFFECT_WORDS = ['alarm', 'clear', 'log'] as const;

export function startsEffect(cursor: Cursor): boolean {
  return cursor.peek()?.kind === 'arrow' || EFFECT_WORDS.some((word) => word === cursor.word());
}

/** One effect, to the end of the line. */
export function parseEffect(cursor: Cursor): Effect {
  if (cursor.peek()?.kind === 'arrow') return parseGo(cursor);
  const span = cursor.here();
  const expected = "'->', 'alarm', 'clear' or 'log'";
  const hint = effectHint(cursor);
  const word = cursor.needOneOf(EFFECT_WORDS, expected, hint);
  const effect = parseWordEffect(cursor, word);
  cursor.finish('further effects stand below, each on a line: and ...');
  return { ...effect, span: joinSpans(span, cursor.takenSpan()) };
}

function parseWordEffect(cursor: Cursor, word: (typeof EFFECT_WORDS)[number]): Effect {
  const span = cursor.here();
  if (word === 'log') return { kind: 'log', text: string(cursor, 'a "string"'), span };
  const name = cursor.needName('the name of an alarm', `write: ${word} NAME`);
  if (word === 'clear') return { kind: 'clear', name, span };
  checkShape(cursor, name);
  const text = string(cursor, 'the alarm\'s text, a "string"');
  const type = cursor.skipWord('type') ? string(cursor, 'the command to type, a "string"') : null;
  return { kind: 'alarm', name, text, type, span };
}

/** `-> name string`; without a reason it is reported and still leads there. */
export function parseGo(cursor: Cursor): Go {
  const span = cursor.here();
  cursor.take();
  const state = cursor.needName('the name of a state', 'write: -> STATE "reason"');
  if (cursor.atEnd()) {
    const hint = `say why, for the log: -> ${state.text} "reason"`;
    cursor.report('missing-reason', cursor.endOfLine(), "'->' without a reason", hint);
    return { kind: 'go', state, reason: null, span: joinSpans(span, state.span) };
  }
  const reason = string(cursor, 'the reason, a "string"', `write: -> ${state.text} "reason"`);
  cursor.finish("nothing happens after '->': put it above");
  return { kind: 'go', state, reason, span: joinSpans(span, reason.span) };
}

function effectHint(cursor: Cursor): string | null {
  if (cursor.atEnd()) return 'say what happens then, for example: -> STATE "reason"';
  const word = cursor.word();
  if (word === 'and') return 'the first effect stands on this line, `and` lines below it';
  if (word === 'do' || word === 'send' || word === 'run') {
    return 'a line reacts with an effect; to do something, go to a state that does it';
  }
  if (word === 'succeed' || word === 'continue' || word === 'fail') {
    return 'results end dialogues; a state goes on with -> STATE "reason"';
  }
  return null;
}
