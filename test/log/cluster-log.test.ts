import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { systemClock } from '../../src/clock/system.ts';
import {
  type ClusterLog,
  type ClusterLogOptions,
  openClusterLog,
} from '../../src/log/cluster-log.ts';
import { FlushTicker } from '../../src/log/flush-ticker.ts';
import { parseTranscript } from '../../src/log/read-transcript.ts';
import type { LogEntry } from '../../src/machine/protocol.ts';
import { FakeSink } from './fake-sink.ts';

const WALL = Date.UTC(2026, 10, 22, 16, 20, 31, 482);
const NOTHING = new Uint8Array();
let directory = '';
let undo: (() => void)[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-'));
  undo = [];
});
afterEach(async () => {
  for (const run of undo) run();
  await rm(directory, { recursive: true, force: true });
});

function open(change: Partial<ClusterLogOptions> = {}): ClusterLog {
  const clock = change.clock ?? new SimulatedClock(WALL);
  return openClusterLog({
    directory,
    cluster: 'demo',
    nodes: ['n1', 'n2'],
    clock,
    ticker: new FlushTicker(clock),
    ...change,
  });
}

function entry(change: Partial<LogEntry> = {}): LogEntry {
  return { level: 'info', topic: 'console', state: 'watch', node: 0, what: 'hello', ...change };
}

function read(name: string): string {
  const path = join(directory, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

test('files appear at the first write, with mode 0640 at most, in a directory that may be missing', async () => {
  const log = open({ directory: join(directory, 'a', 'b') });
  await log.close();
  expect(readdirSync(directory)).toEqual([]);
  const other = open({ directory: join(directory, 'a', 'b') });
  other.received(1, NOTHING, 'x', WALL);
  await other.close();
  expect(readdirSync(join(directory, 'a', 'b'))).toEqual(['demo.n2.console']);
  expect(statSync(join(directory, 'a', 'b', 'demo.n2.console')).mode & 0o777 & ~0o640).toBe(0);
});

test('an entry stands in the log for people and whole in the records', async () => {
  const log = open();
  log.entry(entry({ what: 'x'.repeat(300), why: 'a\x1b', next: 'wait' }), WALL);
  log.entry(entry({ level: 'debug', what: 'only in the records', node: null }), WALL + 1);
  log.alarm('production', 'panic', 'clusterd status demo', WALL + 2);
  log.cleared('production', WALL + 3);
  await log.close();
  const lines = read('demo.log').trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toHaveLength(160);
  expect(lines[1]).toMatch(/ {2}ALARM {2}production: panic \| type: clusterd status demo$/);
  expect(lines[2]).toMatch(/ {2}CLEARED {2}production$/);
  const records = read('demo.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const common = { cluster: 'demo', state: 'watch', topic: 'console' };
  expect(records).toEqual([
    {
      ...common,
      level: 'info',
      time: '2026-11-22T16:20:31.482Z',
      node: 'n1',
      what: 'x'.repeat(300),
      why: 'a\x1b',
      next: 'wait',
    },
    {
      ...common,
      level: 'debug',
      time: '2026-11-22T16:20:31.483Z',
      node: null,
      what: 'only in the records',
    },
    {
      cluster: 'demo',
      level: 'alarm',
      time: '2026-11-22T16:20:31.484Z',
      topic: 'alarm',
      event: 'raised',
      name: 'production',
      text: 'panic',
      type: 'clusterd status demo',
    },
    {
      cluster: 'demo',
      level: 'info',
      time: '2026-11-22T16:20:31.485Z',
      topic: 'alarm',
      event: 'cleared',
      name: 'production',
    },
  ]);
});

describe('at once, on a clock that stands', () => {
  test.each<[string, (log: ClusterLog) => void]>([
    ['a transition', (log) => log.entry(entry({ topic: 'transition' }), WALL)],
    ['an entry of level alarm', (log) => log.entry(entry({ level: 'alarm' }), WALL)],
    ['an alarm', (log) => log.alarm('a', 'b', 'c', WALL)],
    ['a cleared alarm', (log) => log.cleared('a', WALL)],
    [
      'a flush',
      (log) => {
        log.entry(entry(), WALL);
        log.flush();
      },
    ],
  ])('%s', async (_name, write) => {
    const log = open();
    write(log);
    await expect
      .poll(() => [read('demo.log'), read('demo.jsonl')].every((text) => text !== ''))
      .toBe(true);
    await log.close();
  });
});

test('other entries wait for the timer, and no longer than a second', async () => {
  const clock = new SimulatedClock(WALL);
  const sinks: FakeSink[] = [];
  const log = open({ clock, openSink: (descriptor) => FakeSink.open(descriptor, sinks) });
  log.entry(entry(), WALL);
  expect(sinks).toHaveLength(0);
  clock.advance(1_000);
  await expect.poll(() => sinks.length).toBe(2);
  for (const sink of sinks) expect(sink.texts).toHaveLength(1);
  for (const sink of sinks) sink.complete();
  const closing = log.close();
  for (const sink of sinks) sink.complete();
  await closing;
});

test('after a rename reopening goes on in a new file, nothing is lost or doubled', async () => {
  const log = open({ clock: systemClock, ticker: new FlushTicker(systemClock) });
  for (let round = 0; round < 20; round++) {
    log.entry(entry({ what: `entry ${round}`, topic: round % 3 === 0 ? 'transition' : 'x' }), WALL);
    log.received(0, NOTHING, `${round},`, WALL + round);
    if (round % 5 !== 4) continue;
    log.flush();
    for (const name of readdirSync(directory).filter((file) => !file.includes('.old'))) {
      renameSync(join(directory, name), join(directory, `${name}.old${round}`));
    }
    log.reopen();
    if (round === 9) log.reopen();
  }
  await log.close();
  const files = readdirSync(directory);
  const all = (prefix: string) =>
    files
      .filter((name) => name.startsWith(prefix))
      .map((name) => read(name))
      .join('');
  const found = [...all('demo.log').matchAll(/entry (\d+)$/gm)].map((match) => Number(match[1]));
  expect(found.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, round) => round));
  const text = all('demo.n1.console');
  const rounds = parseTranscript(text).records.flatMap((record) =>
    record.kind === 'received' ? record.data.split(',').slice(0, -1).map(Number) : [],
  );
  expect(rounds.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, round) => round));
});

