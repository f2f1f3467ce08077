/** The shipped script with an edit, compiled and proven: what the tests of the prover start from. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileScript } from '../../src/language/compile.ts';
import { formatDiagnostic } from '../../src/language/diagnostics.ts';
import type { Program } from '../../src/language/program.ts';
import { compilePatterns, type PatternSet } from '../../src/machine/patterns.ts';
import type { Finding } from '../../src/proof/finding.ts';
import { prove } from '../../src/proof/prove.ts';

const scripts = fileURLToPath(new URL('../../chat-scripts/', import.meta.url));

export interface Edit {
  readonly file: 'sun-obp.chat' | 'lib/obp.chat';
  /** Must stand in the file. */
  readonly from: string;
  readonly to: string;
}

export interface Compiled {
  readonly program: Program;
  readonly patterns: PatternSet;
}

export function shipped(...edits: readonly Edit[]): Compiled {
  const { program, diagnostics } = compileScript('sun-obp.chat', (file) => {
    let text = readFileSync(scripts + file, 'utf8');
    for (const edit of edits.filter((one) => one.file === file)) {
      if (!text.includes(edit.from)) throw new Error(`${file} has no line '${edit.from}'`);
      text = text.replaceAll(edit.from, edit.to);
    }
    return text;
  });
  if (program === null) {
    throw new Error(diagnostics.map((one) => formatDiagnostic(one, null)).join('\n'));
  }
  return { program, patterns: compilePatterns(program) };
}

export function findingsOf(...edits: readonly Edit[]): readonly Finding[] {
  const { program, patterns } = shipped(...edits);
  return prove(program, patterns).findings;
}

export function codesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ diagnostic }) => diagnostic.code);
}
