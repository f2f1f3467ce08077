/**
 * The language reference cannot rot: its examples compile, its excerpts stand in the finished
 * example, its mistakes are mistakes, and its table of diagnostics names what the room can report.
 *
 * Blocks of the reference by their info string: `chat complete` (a script that is right, with the
 * libraries above it), `chat library NAME`, `chat from FILE` (stands so in the grown example),
 * `chat part` (can be read), `chat wrong CODE` (is reported with this code and no other).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileAccess } from '../../src/language/access/compile-access.ts';
import { compileScript } from '../../src/language/compile.ts';
import { DiagnosticSink, formatHeadline } from '../../src/language/diagnostics.ts';
import { parseFile } from '../../src/language/parse/script.ts';
import { emptyTree } from '../../src/language/tree.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'chat-scripts/README.md'), 'utf8');
const grown = join(root, 'test/scripts/grown-example');

interface ShownBlock {
  readonly kind: string;
  readonly argument: string;
  readonly text: string;
  readonly line: number;
}

function blocksOf(markdown: string): ShownBlock[] {
  return [...markdown.matchAll(/^```chat([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [, info = '', text = ''] = match;
    const [kind = '', argument = ''] = info.trim().split(' ');
    return { kind, argument, text, line: markdown.slice(0, match.index).split('\n').length };
  });
}

const blocks = blocksOf(readme);
const ofKind = (kind: string) => blocks.filter((block) => block.kind === kind);

/** Headlines of everything that is reported about a script of the reference. */
function complaints(block: ShownBlock): string[] {
  const libraries = new Map<string, string>();
  for (const one of ofKind('library')) {
    if (one.line < block.line) libraries.set(`lib/${one.argument}.chat`, one.text);
  }
  const { diagnostics, program } = compileScript('shown.chat', (file) =>
    file === 'shown.chat' ? block.text : (libraries.get(file) ?? null),
  );
  expect(program === null).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  return diagnostics.map(formatHeadline);
}

function readGrown(file: string): string | null {
  try {
    return readFileSync(join(grown, file), 'utf8');
  } catch {
    return null;
  }
}

/** What the parser alone says. */
function syntaxCodes(text: string): string[] {
  const sink = new DiagnosticSink();
  parseFile('shown.chat', 'script', text, emptyTree('shown.chat'), sink);
  return sink.list().map(({ code }) => code);
}

describe('the language reference', () => {
  it('marks each example as something that is tested', () => {
    const kinds = new Set(blocks.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['access', 'complete', 'from', 'library', 'part', 'wrong']);
  });

  it.each(ofKind('complete'))('compiles the script at line $line', (block) => {
    expect(complaints(block)).toEqual([]);
  });

  it('grows from five lines', () => {
    const lengths = ofKind('complete').map(({ text }) => text.trim().split('\n').length);
    expect(lengths[0]).toBe(5);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
  });

  it.each(ofKind('access'))('compiles the access library at line $line', ({ text }) => {
    const { diagnostics } = compileAccess('shown', 'shown.chat', text);
    expect(diagnostics.map(formatHeadline)).toEqual([]);
  });

  it.each(ofKind('part'))('can read the part at line $line', (block) => {
    expect(syntaxCodes(block.text)).toEqual([]);
  });

  it.each(ofKind('from'))('shows $argument at line $line as it is', (block) => {
    const text = readGrown(block.argument) ?? '';
    expect(`\n${text}`).toContain(`\n${block.text}`);
  });

  it.each(ofKind('wrong'))('is right about $argument at line $line', (block) => {
    expect(syntaxCodes(block.text)).toEqual([block.argument]);
  });
});

describe('the grown example', () => {
  it('compiles without a word', () => {
    const { program, diagnostics } = compileScript('zebra.chat', readGrown);
    expect(diagnostics.map(formatHeadline)).toEqual([]);
    expect(program?.dialogues.filter(({ howTo }) => howTo !== null)).toHaveLength(8);
  });

  it('notices when its library changes under it', () => {
    const without = (file: string) => readGrown(file)?.replace('prompt  login ', 'prompt  log-in ');
    const { program } = compileScript('zebra.chat', (file) => without(file) ?? null);
    expect(program).toBeNull();
  });
});

/** Codes of the proof: `finding('error', 'code', ...)`. */
function codesOfProof(): string[] {
  const directory = join(root, 'src/proof');
  return readdirSync(directory, 'utf8').flatMap((file) => {
    const source = readFileSync(join(directory, file), 'utf8');
    const calls = source.matchAll(/\bfinding\(\s*'(?:error|warning)',\s*'([a-z-]+)'/g);
    return [...calls].map(([, code]) => code ?? '');
  });
}

/** Every code that a call in the rooms reports, as far as it stands there as a literal. */
function codesInSource(): Set<string> {
  const codes = new Set<string>(codesOfProof());
  const directory = join(root, 'src/language');
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(join(directory, file), 'utf8');
    for (const [, code] of source.matchAll(/\b(?:error|warning|report|fail)\(\s*'([a-z-]+)'/g)) {
      if (code !== undefined) codes.add(code);
    }
    // Codes that are made of what was looked for.
    if (/`unknown-\$\{/.test(source)) {
      for (const what of ['state', 'text', 'dialogue']) codes.add(`unknown-${what}`);
    }
    if (/`unused-\$\{/.test(source)) {
      for (const what of ['setting', 'text', 'dialogue']) codes.add(`unused-${what}`);
    }
    if (/fail\('unknown-word'|reportMisspelt/.test(source)) codes.add('unknown-word');
    if (source.includes('failExpected(')) codes.add('unexpected-token');
    if (source.includes('refuse = (message')) codes.add('value-not-allowed');
  }
  return codes;
}

function codesInReadme(): string[] {
  const [, chapter = ''] = readme.split('\n## Diagnostics\n');
  const rows = (chapter.split('\n## ')[0] ?? '').split('\n').filter((row) => row.startsWith('| `'));
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, code]) => code ?? ''),
  );
}

describe('the table of diagnostics', () => {
  it('names each code once', () => {
    const codes = codesInReadme();
    expect(codes).toEqual([...new Set(codes)]);
  });

  it('names exactly what the rooms can report', () => {
    expect(codesInReadme().sort()).toEqual([...codesInSource()].sort());
  });
});
