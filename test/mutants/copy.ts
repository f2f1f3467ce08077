/**
 * The program as JavaScript in a folder of its own, and copies of it with a mutant's edits. Nothing of
 * the checkout is touched, and nothing in it needs to be built. Below node_modules, so that packages
 * are found and no tool takes the copies for sources.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Mutant, misfit } from './mutant.ts';

export const ROOT = join(import.meta.dirname, '../..');

const CACHE = join(ROOT, `node_modules/.cache/clusterd-mutants-${process.pid}`);
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
/** As tsconfig.json says, without its checks: a mutant may well have types that do not fit. */
const OPTIONS = [
  '--ignoreConfig',
  '--noCheck',
  '--noResolve',
  ...['--target', 'es2023', '--module', 'nodenext', '--types', 'node'],
  '--verbatimModuleSyntax',
  '--rewriteRelativeImportExtensions',
];

/** The program as it is, and the hunter beside it. */
export function makeBase(): string {
  const base = join(CACHE, 'base');
  mkdirSync(base, { recursive: true });
  const words = ['-p', join(ROOT, 'tsconfig.json'), '--noCheck', '--sourceMap', 'false'];
  execFileSync(process.execPath, [TSC, ...words, '--outDir', join(base, 'dist')], { cwd: ROOT });
  for (const name of ['hunt.ts', 'careless.ts', 'mutant.ts']) {
    transpile(join(import.meta.dirname, name), base);
  }
  cpSync(join(ROOT, 'chat-scripts'), join(base, 'chat-scripts'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(base, 'package.json'));
  return base;
}

/** Throws when an edit does not fit. */
export function copyWith(base: string, mutant: Mutant): string {
  const copy = join(CACHE, mutant.name);
  cpSync(base, copy, { recursive: true });
  const texts = new Map<string, string>();
  for (const edit of mutant.edits) {
    const text = texts.get(edit.file) ?? readFileSync(join(ROOT, edit.file), 'utf8');
    const why = misfit(edit, text);
    if (why !== null) throw new Error(`${mutant.name}: ${why}`);
    texts.set(
      edit.file,
      text.replace(edit.from, () => edit.to),
    );
  }
  for (const [file, text] of texts) writeEdited(copy, file, text);
  return copy;
}

function writeEdited(copy: string, file: string, text: string): void {
  if (file.startsWith('chat-scripts/')) return writeFileSync(join(copy, file), text);
  const source = join(copy, 'edited', basename(file));
  mkdirSync(dirname(source), { recursive: true });
  writeFileSync(source, text);
  transpile(source, join(copy, 'dist', dirname(file).slice('src/'.length)));
}

function transpile(source: string, folder: string): void {
  const words = [...OPTIONS, '--rootDir', dirname(source), '--outDir', folder, source];
  execFileSync(process.execPath, [TSC, ...words], { cwd: ROOT });
}

export function dropCopy(copy: string): void {
  rmSync(copy, { recursive: true, force: true });
}

export function dropAll(): void {
  rmSync(CACHE, { recursive: true, force: true });
}
