/** The command as an administrator calls it: files in, text or JSON out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { processTerminal } from '../../src/commands/terminal.ts';
import { restedWorld } from './recorded-world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = join(ROOT, 'chat-scripts/sun-obp.chat');
/** Made once: each one listens for the end of its reader. */
const TERMINAL = processTerminal(ROOT);
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'replay-'));
  const world = restedWorld();
  world.seconds(20);
  world.site.node('n1').panic();
  world.seconds(200);
  const [first, second] = world.transcripts;
  writeFileSync(join(directory, 'demo.n1.console'), first);
  writeFileSync(join(directory, 'demo.n2.console'), second);
  writeFileSync(join(directory, 'CList'), 'cluster half\n  script sun-obp\n');
  writeFileSync(join(directory, 'crash.txt'), 'hello\npanic[cpu0]/thread=1: \x1b[31mx\nbye\n');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function replay(...words: string[]) {
  const result = { status: -1, out: '', err: '' };
  const terminal = {
    ...TERMINAL,
    workingDirectory: directory,
    out: (text: string) => {
      result.out += text;
    },
    err: (text: string) => {
      result.err += text;
    },
  };
  result.status = await runCommandLine(['replay', ...words], terminal);
  return result;
}

test('tells the moment of the panic, its line and what it led to', async () => {
  const { status, out } = await replay('demo.n1.console', '--script', SCRIPT);
  expect(status).toBe(0);
  expect(out).toMatch(/^demo\.n1\.console: n1 \(active\), transcript of clusterd/);
  expect(out).toMatch(/not recorded: the console of n2 \(standby\); the service address/);
  expect(out).toMatch(/n1 line \d+ {2}\[crash\]\n.*is panic\n {4}==> watch -> crash: panic/);
  expect(out).toMatch(/Transitions\n[\s\S]*n1 line \d+ {2}watch -> crash \(panic\)/);
});

test('gives programs the same as JSON', async () => {
  const words = ['demo.n1.console', '--standby', 'demo.n2.console', '--script', SCRIPT, '--json'];
  const answer = JSON.parse((await replay(...words)).out);
  const [panic] = answer.summary.transitions.filter((one: { to: string }) => one.to === 'crash');
  expect(panic).toMatchObject({ node: 'n1', from: 'watch', texts: ['panic'] });
  expect(answer.end).toMatchObject({ active: 'n2', state: 'watch' });
});

test('takes the settings and names of a cluster of CList', async () => {
  const { status, out } = await replay('demo.n1.console', '--cluster', 'demo', '--home', ROOT);
  expect(status).toBe(0);
  expect(out).toMatch(/script .*chat-scripts\/sun-obp\.chat, on-silence power/);
});

test('a log without times is told by its lines, and no escape reaches the terminal', async () => {
  const { out } = await replay('crash.txt', '--script', SCRIPT, '--all');
  expect(out).toContain('silence means nothing');
  expect(out).toMatch(/^n1 line 2 {2}\[crash\]$/m);
  expect(out).not.toContain('\x1b');
});

test('lines outside of --from and --to are not there', async () => {
  const upTo = await replay('crash.txt', '--script', SCRIPT, '--to', '1');
  expect(upTo.out).not.toContain('watch -> crash');
  const from = await replay('crash.txt', '--script', SCRIPT, '--from', '3');
  expect(from.out).not.toContain('watch -> crash');
  const both = await replay('crash.txt', '--script', SCRIPT, '--from', '2', '--to', '2');
  expect(both.out).toContain('watch -> crash');
});

describe('a wrong call is refused and says what to write', () => {
  test.each([
    ['no script', ['crash.txt'], 2, '--script FILE'],
    ['no file', ['gone.txt', '--script', SCRIPT], 1, 'gone.txt cannot be read'],
    ['no such script', ['crash.txt', '--script', 'gone.chat'], 1, 'there is no script gone.chat'],
    ['no cluster', ['crash.txt', '--cluster', 'demos', '--home', ROOT], 1, "did you mean 'demo'"],
    ['unsound', ['crash.txt', '--cluster', 'half', '--home', '.'], 1, 'run: clusterd check'],
    ['no node', ['crash.txt', '--cluster', 'demo', '--home', ROOT, '--node', 'n3'], 2, 'n1, n2'],
    ['bad time', ['crash.txt', '--script', SCRIPT, '--from', 'noon'], 2, '--from noon is no time'],
    ['bad outcome', ['crash.txt', '--script', SCRIPT, '--assume', 'tap'], 2, 'TASK=OUTCOME'],
    ['empty part', ['crash.txt', '--script', SCRIPT, '--from', '2', '--to', '1'], 2, 'nothing of'],
  ] as const)('%s', async (_name, words, status, text) => {
    const refused = await replay(...words);
    expect(refused.status).toBe(status);
    expect(refused.err).toContain(text);
  });
});
