/**
 * Cuts one line into tokens. Called by the parser, line by line, because the lines of a `parked`
 * block are raw words.
 * Never throws: a bad string or regex is reported and still becomes a string or regex, so that the
 * parser does not complain about the same place again.
 */
import type { DiagnosticSink } from './diagnostics.ts';
import type { Span } from './program.ts';
import { readRegex, readString } from './quoted.ts';
import { type SourceLine, spanAt } from './source-line.ts';
import type { Token, TokenBody, Word } from './token.ts';

/** The tokens of a line up to its comment. */
export function lexLine(line: SourceLine, sink: DiagnosticSink): Token[] {
  const tokens: Token[] = [];
  let at = skipBlanks(line.text, 0);
  while (at < line.text.length && line.text[at] !== '#') {
    const { body, end } = lexToken(line, at, sink);
    tokens.push({ ...body, span: spanAt(line, at, end) });
    at = skipBlanks(line.text, end);
  }
  return tokens;
}

/** The words of a raw line, each to the next blank. */
export function lexRawLine(line: SourceLine, sink: DiagnosticSink): Word[] {
  const words: Word[] = [];
  for (const match of line.text.matchAll(/[^ ]+/g)) {
    const [text = ''] = match[0].split('#');
    if (text === '') break;
    const end = match.index + text.length;
    words.push({ text, span: spanAt(line, match.index, end) });
    if (text.length === match[0].length) continue;
    const hint = "put a blank before '#' to begin a comment";
    const message = "a '#' in the middle of a word";
    sink.error('unexpected-token', spanAt(line, end, end + 1), message, hint);
    break;
  }
  return words;
}

interface Lexed {
  readonly body: TokenBody;
  readonly end: number;
}

const VARIABLE = /\$[a-z][a-z0-9]*(-[a-z0-9]+)*/y;
const NUMBER = /[0-9]+(\.[0-9]+)?[A-Za-z]*/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*(-(?!>)[A-Za-z0-9_]*)*/y;

function lexToken(line: SourceLine, start: number, sink: DiagnosticSink): Lexed {
  const { text } = line;
  const char = text[start];
  if (char === '"') return readString(line, start, sink);
  if (char === '/') return readRegex(line, start, sink);
  if (char === ',') return { body: { kind: 'comma' }, end: start + 1 };
  if (text.startsWith('->', start)) return { body: { kind: 'arrow' }, end: start + 2 };
  const variable = matchAt(VARIABLE, text, start);
  if (variable !== null) {
    return { body: { kind: 'variable', name: variable.slice(1) }, end: start + variable.length };
  }
  const digits = matchAt(NUMBER, text, start);
  if (digits !== null) {
    const end = start + digits.length;
    return { body: readNumber(digits, spanAt(line, start, end), sink), end };
  }
  const word = matchAt(WORD, text, start);
  if (word !== null) return { body: { kind: 'word', text: word }, end: start + word.length };
  return readJunk(line, start, sink);
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const DURATION_MS_MAX = 1000 * 86_400_000;
const DURATION_HINT = 'write a whole number with ms, s, m, h or d, for example 90s';

function readNumber(text: string, span: Span, sink: DiagnosticSink): TokenBody {
  const [, digits = '', unit = ''] = /^([0-9.]+)(.*)$/.exec(text) ?? [];
  if (unit === '' && !digits.includes('.')) return { kind: 'number', value: Number(digits) };
  const factor = Object.hasOwn(UNITS_MS, unit) ? UNITS_MS[unit] : undefined;
  const ms = Number(digits) * (factor ?? Number.NaN);
  if (digits.includes('.') || factor === undefined) {
    sink.error('bad-duration', span, `'${text}' is no duration`, DURATION_HINT);
    return { kind: 'duration', ms: null };
  }
  if (ms === 0 || ms > DURATION_MS_MAX) {
    const hint = 'write more than 0 and at most 1000d';
    sink.error('bad-duration', span, `'${text}' is too ${ms === 0 ? 'short' : 'long'}`, hint);
    return { kind: 'duration', ms: null };
  }
  return { kind: 'duration', ms };
}

const LOOKALIKES: Readonly<Record<string, string>> = {
  '\u00A0': 'this blank is a no-break space: type an ordinary blank',
  '\u201C': 'use the straight quote "',
  '\u201D': 'use the straight quote "',
  '\u201E': 'use the straight quote "',
  "'": 'use the double quote "',
  '`': 'use the double quote "',
  '\u2192': 'write ->',
  '\u2013': 'write - or ->',
  '=': "compare with 'is'",
  ';': "one line says one thing; a comment begins with '#'",
  ':': 'leave it out: no line ends with a colon',
  '{': 'there are no brackets: the lines of a block are indented',
  '}': 'there are no brackets: the lines of a block are indented',
  $: 'a variable is $ and a name in small letters; outside of quotes only a setting may stand',
  '-': 'write -> and the name of a state',
};

function readJunk(line: SourceLine, start: number, sink: DiagnosticSink): Lexed {
  const char = String.fromCodePoint(line.text.codePointAt(start) ?? 0xfffd);
  const shown = /[\p{C}\p{Z}]/u.test(char)
    ? `the character U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
    : `'${char}'`;
  const hint = Object.hasOwn(LOOKALIKES, char) ? (LOOKALIKES[char] ?? null) : null;
  const span = spanAt(line, start, start + char.length);
  sink.error('unexpected-token', span, `${shown} begins nothing`, hint);
  // The rest of the line is not looked at: one stray character is one mistake.
  return { body: { kind: 'junk' }, end: line.text.length };
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at++;
  return at;
}

function matchAt(sticky: RegExp, text: string, start: number): string | null {
  sticky.lastIndex = start;
  return sticky.exec(text)?.[0] ?? null;
}
