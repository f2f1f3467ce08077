/**
 * Compiles every script of test/scripts and compares what is reported with the expectations in its
 * comments, both ways: `# error: [code]` and `# warning: [code]` stand on the line of the mistake.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Compilation, compileScript } from '../../src/language/compile.ts';

const SCRIPTS = new URL('../scripts/', import.meta.url);

function compile(name: string): Compilation {
  return compileScript(name, (file) => {
    try {
      return readFileSync(new URL(file, SCRIPTS), 'utf8');
    } catch {
      return null;
    }
  });
}

/** `file:line severity [code]`, sorted. */
function expectations(sources: ReadonlyMap<string, string>): string[] {
  const list: string[] = [];
  for (const [file, text] of sources) {
    for (const [index, line] of text.split('\n').entries()) {
      for (const [, severity, codes] of line.matchAll(/# (error|warning):((?: \[[a-z-]+\])+)/g)) {
        for (const [code] of (codes ?? '').matchAll(/\[[a-z-]+\]/g)) {
          list.push(`${file}:${index + 1} ${severity} ${code}`);
        }
      }
    }
  }
  return list.sort();
}

function reports({ diagnostics }: Compilation): string[] {
  return diagnostics
    .map(({ span, severity, code }) => `${span.file}:${span.line} ${severity} [${code}]`)
    .sort();
}

const names = readdirSync(SCRIPTS).filter((name) => name.endsWith('.chat'));

describe('scripts with expectations', () => {
  it.each(names)('%s', (name) => {
    const compilation = compile(name);
    expect(reports(compilation)).toEqual(expectations(compilation.sources));
  });

  it('plants many mistakes', () => {
    const planted = names.flatMap((name) => expectations(compile(name).sources));
    expect(planted.length).toBeGreaterThan(150);
    const codes = new Set(planted.map((one) => one.split(' ')[2]));
    expect(codes.size).toBeGreaterThan(45);
  });

  it('gives a program exactly when there is no error', () => {
    for (const name of names) {
      const { program, diagnostics } = compile(name);
      const hasErrors = diagnostics.some(({ severity }) => severity === 'error');
      expect(program === null, name).toBe(hasErrors);
    }
  });

  it('hints at what to write instead, with every error', () => {
    for (const name of names) {
      for (const { hint, code, span, severity } of compile(name).diagnostics) {
        const expectsAnyToken = code === 'unexpected-token' || severity === 'warning';
        if (!expectsAnyToken) expect(hint, `${span.file}:${span.line} ${code}`).not.toBeNull();
      }
    }
  });
});
