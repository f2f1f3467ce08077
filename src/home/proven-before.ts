/**
 * Remembers which scripts were proven without an error, so that a daemon that is started again in the
 * middle of a takeover does not spend seconds on what it knows. A proof counts for the same text of
 * the script and its libraries and the same code that proves, runs and reads it; `check` never asks.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE = 'proven';
const REMEMBERED_MAX = 100;
/** What a proof depends on, beside the script. */
const ROOMS = ['../language/', '../machine/', '../proof/'];

export class ProvenBefore {
  readonly #path: string;
  readonly #state: string;
  readonly #known: string[];
  #code: string | null = null;

  constructor(state: string) {
    this.#state = state;
    this.#path = join(state, FILE);
    this.#known = readLines(this.#path);
  }

  has(sources: ReadonlyMap<string, string>): boolean {
    return this.#known.length > 0 && this.#known.includes(this.#digest(sources));
  }

  /** One that cannot be written down is proven again next time. */
  remember(sources: ReadonlyMap<string, string>): void {
    const digest = this.#digest(sources);
    if (this.#known.includes(digest)) return;
    this.#known.push(digest);
    try {
      mkdirSync(this.#state, { recursive: true, mode: 0o750 });
      const lines = this.#known.slice(-REMEMBERED_MAX);
      writeFileSync(this.#path, `${lines.join('\n')}\n`, { mode: 0o640 });
    } catch {}
  }

  #digest(sources: ReadonlyMap<string, string>): string {
    this.#code ??= digestOfCode();
    const hash = createHash('sha256').update(this.#code);
    for (const [file, text] of sources) hash.update(`\0${file}\0${text.length}\0${text}`);
    return hash.digest('hex');
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => /^[0-9a-f]{64}$/.test(line));
  } catch {
    return [];
  }
}

function digestOfCode(): string {
  const hash = createHash('sha256');
  for (const room of ROOMS) {
    const directory = fileURLToPath(new URL(room, import.meta.url));
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
    for (const file of files) {
      if (!/\.[jt]s$/.test(file)) continue;
      hash.update(`\0${file}\0`).update(readFileSync(join(directory, file)));
    }
  }
  return hash.digest('hex');
}
