/** `clusterd install` below a temporary prefix, as the real program. `npm run build` first. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'dist/main.js');
const made: string[] = [];

export function cleanUp(): void {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
}

/** The path does not exist yet; what is above it ends with the test. */
export function freshPrefix(): string {
  const parent = mkdtempSync(join(tmpdir(), 'install-'));
  made.push(parent);
  return join(parent, 'tree');
}

export interface Finished {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export function execute(
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const child = spawn(program, [...words], {
    cwd: tmpdir(),
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, out, err }));
  });
}

export function clusterd(...words: string[]): Promise<Finished> {
  return execute(process.execPath, [PROGRAM, ...words]);
}

/** Every file below it with its mode and content; directories with their mode. */
export function contentOf(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const found = entries.map((entry): [string, string] => {
    const path = join(entry.parentPath, entry.name);
    const mode = (statSync(path).mode & 0o7777).toString(8);
    return [path, entry.isFile() ? `${mode} ${readFileSync(path, 'utf8')}` : mode];
  });
  return Object.fromEntries(found.sort());
}

export function isThere(program: string): boolean {
  const path = `${process.env.PATH}:/usr/sbin:/sbin`.split(':');
  return path.some((directory) => existsSync(join(directory, program)));
}
