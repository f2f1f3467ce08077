import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import {
  type CommandRequest,
  type CommandResult,
  OUTPUT_BYTES_MAX,
  runCommand,
} from '../../src/transport/command.ts';
import { until } from './until.ts';

const directory = mkdtempSync(join(tmpdir(), 'command-'));
afterAll(() => rmSync(directory, { recursive: true }));

const run = (argv: readonly string[], more: Partial<CommandRequest> = {}): Promise<CommandResult> =>
  runCommand({ argv, withinMs: 10_000, ...more }, systemClock).result;
const node = (script: string, ...args: string[]): string[] => [
  process.execPath,
  '-e',
  script,
  ...args,
];

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A dead one whose parent has not looked yet still has its number.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a local command', () => {
  it.each([
    { name: 'exits with 0', argv: ['true'], outcome: 'exited', status: 0 },
    { name: 'exits with 7', argv: ['sh', '-c', 'exit 7'], outcome: 'exited', status: 7 },
    { name: 'dies of a signal', argv: ['sh', '-c', 'kill -9 $$'], outcome: 'exited', status: 137 },
    { name: 'is not there', argv: ['/no/such/program'], outcome: 'not-started', status: null },
    { name: 'is no program', argv: ['/etc/passwd'], outcome: 'not-started', status: null },
    { name: 'is empty', argv: [], outcome: 'not-started', status: null },
    {
      name: 'has a NUL in an argument',
      argv: ['true', 'a\0b'],
      outcome: 'not-started',
      status: null,
    },
  ])('$name', async ({ argv, outcome, status }) => {
    expect(await run(argv)).toMatchObject({ outcome, status });
  });

  it('gets its arguments as they are, and no shell sees them', async () => {
    const nasty = ['a b', '$(id)', '`id`', ';exit 3', '*', "'", '"', '', '\n', '--', 'ä'];
    const { output } = await run(
      node('console.log(JSON.stringify(process.argv.slice(1)))', '--', ...nasty),
    );
    expect(JSON.parse(Buffer.from(output, 'latin1').toString())).toEqual(nasty);
  });

  it('reads its input, and what it says on both outputs is kept', async () => {
    const result = await run(['sh', '-c', 'cat; echo err >&2'], { stdin: 'line=1\naction=off\n' });
    expect(result.output).toContain('line=1\naction=off\n');
    expect(result.output).toContain('err\n');
  });

  it('may end without reading a large input', async () => {
    expect(await run(['true'], { stdin: 'x'.repeat(1 << 20) })).toMatchObject({ status: 0 });
  });

  it('keeps the end of long output', async () => {
    const { output } = await run(['sh', '-c', 'seq 1 100000; echo the end']);
    expect(output.length).toBe(OUTPUT_BYTES_MAX);
    expect(output.endsWith('100000\nthe end\n')).toBe(true);
  });

  it('is not waited for when something it started holds its output open', async () => {
    const result = await run(['sh', '-c', 'sleep 30 & echo $!; exit 4']);
    expect(result).toMatchObject({ outcome: 'exited', status: 4 });
    const left = Number(result.output);
    expect(isAlive(left)).toBe(true);
    process.kill(left);
  });

  it('is ended at its time limit, with all that it started', async () => {
    const file = join(directory, 'pids');
    const result = await run(['sh', '-c', `sleep 60 & echo $! $$ >${file}; wait`], {
      withinMs: 300,
    });
    expect(result).toMatchObject({ outcome: 'timeout', status: null });
    const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) await until(() => !isAlive(pid));
  });

  it('is killed 2 s later if it does not end by itself', async () => {
    const started = performance.now();
    const stubborn = `process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000)`;
    const result = await run(node(stubborn), { withinMs: 500 });
    expect(result).toMatchObject({ outcome: 'timeout', status: null, output: 'no\n' });
    expect(performance.now() - started).toBeGreaterThan(2400);
  });

  it('that ends in time does not save what it started from the kill', async () => {
    const file = join(directory, 'stubborn');
    const child = `trap '' TERM; echo $$ >${file}; while :; do sleep 1; done`;
    const result = await run(['sh', '-c', `sh -c "$1" & wait`, 'sh', child], { withinMs: 500 });
    expect(result.outcome).toBe('timeout');
    await until(() => !isAlive(Number(readFileSync(file, 'utf8'))));
  });

  it('can be stopped early, any number of times', async () => {
    const command = runCommand({ argv: ['sleep', '60'], withinMs: 60_000 }, systemClock);
    command.kill();
    command.kill();
    expect(await command.result).toMatchObject({ outcome: 'timeout', status: null });
    command.kill();
  });
});
