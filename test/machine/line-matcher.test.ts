import * as fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { type LineTable, lineTable, matchesLine } from '../../src/language/line-table.ts';
import { PATTERN_STATES_MAX } from '../../src/language/regex.ts';
import { LineMatcher } from '../../src/machine/line-matcher.ts';

const SOURCES = [
  'panic',
  '^panic',
  'panic$',
  '\\bok\\b',
  '(?:^ok ) *$',
  '(?:login:) *$',
  'a.*b',
  '(^|[ :>])panic\\[cpu[0-9]+\\]',
  '[0-9a-f]{4}',
  '\\B-\\B',
  'a|^b|c$',
  '(?i)ok',
  '[^a-z]ok',
  'o+k?',
  '\\xe9|é',
  '(?:a?){5}a{5}',
];
const tables = SOURCES.map((source) => {
  const table = lineTable(source);
  if (table === null) throw new Error(`no table for ${source}`);
  return table;
});
const word = fc.constantFrom('panic', 'ok', 'login:', 'a', 'b', ' ', '-', '[cpu0]', 'OK', '9', 'é');
const line = fc.array(word, { maxLength: 12 }).map((words) => words.join(''));

test('a table matches what RE2 matches', () => {
  let matched = 0;
  void fc.assert(
    fc.property(line, (text) => {
      SOURCES.forEach((source, index) => {
        const expected = RE2JS.compile(source).test(text);
        expect(matchesLine(tables[index] as LineTable, text), `${source} on ${text}`).toBe(
          expected,
        );
        if (expected) matched += 1;
      });
    }),
    { numRuns: 300 },
  );
  expect(matched).toBeGreaterThan(500);
});

describe('many tables in one pass', () => {
  const separately = (text: string) =>
    tables.flatMap((table, index) => (matchesLine(table, text) ? [index] : []));

  test('give what each gives', () => {
    const matcher = new LineMatcher(tables);
    void fc.assert(
      fc.property(line, (text) => {
        expect(matcher.matching(text)).toEqual(separately(text));
      }),
      { numRuns: 500 },
    );
  });

  test('also where a line asks for more that is new than is remembered', () => {
    const matcher = new LineMatcher(tables);
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 60; round++) {
      const text = Array.from({ length: 4096 }, () => 'panicok:lg[]09ab- '[random(18)]).join('');
      expect(matcher.matching(text)).toEqual(separately(text));
    }
  });

  test('without any table nothing matches', () => {
    expect(new LineMatcher([]).matching('panic')).toEqual([]);
  });
});

test.each([
  ['a.{20}b', false],
  ['(a|b)*a(a|b){12}', false],
  ['a.{6}b', true],
  ['^a.{90}b', true],
  ['Type +control-d +to +proceed +with +normal +startup', true],
])('%s has a table: %s', (source, has) => {
  const table = lineTable(source);
  expect(table !== null).toBe(has);
  expect(table?.accepts.length ?? 0).toBeLessThanOrEqual(PATTERN_STATES_MAX + 60);
});
