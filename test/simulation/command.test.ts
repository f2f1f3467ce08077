/** `clusterd sim` as it is typed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { chooseFaults, FAULT_NAMES, FAULTS } from '../../src/simulation/faults.ts';
import { STRIKES } from '../../src/simulation/strikes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'sim-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function run(...words: string[]) {
  let out = '';
  let err = '';
  const status = await runCommandLine(['sim', ...words], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isInteractive: false,
    question: () => Promise.reject(new Error('nobody is asked')),
    environment: { PATH: process.env.PATH },
    workingDirectory: directory,
    packageRoot: ROOT,
    installedHome: null,
    operator: 'ann',
    clock: new SimulatedClock(),
    onSignal: () => () => {},
  });
  return { status, out, err };
}

describe('clusterd sim', () => {
  test('runs and sums up; the same again gives the same checksum', async () => {
    const first = await run('--runs', '8');
    expect(first.status).toBe(0);
    expect(first.out).toMatch(/^scripts +sun-obp\.chat/);
    expect(first.out).toMatch(/violations +0 none/);
    expect(await run('--runs', '8')).toEqual(first);
  });

  test('in two processes it comes to the same', async () => {
    const checksum = ({ out }: { out: string }) => /checksum +\S+/.exec(out)?.[0];
    const side = await run('--runs', '6', '--jobs', '2', '--script', 'sun-obp');
    expect(side.err).toBe('');
    expect(checksum(side)).toBe(checksum(await run('--runs', '6')));
  }, 60_000);

  test('a violation: its story, how to see every byte, status 1, and the end unless told', async () => {
    const words = ['--faults', 'none', '--promise', '1s', '--runs', '4', '--seed', '1'];
    const broken = await run(...words);
    expect(broken.status).toBe(1);
    expect(broken.out).toMatch(/VIOLATION \(promise\)/);
    const again = /clusterd sim (.*--verbose)/.exec(broken.out)?.[1]?.split(' ') ?? [];
    expect(broken.out).toMatch(/main event: /);
    const told = await run(...again);
    expect(told.out).toContain('VIOLATION (promise)');
    const on = JSON.parse((await run(...words, '--keep-going', '--json')).out);
    expect(on.totals.runs).toBe(4);
    expect(on.failed.length).toBeGreaterThan(1);
  });

  test('verbose: every byte, and a checksum', async () => {
    const { out } = await run('--seed', '3', '--runs', '1', '--verbose');
    expect(out).toMatch(/types "banner" at n2/);
    expect(out).toMatch(/sun-obp\.chat, seed 3: checksum [0-9a-f]{16}\n$/);
  });

  test('lists its faults; each has a range that holds its rate, and strikes', async () => {
    const { out } = await run('--list-faults');
    for (const name of FAULT_NAMES) {
      expect(out).toContain(`\n${name} `);
      const { range, default: rate } = FAULTS[name];
      expect(rate).toBeGreaterThanOrEqual(range[0]);
      expect(rate).toBeLessThanOrEqual(range[1]);
      expect(STRIKES[name]).toBeTypeOf('function');
    }
  });

  const WRONG: readonly [string, string[], RegExp][] = [
    ['an unknown fault', ['--faults', 'killd'], /no fault 'killd'; did you mean 'killed'/],
    ['a rate out of range', ['--faults', 'loss=2'], /0 to 0\.1 per character/],
    ['a rate that is none', ['--faults', 'loss=x'], /not 'x'/],
    ['half a run', ['--runs', '0.5'], /whole number/],
    ['no policy', ['--silence', 'maybe'], /power, confirm, trust/],
  ];
  test.for(WRONG)('%s is a wrong call', async ([, words, message]) => {
    const { status, err } = await run(...words);
    expect(status).toBe(2);
    expect(err).toMatch(message);
  });

  test('a script that is not there, and one with mistakes', async () => {
    expect((await run('--script', 'none.chat')).status).toBe(1);
    writeFileSync(join(directory, 'bad.chat'), 'state start "x"\n  -> nowhere "y"\n');
    const bad = await run('--script', 'bad.chat');
    expect(bad.status).toBe(1);
    expect(bad.out).toMatch(/\[unknown-state\]/);
  });

  test('plays a story beside its script, and judges it', async () => {
    const moves = [{ do: 'text', node: 'active', text: 'panic[cpu0]/thread=1: x' }];
    const story = (state: string) =>
      JSON.stringify({ 'clusterd-story': 1, script: 'sun-obp.chat', moves, expect: { state } });
    writeFileSync(join(directory, 'good.json'), story('crash'));
    writeFileSync(join(directory, 'wrong.json'), story('watch'));
    const good = await run('--play', 'good.json');
    expect(good.out).toMatch(/1\. active shows "panic.*\n +start -> crash/);
    expect(good.status).toBe(0);
    const wrong = await run('--play', 'wrong.json');
    expect(wrong.out).toMatch(/the state at the end is crash, expected watch/);
    expect(wrong.status).toBe(1);
    writeFileSync(join(directory, 'broken.json'), '{"clusterd-story":1}');
    const broken = await run('--play', 'broken.json');
    expect([broken.status, broken.err]).toEqual([1, expect.stringContaining('script')]);
  });
});

describe('the choice of faults', () => {
  test('only what was named, with its own rate or the default', () => {
    const chosen = chooseFaults('loss=0.01,killed');
    if (!chosen.ok) throw new Error(chosen.message);
    const struck = FAULT_NAMES.filter((name) => chosen.faults[name] > 0);
    expect(struck.sort()).toEqual(['killed', 'loss']);
    expect([chosen.faults.loss, chosen.faults.killed]).toEqual([0.01, FAULTS.killed.default]);
  });
});
