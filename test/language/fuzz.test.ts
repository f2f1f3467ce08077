/**
 * Good scripts, damaged: whatever is deleted, doubled or swapped, the compiler ends, never throws,
 * and points into the files that it was given.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Compilation, compileScript } from '../../src/language/compile.ts';
import { formatDiagnostic, sourceLineAt } from '../../src/language/diagnostics.ts';

const SCRIPTS = new URL('../scripts/', import.meta.url);
const SCRIPT = readFileSync(new URL('pair.chat', SCRIPTS), 'utf8');
const LIBRARY = readFileSync(new URL('lib/box.chat', SCRIPTS), 'utf8');

function compile(script: string, library = LIBRARY): Compilation {
  return compileScript('pair.chat', (file) =>
    file === 'pair.chat' ? script : file === 'lib/box.chat' ? library : null,
  );
}

function expectSound(compilation: Compilation): void {
  const { diagnostics, sources, program } = compilation;
  expect(program === null).toBe(diagnostics.some((one) => one.severity === 'error'));
  const seen = new Set<string>();
  for (const diagnostic of diagnostics) {
    const { file, line, column, endColumn } = diagnostic.span;
    const source = sourceLineAt(sources.get(file) ?? '', line);
    const where = `${file}:${line}:${column}-${endColumn} ${diagnostic.code}`;
    expect(source, where).not.toBeNull();
    expect(column, where).toBeGreaterThanOrEqual(1);
    expect(endColumn, where).toBeGreaterThan(column);
    expect(endColumn, where).toBeLessThanOrEqual((source?.length ?? 0) + 2);
    expect(formatDiagnostic(diagnostic, source)).toContain(`[${diagnostic.code}]`);
    expect(seen.has(where), `twice: ${where}`).toBe(false);
    seen.add(where);
  }
}

type Change = 'delete' | 'double' | 'swap';
const changes = fc.array(
  fc.record({
    change: fc.constantFrom<Change>('delete', 'double', 'swap'),
    at: fc.nat(),
    other: fc.nat(),
  }),
  { minLength: 1, maxLength: 6 },
);

function damage(
  pieces: readonly string[],
  list: readonly { change: Change; at: number; other: number }[],
) {
  const result = [...pieces];
  for (const { change, at, other } of list) {
    if (result.length === 0) break;
    const index = at % result.length;
    const second = other % result.length;
    const piece = result[index] ?? '';
    if (change === 'delete') result.splice(index, 1);
    else if (change === 'double') result.splice(second, 0, piece);
    else {
      result[index] = result[second] ?? '';
      result[second] = piece;
    }
  }
  return result;
}

const lines = (text: string) => text.split(/(?<=\n)/);
const tokens = (text: string) => text.split(/(\s+|[",/$]|->)/).filter((one) => one !== '');

describe('damaged scripts', () => {
  it('takes the undamaged one without a word', () => {
    expect(compile(SCRIPT).diagnostics).toEqual([]);
  });

  it('survives damaged lines', () => {
    fc.assert(
      fc.property(changes, (list) => expectSound(compile(damage(lines(SCRIPT), list).join('')))),
      { numRuns: 150 },
    );
  });

  it('survives damaged tokens', () => {
    fc.assert(
      fc.property(changes, (list) => expectSound(compile(damage(tokens(SCRIPT), list).join('')))),
      { numRuns: 150 },
    );
  });

  it('survives damaged libraries', () => {
    fc.assert(
      fc.property(changes, fc.boolean(), (list, byLine) => {
        const pieces = byLine ? lines(LIBRARY) : tokens(LIBRARY);
        expectSound(compile(SCRIPT, damage(pieces, list).join('')));
      }),
      { numRuns: 150 },
    );
  });

  it('survives damaged characters', () => {
    const junk = fc.string({ unit: 'binary', maxLength: 3 });
    fc.assert(
      fc.property(fc.nat(), fc.nat(20), junk, (at, length, inserted) => {
        const start = at % SCRIPT.length;
        expectSound(compile(SCRIPT.slice(0, start) + inserted + SCRIPT.slice(start + length)));
      }),
      { numRuns: 150 },
    );
  });

  it('survives anything at all', () => {
    const word = fc.constantFrom(
      ...['use', 'state', 'pattern', 'to', 'always', 'on', 'after', 'expect', 'or', 'do', 'if'],
      ...['failed', 'done', '->', '"x"', '/x/', '/$x/', '"$x', '5m', '5', ',', '$x', '#', '\n'],
      ...['\n  ', 'hold', 'net', 'is', 'dead', 'active', 'x', 'start', '\t', '"', '/', '\u{1F600}'],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) =>
        expectSound(compile(words.join(' '))),
      ),
      { numRuns: 300 },
    );
  });

  it('takes every beginning of a script', () => {
    const all = lines(SCRIPT);
    for (let count = 0; count <= all.length; count += 3) {
      expectSound(compile(all.slice(0, count).join('')));
    }
  });

  it('ends soon on long and hostile texts', () => {
    for (const text of [
      'state '.repeat(20_000),
      '"'.repeat(50_001),
      `pattern x /${'('.repeat(400)}/`,
      `pattern x /${'(a*)*'.repeat(80)}b/`,
      '\n'.repeat(50_000),
      `state a "x"\n${'  and log "x"\n'.repeat(5000)}`,
    ]) {
      expectSound(compile(text));
    }
  });

  it('ends on many states that lead everywhere', () => {
    const names = Array.from({ length: 60 }, (_, index) => `s${index}`);
    const states = ['start', ...names].map(
      (name) =>
        `state ${name} "x"\n${names.map((to) => `  if net is dead -> ${to} "x"\n`).join('')}  rest\n`,
    );
    expectSound(compile(`use box\n${states.join('')}`));
  });
});