describe('a disk that takes nothing', () => {
  test('/dev/full: no hang, no crash, the other files go on and tell of it', async () => {
    symlinkSync('/dev/full', join(directory, 'demo.n1.console'));
    const troubles: string[] = [];
    const log = open({
      clock: systemClock,
      ticker: new FlushTicker(systemClock),
      onTrouble: (path, code) => troubles.push(`${path.slice(directory.length + 1)} ${code}`),
    });
    for (let round = 0; round < 50; round++)
      log.received(0, NOTHING, 'x'.repeat(4_000), WALL + round);
    log.flush();
    await expect.poll(() => troubles).toEqual(['demo.n1.console ENOSPC']);
    const begin = performance.now();
    await log.close();
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect(read('demo.log')).toMatch(/warning: .*demo\.n1\.console cannot be written: ENOSPC\n$/);
  });

  test('no right to write: told once, and the file goes on when it may', async () => {
    mkdirSync(join(directory, 'demo.log'));
    const clock = new SimulatedClock(WALL);
    const troubles: (string | null)[] = [];
    const log = open({ clock, onTrouble: (_path, code) => troubles.push(code) });
    log.entry(entry({ what: 'before' }), WALL);
    clock.advance(1_000);
    await expect.poll(() => troubles).toEqual(['EISDIR']);
    rmSync(join(directory, 'demo.log'), { recursive: true });
    clock.advance(1_000);
    await expect.poll(() => read('demo.log')).toContain('before');
    expect(troubles).toEqual(['EISDIR', null]);
    await log.close();
    expect(read('demo.log')).toMatch(/can be written again\n$/);
  });

  test('a small real file system fills up and is emptied again', async (context) => {
    const mount = join(directory, 'full');
    mkdirSync(mount);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', mount], { stdio: 'pipe' });
    } catch {
      context.skip('needs the right to mount a tmpfs');
    }
    undo.push(() => execFileSync('umount', ['-l', mount]));
    writeFileSync(join(mount, 'ballast'), 'x'.repeat(20 * 1024));
    const troubles: (string | null)[] = [];
    const log = open({
      directory: mount,
      clock: systemClock,
      ticker: new FlushTicker(systemClock),
      onTrouble: (_path, code) => troubles.push(code),
    });
    const write = (from: number) => {
      for (let round = 0; round < 100; round++) {
        log.received(0, NOTHING, 'x'.repeat(2_000), WALL + (from + round) * 200);
      }
      log.flush();
    };
    write(0);
    await expect.poll(() => troubles).toContain('ENOSPC');
    write(100);
    rmSync(join(mount, 'ballast'));
    execFileSync('mount', ['-o', 'remount,size=4m', mount]);
    await expect.poll(() => troubles, { timeout: 5_000 }).toContain(null);
    log.remark(0, 'after', WALL + 60_000);
    await log.close();
    const { records, badLines } = parseTranscript(
      readFileSync(join(mount, 'demo.n1.console'), 'utf8'),
    );
    expect(badLines).toEqual([]);
    const remarks = records.flatMap((record) => (record.kind === 'remark' ? [record.text] : []));
    expect(remarks.at(-1)).toBe('after');
    const kept = records.reduce(
      (sum, record) => sum + ('data' in record ? record.data.length : 0),
      0,
    );
    const losses = remarks.flatMap(
      (text) =>
        /^(\d+) characters of this transcript were lost: (ENOSPC|too much text)$/.exec(text)?.[1] ??
        [],
    );
    const lost = losses.reduce((sum, count) => sum + Number(count), 0);
    expect(remarks.join()).toContain('ENOSPC');
    expect(kept).toBeGreaterThan(0);
    // What was lost is counted with its time and quotes: 29 characters for each record.
    expect(kept + lost).toBeGreaterThanOrEqual(400_000);
    expect(kept + lost).toBeLessThanOrEqual(400_000 + 200 * 30);
  });
});
