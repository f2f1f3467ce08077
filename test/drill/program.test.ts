/** `clusterd drill` as people start it. `npm run build` first. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DRILL_CASES } from '../../src/drill/cases.ts';
import type { Report } from '../../src/drill/report.ts';

const PROGRAM = join(import.meta.dirname, '../../dist/main.js');
const directory = mkdtempSync(join(tmpdir(), 'drill-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Finished {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function drill(...words: string[]): Promise<Finished> {
  const child = spawn(process.execPath, [PROGRAM, 'drill', ...words], { stdio: 'pipe' });
  child.stdin.end();
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.err += chunk;
  });
  return new Promise((resolve) => {
    child.once('close', (status) => resolve({ status, ...text }));
  });
}

describe('clusterd drill', () => {
  test('shows its cases with what they could lose', async () => {
    const { status, out } = await drill('--list');
    expect(status).toBe(0);
    for (const { name, title } of DRILL_CASES)
      expect(out).toMatch(new RegExp(`^${name} +${title}$`, 'm'));
    expect(out).toContain('could lose: ');
  });

  test('says what is wrong with its call', async () => {
    expect(await drill('demo', '--case', 'panik')).toMatchObject({
      status: 2,
      err: expect.stringContaining("did you mean 'panic'?"),
    });
    expect(await drill()).toMatchObject({
      status: 2,
      err: expect.stringContaining('name the cluster'),
    });
  });

  test('passes on simulated pairs, and files what happened', async () => {
    const path = join(directory, 'report.json');
    const { status, out, err } = await drill(
      '--simulated',
      ...['--case', 'panic', '--case', 'daemon-killed', '--case', 'standby-power-off'],
      ...['--lanes', '2', '--report', path],
    );
    expect(`${out}${err}`).not.toContain('FAILED');
    expect(status).toBe(0);
    expect(out).toContain('3 passed, 0 failed, 0 not done');
    expect(existsSync(path)).toBe(true);
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
    expect(report.cases.map(({ name }) => name)).toEqual([
      'panic',
      'daemon-killed',
      'standby-power-off',
    ]);
    const [panic, killed, standby] = report.cases;
    for (const { times } of [panic, killed].flatMap((one) => (one === undefined ? [] : [one]))) {
      const [one] = times;
      const { noticedMs = null, provenMs = null, bootTypedMs = null, loginMs = null } = one ?? {};
      const order = [noticedMs, provenMs, bootTypedMs, loginMs];
      expect(order).not.toContain(null);
      expect(order).toEqual([...order].sort((a, b) => Number(a) - Number(b)));
    }
    expect(standby?.times).toEqual([]);
    expect(report.files.map((file) => file.path)).toContain('chat-scripts/sun-obp.chat');
  }, 240_000);
});
