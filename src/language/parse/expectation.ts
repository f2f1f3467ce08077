/**
 * Parses what `expect` and its lines are made of (`seen [result]`, time limits, results) and what
 * access libraries write differently: secrets that are sent, answers behind `succeed`. Called by
 * parse/steps.ts. `kind` tells what sort of file it stands in.
 */
import type { Span } from '../program.ts';
import { joinSpans } from '../token.ts';
import type * as Tree from '../tree.ts';
import { NOT_IN_ACCESS } from '../words.ts';
import type { Cursor } from './cursor.ts';
import { checkShape, count, duration, isMatch, match, string } from './phrases.ts';

type FileKind = Tree.Tree['kind'];

/** `seen [result]` */
export function alternative(cursor: Cursor, kind: FileKind): Tree.Alternative {
  const what = seen(cursor, kind);
  const then: Tree.Result = cursor.atEnd()
    ? { kind: 'continue', span: cursor.lineSpan() }
    : result(cursor, kind);
  cursor.finish();
  return { seen: what, result: then, span: cursor.lineSpan() };
}

function seen(cursor: Cursor, kind: FileKind): Tree.Seen {
  if (isMatch(cursor)) return { kind: 'match', match: match(cursor) };
  const expected = 'a text, a "string", a /regex/, quiet, identity or answer';
  const word = cursor.word();
  if (word === 'quiet') {
    cursor.take();
    return { kind: 'quiet', duration: duration(cursor) };
  }
  if (word === 'identity' || word === 'answer') {
    if (kind === 'access') refuseInAccess(cursor, word);
    cursor.take();
    return { kind: word };
  }
  if (word === null || RESULT_WORDS.some((reserved) => reserved === word)) {
    return cursor.failExpected(expected);
  }
  return { kind: 'text', name: cursor.needName(expected) };
}

/** `after [n tries of] D result` */
export function timeout(cursor: Cursor, kind: FileKind): NonNullable<Tree.Expect['timeout']> {
  cursor.take();
  let tries = 1;
  const next = cursor.word(1);
  const isResult = RESULT_WORDS.some((word) => word === next);
  if (cursor.peek()?.kind === 'number' && next !== null && !isResult) {
    tries = count(cursor, 'how many tries, from 1');
    cursor.needOneOf(['tries', 'try'] as const, "'tries'", 'write: after 3 tries of 10s fail NAME');
    cursor.needWord('of', 'write: after 3 tries of 10s fail NAME');
  }
  const within = duration(cursor);
  const then = result(cursor, kind);
  cursor.finish();
  return { tries, within, result: then, span: cursor.lineSpan() };
}

const RESULT_WORDS = ['succeed', 'continue', 'fail'] as const;

export function result(cursor: Cursor, dialect: FileKind): Tree.Result {
  const span = cursor.here();
  const hint =
    cursor.word() === 'done'
      ? "write 'succeed' to end the dialogue well"
      : cursor.peek()?.kind === 'arrow'
        ? 'a dialogue cannot go to a state: fail NAME, and let the state decide'
        : null;
  const kind = cursor.needOneOf(RESULT_WORDS, "'succeed', 'continue' or 'fail NAME'", hint);
  if (kind === 'succeed' && dialect === 'access') return succeed(cursor, span);
  if (kind !== 'fail') return { kind, span };
  const name = cursor.needName('the name of the failure', 'for example: fail no-login');
  checkShape(cursor, name);
  return { kind: 'fail', name: name.text, span: joinSpans(span, name.span) };
}

// ---- access libraries -------------------------------------------------------------------------------

/** `send "..."`, or `send secret $name`. */
export function sendStep(
  cursor: Cursor,
  kind: FileKind,
  span: Span,
): Extract<Tree.Step, { kind: 'send' }> {
  if (kind !== 'access' || !cursor.skipWord('secret')) {
    return { kind: 'send', text: string(cursor, 'a "string" to type'), span };
  }
  const token = cursor.peek();
  if (token?.kind !== 'variable') {
    const hint = 'for example: send secret $password';
    return cursor.failExpected('$ and the name of a secret setting, without quotes', hint);
  }
  cursor.take();
  const text = { parts: [{ ...token }], span: token.span, sound: true };
  return { kind: 'send', text, secret: true, span };
}

/** `succeed`, or `succeed off` and `succeed on`. */
function succeed(cursor: Cursor, span: Span): Tree.Result {
  const answer = (['off', 'on'] as const).find((word) => word === cursor.word());
  if (answer === undefined) return { kind: 'succeed', span };
  const last = cursor.here();
  cursor.take();
  return { kind: 'succeed', answer, span: joinSpans(span, last) };
}

export function refuseOutside(cursor: Cursor, word: string): void {
  if (NOT_IN_ACCESS.has(word)) refuseInAccess(cursor, word);
}

function refuseInAccess(cursor: Cursor, word: string): never {
  const hint =
    word === 'break'
      ? 'write the block `to break`: how the other end is told to send one'
      : 'here are: send, press, expect, do, if and results';
  return cursor.fail('not-in-access', `'${word}' in an access library`, hint);
}
