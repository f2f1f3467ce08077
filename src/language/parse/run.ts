/**
 * Parses what follows `run`: the arguments and the time limit. The same in states and dialogues.
 */
import type { Quoted } from '../token.ts';
import type { Duration } from '../tree.ts';
import type { Cursor } from './cursor.ts';
import { duration, string } from './phrases.ts';

const HINT = 'write: run "program" "argument" within 30s';

/** `string {string} "within" duration`; a missing limit is reported, not fatal. */
export function parseRun(cursor: Cursor): { argv: Quoted[]; within: Duration } {
  const argv = [string(cursor, 'the program, a "string"', HINT)];
  while (cursor.peek()?.kind === 'string') argv.push(string(cursor, 'an argument'));
  if (cursor.atEnd()) {
    const span = cursor.endOfLine();
    if (!cursor.misread()) {
      cursor.report('missing-timeout', span, "'run' without a time limit", HINT);
    }
    return { argv, within: { kind: 'unknown', span } };
  }
  const what = argv.length === 1 ? "an argument or 'within'" : "'within'";
  cursor.needOneOf(['within'] as const, what, HINT);
  return { argv, within: duration(cursor) };
}
