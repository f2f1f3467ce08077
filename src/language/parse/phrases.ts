/**
 * The small parts of which all lines are made: names, durations, quoted things, keys, roles,
 * conditions. Each takes its tokens from the cursor or gives the line up.
 */
import type { Key, Role } from '../program.ts';
import { joinSpans, type Quoted, type Word } from '../token.ts';
import type { Condition, Duration, Match, RoleWord } from '../tree.ts';
import { LEVELS, NAME_SHAPE, NAMED_KEYS, properName, RESERVED, UNFINISHED } from '../words.ts';
import type { Cursor } from './cursor.ts';

export const ROLES: readonly Role[] = ['active', 'standby'];

/** Words that can only stand behind a name that is missing. */
const BEHIND_NAMES: ReadonlySet<string> = new Set([
  ...['means', 'lasting', 'of', 'one', 'duration', 'optional', 'default'],
]);

/** A name that is defined here; a badly shaped one is reported and still defined. */
export function defineName(cursor: Cursor, what: string): Word {
  if (BEHIND_NAMES.has(cursor.word() ?? '')) cursor.failExpected(`the name of ${what}`);
  const name = cursor.needName(`the name of ${what}`);
  checkShape(cursor, name);
  return name;
}

/** As `defineName`, for what shares its names with keywords: texts, dialogues, states. */
export function defineOwnName(cursor: Cursor, what: string): Word {
  const name = defineName(cursor, what);
  if (RESERVED.has(name.text)) {
    const hint = `take another name, for example '${name.text}-1' or a more telling one`;
    cursor.report('reserved-name', name.span, `'${name.text}' is a word of the language`, hint);
  }
  return name;
}

export function checkShape(cursor: Cursor, name: Word): void {
  if (NAME_SHAPE.test(name.text)) return;
  const proper = properName(name.text);
  const rule = 'small letters and digits, parts joined by -';
  const hint = proper === null ? `names are ${rule}` : `write '${proper}': names are ${rule}`;
  cursor.report('bad-name', name.span, `'${name.text}' is no name`, hint);
}

/** `name {"," name}` */
export function names(cursor: Cursor, what: string): Word[] {
  const list = [cursor.needName(what)];
  while (cursor.peek()?.kind === 'comma') {
    cursor.take();
    list.push(cursor.needName(what));
  }
  return list;
}

export function string(cursor: Cursor, what: string, hint: string | null = null): Quoted {
  const token = cursor.peek();
  if (token?.kind !== 'string') return cursor.failExpected(what, hint);
  cursor.take();
  return token.quoted;
}

export function isMatch(cursor: Cursor): boolean {
  const kind = cursor.peek()?.kind;
  return kind === 'string' || kind === 'regex';
}

/** `string | regex` */
export function match(cursor: Cursor): Match {
  const token = cursor.peek();
  if (token?.kind === 'string' || token?.kind === 'regex') {
    cursor.take();
    return { form: token.kind === 'regex' ? 'regex' : 'words', quoted: token.quoted };
  }
  return cursor.failExpected('a "string" or a /regex/');
}

export function regex(cursor: Cursor, what: string): Match {
  if (cursor.peek()?.kind !== 'regex') cursor.failExpected(what);
  return match(cursor);
}

/** A duration is coming: also a number, which then lacks its unit. */
export function duration(cursor: Cursor, what = 'a duration'): Duration {
  const token = cursor.peek();
  if (token?.kind === 'duration') {
    cursor.take();
    if (token.ms === null) return { kind: 'unknown', span: token.span };
    return { kind: 'literal', ms: token.ms, span: token.span };
  }
  if (token?.kind === 'variable') {
    cursor.take();
    return { kind: 'setting', name: token.name, span: token.span };
  }
  if (token?.kind === 'number') {
    cursor.take();
    const hint = `write ${token.value}s, or another unit: ms, s, m, h, d`;
    cursor.report('bad-duration', token.span, `${token.value} of what?`, hint);
    return { kind: 'unknown', span: token.span };
  }
  return cursor.failExpected(what, 'for example 90s, or $NAME of a duration setting');
}

