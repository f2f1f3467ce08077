/** The automata mean exactly what RE2 means, and the questions about them are answered rightly. */
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import {
  followedBy,
  LINE_BYTES,
  type LineAutomaton,
  linesOf,
} from '../../src/language/check/line-automaton.ts';
import {
  ANYWHERE,
  commonLine,
  lineOutside,
  someLine,
  WITHIN,
} from '../../src/language/check/line-search.ts';
import { splitPieces } from '../../src/machine/console.ts';

const both = (a: string, b: string) => commonLine(linesOf(a), linesOf(b), ANYWHERE);
const within = (a: string, b: string) => commonLine(linesOf(a), linesOf(b), WITHIN);
const outside = (a: string, ...others: string[]) => lineOutside(linesOf(a), others.map(linesOf));
const line = (text: string) => ({ kind: 'line', line: text });
const NONE = { kind: 'none' };

/** A line as an automaton. */
const literal = (text: string): LineAutomaton => linesOf(`^${RE2JS.quote(text)}$`);
const accepts = (source: string, text: string): boolean =>
  commonLine(linesOf(source), literal(text), ANYWHERE).kind === 'line';

it('knows which bytes can stand in a line', () => {
  const kept = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => {
    const { pieces } = splitPieces('', `a${String.fromCharCode(byte)}b\n`);
    return pieces.length === 1 && pieces[0]?.text.length === 3;
  });
  expect([...LINE_BYTES].sort((a, b) => a - b)).toEqual(kept);
});

const SOURCES = [
  'ok',
  '^ok',
  'a\\b.b',
  '\\bok\\b',
  '\\Bk',
  '(?i:ok|no)',
  '^(\\{[0-9a-f]+\\} )?ok>? ',
  '(?:[#$%] ) *$',
  '^a*b+$',
  'a{2,3}(?:b|)c',
  '[^ab]$',
  '(^|[ :])a\\[',
  '^\\w+ \\d\\s',
  '\\x{e4}',
  'k(?:a|b$)',
  '^$',
  'a??b',
];

describe('automata', () => {
  it.each(SOURCES)('%s means what RE2 means', (source) => {
    const compiled = RE2JS.compile(source);
    const alphabet = fc.constantFrom(...'abcok{}[]#$%> :0f_\xe4\t');
    const text = fc.string({ unit: alphabet, minLength: 1, maxLength: 7 });
    fc.assert(fc.property(text, (sample) => accepts(source, sample) === compiled.test(sample)));
  });

  it.each(SOURCES)('%s has a shortest line that RE2 accepts', (source) => {
    const answer = someLine(linesOf(source));
    const found = answer.kind === 'line' && RE2JS.compile(source).test(answer.line);
    expect(found).toBe(source !== '^$');
  });
});

describe('questions about two patterns', () => {
  const source = fc.constantFrom(...SOURCES.filter((one) => one !== '^$'));
  const sample = fc.string({
    unit: fc.constantFrom(...'abok{0} #:[c'),
    minLength: 1,
    maxLength: 6,
  });
  const test = (one: string, text: string): boolean => RE2JS.compile(one).test(text);

  it('are answered with lines that RE2 sees so, and only then with none', () => {
    fc.assert(
      fc.property(source, source, sample, (a, b, text) => {
        const common = both(a, b);
        const rest = outside(a, b);
        if (common.kind === 'line')
          expect([test(a, common.line), test(b, common.line)]).toEqual([true, true]);
        else expect(test(a, text) && test(b, text)).toBe(false);
        if (rest.kind === 'line')
          expect([test(a, rest.line), test(b, rest.line)]).toEqual([true, false]);
        else expect(test(a, text) && !test(b, text)).toBe(false);
      }),
    );
  });
});

describe('a line that both match', () => {
  it.each([
    ['[>#] *$', '# *$', line('#')],
    ['^a', '^b', NONE],
    ['Host', 'ID', line('HostID')],
    ['\\bHost\\b', '\\bID\\b', line('Host ID')],
    ['^.*c$', '^ab', line('abc')],
    ['^a.{8}$', '^.{4}$', NONE],
  ])('%s and %s', (a, b, expected) => {
    expect(both(a, b)).toEqual(expected);
  });
});

describe('a line in which one match lies within the other', () => {
  it.each([
    ['side by side is no overlap', 'Host ID:', 'Boot device:', NONE],
    ['nor is text in a gap', 'Host ID:', 'dumping to .* offset', NONE],
    ['equal ends', '# *$', '[>#] *$', line('#')],
    ['a part', 'panic', 'panic: entering debugger', line('panic: entering debugger')],
    ['sharing an end and a beginning', 'is ok', 'ok now', NONE],
    ['where a letter may be anything', '# $', '^[a-z]+# $', line('a# ')],
    ['what asks for nothing', '^.+$', 'go', line('go')],
  ])('%s', (_, a, b, expected) => {
    expect(within(a, b)).toEqual(expected);
  });
});

describe('a line that others leave', () => {
  it.each([
    ['panic\\[', ['panic'], NONE],
    ['panic', ['panic\\['], line('panic')],
    ['^[ab]$', ['^a$', '^b$'], NONE],
    ['^[abc]$', ['^a$', '^b$'], line('c')],
    ['\\bok\\b', ['ok'], NONE],
    ['ok', ['\\bok\\b'], line('aok')],
    ['^x *= *1 *$', ['^x *='], NONE],
  ])('%s without %s', (a, others, expected) => {
    expect(outside(a, ...others)).toEqual(expected);
  });

  it('says when the question is too large', () => {
    expect(outside('a.{40}b', 'a.{41}b|b.{30}a.{9}a')).toEqual({ kind: 'too-large' });
  });
});

describe('a typed line behind a prompt', () => {
  const prompt = linesOf('(?:^(\\{[0-9a-f]+\\} )?ok>? ) *$');
  const typed = followedBy(prompt, ['banner', 'setenv a b'], false);
  it('is the whole line', () => {
    expect(someLine(typed)).toEqual(line('ok banner'));
    expect(commonLine(typed, linesOf('banners'), ANYWHERE)).toEqual(NONE);
    expect(commonLine(typed, linesOf('^\\{.* ok +setenv'), ANYWHERE)).toEqual(
      line('{a} ok setenv a b'),
    );
    expect(commonLine(typed, linesOf('^setenv'), ANYWHERE)).toEqual(NONE);
  });

  it('or its beginning', () => {
    const partly = followedBy(prompt, ['banner', 'setenv a b'], true);
    expect(commonLine(partly, linesOf(' [a-z]$'), ANYWHERE)).toEqual(line('ok b'));
    expect(commonLine(partly, linesOf(' $'), ANYWHERE)).toEqual(line('ok setenv '));
    expect(commonLine(typed, linesOf(' $'), ANYWHERE)).toEqual(NONE);
  });
});
