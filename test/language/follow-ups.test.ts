/**
 * One mistake, one report: every line of a good script and of its library is spoilt in turn, and
 * only that line may be complained about, once.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileScript } from '../../src/language/compile.ts';

const SCRIPTS = new URL('../scripts/', import.meta.url);
const FILES: Readonly<Record<string, string>> = {
  'pair.chat': readFileSync(new URL('pair.chat', SCRIPTS), 'utf8'),
  'lib/box.chat': readFileSync(new URL('lib/box.chat', SCRIPTS), 'utf8'),
};

/** How to spoil a line: its blanks, its first word, and the rest. */
const WAYS: readonly [string, (blanks: string, word: string, rest: string) => string][] = [
  ['a stray character', (blanks, word, rest) => `${blanks}${word} %${rest}`],
  ['an unknown first word', (blanks, _word, rest) => `${blanks}zzzz${rest}`],
  ['a mistyped first word', (blanks, word, rest) => `${blanks}${word[0]}x${word.slice(1)}${rest}`],
  ['an open string', (blanks, word, rest) => blanks + word + rest.replace(/"(?!.*")/, '')],
];

/** In a parked block any first word is a variable. */
const isParked = (line: string) => /^ {2}(auto-boot|boot-device|scsi-)/.test(line);

describe.each(WAYS)('%s', (way, spoil) => {
  it.each(Object.keys(FILES))('in every line of %s', (file) => {
    const lines = (FILES[file] ?? '').split('\n');
    const wrong: string[] = [];
    for (const [index, line] of lines.entries()) {
      const [, blanks = '', word = '', rest = ''] = /^( *)([^ #]+)(.*)$/.exec(line) ?? [];
      const spoilt = spoil(blanks, word, rest);
      if (word === '' || spoilt === line || isParked(line)) continue;
      const text = lines.with(index, spoilt).join('\n');
      const { diagnostics } = compileScript('pair.chat', (name) =>
        name === file ? text : (FILES[name] ?? null),
      );
      const places = diagnostics.map(({ span }) => `${span.file}:${span.line}`);
      if (places.length === 1 && places[0] === `${file}:${index + 1}`) continue;
      const said = diagnostics.map((one) => `${one.span.line} ${one.code}`).join(', ');
      wrong.push(`${way} in ${file}:${index + 1} "${spoilt}": ${said}`);
    }
    expect(wrong).toEqual([]);
  });
});