const COUNT_MAX = 1000;

/** A number from 1. */
export function count(cursor: Cursor, what: string): number {
  const token = cursor.peek();
  if (token?.kind !== 'number') return cursor.failExpected(what);
  cursor.take();
  if (token.value < 1 || token.value > COUNT_MAX) {
    cursor.report('bad-number', token.span, `expected ${what}`, `write 1 to ${COUNT_MAX}`);
    return 1;
  }
  return token.value;
}

export function role(cursor: Cursor, hint: string | null = null): RoleWord {
  const span = cursor.here();
  return { role: cursor.needOneOf(ROLES, "'active' or 'standby'", hint), span };
}

const KEY_HINT = 'keys are RETURN, SPACE, ESC, CTRL-C and the like, or one character in quotes';

export function isKey(cursor: Cursor): boolean {
  const kind = cursor.peek()?.kind;
  return kind === 'word' || kind === 'string';
}

export function key(cursor: Cursor): Key {
  const token = cursor.peek();
  if (token?.kind === 'string') return charKey(cursor, token.quoted);
  if (token?.kind !== 'word') return cursor.failExpected('a key', KEY_HINT);
  const control = /^CTRL-([A-Z])$/.exec(token.text)?.[1];
  const named = NAMED_KEYS.find((name) => name === token.text);
  if (control === undefined && named === undefined) {
    return cursor.fail('bad-key', `'${token.text}' is no key`, keyHint(token.text));
  }
  cursor.take();
  if (named !== undefined) return { kind: 'named', name: named };
  return { kind: 'control', letter: control ?? '' };
}

function charKey(cursor: Cursor, quoted: Quoted): Key {
  const [part] = quoted.parts;
  const isChar = part?.kind === 'text' && /^[\x20-\x7e]$/.test(part.text);
  if (!quoted.sound) cursor.take();
  else if (quoted.parts.length !== 1 || !isChar) {
    cursor.fail('bad-key', 'a key is one character', `${KEY_HINT}; whole lines are sent`);
  } else cursor.take();
  return { kind: 'char', char: part?.kind === 'text' ? part.text : '' };
}

function keyHint(text: string): string {
  const upper = text.toUpperCase();
  if (/^(ENTER|CR|LF|NEWLINE)$/.test(upper)) return 'write RETURN';
  const control = /^(?:CTRL|CONTROL|C)[-_]?([A-Z])$/.exec(upper)?.[1];
  if (control !== undefined) return `write CTRL-${control}`;
  return NAMED_KEYS.some((name) => name === upper) ? `write ${upper}` : KEY_HINT;
}

/** `if ...`, or null when no condition stands here. */
export function condition(cursor: Cursor): Condition | null {
  const start = cursor.here();
  if (!cursor.skipWord('if')) return null;
  const subject = cursor.needName("a setting, 'net', 'unfinished', 'active' or 'standby'");
  cursor.needWord('is', `conditions are written: if ${subject.text} is VALUE`);
  const valueSpan = cursor.here();
  const span = joinSpans(start, valueSpan);
  switch (subject.text) {
    case 'net':
      return { kind: 'net', level: cursor.needOneOf(LEVELS, 'alive, dead or blind'), span };
    case 'unfinished':
      return {
        kind: 'unfinished',
        value: cursor.needOneOf(UNFINISHED, 'none, takeover or boot'),
        span,
      };
    case 'active':
    case 'standby': {
      const states = ['in-service', 'out-of-service'] as const;
      const value = cursor.needOneOf(states, 'in-service or out-of-service');
      return { kind: 'service', role: subject.text, inService: value === 'in-service', span };
    }
    default:
      return { kind: 'setting', name: subject, value: cursor.needName('a value'), span };
  }
}
