/**
 * Access libraries: each mistake is found at its line, as the comments of test/scripts/access say;
 * the shipped ones are right, and stay apart from the libraries of machines.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileAccess, isAccessSource } from '../../src/language/access/compile-access.ts';
import { compileScript } from '../../src/language/compile.ts';
import { formatHeadline } from '../../src/language/diagnostics.ts';

const WRONG = new URL('../scripts/access/', import.meta.url);
const SHIPPED = new URL('../../chat-scripts/lib/', import.meta.url);

const read = (directory: URL, file: string) => readFileSync(new URL(file, directory), 'utf8');
const filesOf = (directory: URL) => readdirSync(directory).filter((name) => name.endsWith('.chat'));

/** `line severity [code]`, sorted. */
function expectations(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/# (error|warning):((?: \[[a-z-]+\])+)/g)].flatMap(([, severity, codes]) =>
        [...(codes ?? '').matchAll(/\[[a-z-]+\]/g)].map(
          ([code]) => `${index + 1} ${severity} ${code}`,
        ),
      ),
    )
    .sort();
}

describe('access libraries with expectations', () => {
  it.each(filesOf(WRONG))('%s', (file) => {
    const text = read(WRONG, file);
    const { diagnostics, program } = compileAccess('wrong', file, text);
    const found = diagnostics.map(
      ({ span, severity, code }) => `${span.line} ${severity} [${code}]`,
    );
    expect(found.sort()).toEqual(expectations(text));
    expect(program === null).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  });

  it('says what to write instead', () => {
    for (const file of filesOf(WRONG)) {
      for (const { hint, code, span } of compileAccess('x', file, read(WRONG, file)).diagnostics) {
        if (code !== 'unexpected-token') expect(hint, `${file}:${span.line}`).not.toBeNull();
      }
    }
  });

  it('is no access library without its heading', () => {
    const { diagnostics } = compileAccess('obp', 'obp.chat', read(SHIPPED, 'obp.chat'));
    expect(diagnostics.map(({ code }) => code)).toEqual(['no-access']);
  });
});

describe('shipped access libraries', () => {
  const shipped = filesOf(SHIPPED).filter((file) => isAccessSource(read(SHIPPED, file)));

  it.each(shipped)('%s is right', (file) => {
    const { diagnostics, program } = compileAccess(file, file, read(SHIPPED, file));
    expect(diagnostics.map(formatHeadline)).toEqual([]);
    expect(program?.tasks.open).toBeDefined();
  });

  it.each(shipped)('%s cannot be used as the library of a machine', (file) => {
    const name = file.replace('.chat', '');
    const script = `use ${name}\n\nstate start "x"\n  rest\n`;
    const { diagnostics } = compileScript('x.chat', (asked) =>
      asked === 'x.chat' ? script : read(SHIPPED, asked.replace('lib/', '')),
    );
    expect(diagnostics.map(({ code }) => code)).toContain('not-in-library');
  });
});
