/**
 * Parses what follows `run`: the arguments and the time limit. The same in states and dialogues.
 */
import type { Quoted } from '../token.ts';
import type { Duration } from '../tree.ts';
import type { Cursor } from './cursor.ts';
import { duration, string } from './phrases.ts';

export const RUN_HINT = 'write: run "program" "argument" within 30s';
export const RUN_ON_HINT = 'write: run on active "program" "argument" within 30s';

/** `string {string} "within" duration`; a missing limit is reported, not fatal. */
export function parseRun(cursor: Cursor, hint = RUN_HINT): { argv: Quoted[]; within: Duration } {
  const argv = [string(cursor, 'the program, a "string"', hint)];
  while (cursor.peek()?.kind === 'string') argv.push(string(cursor, 'an argument'));
  if (cursor.atEnd()) {
    const span = cursor.endOfLine();
    if (!cursor.misread()) {
      cursor.report('missing-timeout', span, "'run' without a time limit", hint);
    }
    return { argv, within: { kind: 'unknown', span } };
  }
  const what = argv.length === 1 ? "an argument or 'within'" : "'within'";
  cursor.needOneOf(['within'] as const, what, hint);
  return { argv, within: duration(cursor) };
}
