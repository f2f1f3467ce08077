import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { AppendFile, WAITING_BYTES_MAX } from '../../src/log/append-file.ts';
import { FlushTicker } from '../../src/log/flush-ticker.ts';
import { FakeSink } from './fake-sink.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function open() {
  const clock = new SimulatedClock();
  const sinks: FakeSink[] = [];
  const troubles: (string | null)[] = [];
  const file = new AppendFile({
    path: join(directory, 'x'),
    clock,
    ticker: new FlushTicker(clock),
    lossLine: ({ bytes, code }) => `LOST ${bytes} ${code}\n`,
    onTrouble: (_path, code) => troubles.push(code),
    openSink: (descriptor) => FakeSink.open(descriptor, sinks),
  });
  const sink = async (index: number): Promise<FakeSink> => {
    await expect.poll(() => sinks[index]).toBeDefined();
    return sinks[index] ?? new FakeSink();
  };
  return { clock, sinks, troubles, file, sink };
}

test('one write is under way at a time; what comes meanwhile follows in order', async () => {
  const { clock, file, sink } = open();
  file.write('a\n');
  file.write('b\n');
  file.flush();
  const disk = await sink(0);
  expect(disk.texts).toEqual(['a\nb\n']);
  file.write('c\n');
  file.flush();
  file.write('d\n');
  expect(disk.texts).toHaveLength(1);
  disk.complete();
  expect(disk.texts).toEqual(['a\nb\n', 'c\nd\n']);
  file.write('e\n');
  clock.advance(1_000);
  disk.complete();
  clock.advance(1_000);
  expect(disk.texts.at(-1)).toBe('e\n');
});

test('a disk that hangs costs text and not memory, and the loss is told where it happened', async () => {
  const { clock, file, sink, troubles } = open();
  const block = `${'x'.repeat(1023)}\n`;
  file.write('first\n');
  file.flush();
  const disk = await sink(0);
  const rounds = WAITING_BYTES_MAX / 1024 + 3;
  for (let round = 0; round < rounds; round++) file.write(block);
  disk.complete();
  clock.advance(1_000);
  file.write('later\n');
  disk.complete();
  clock.advance(1_000);
  expect(disk.texts[1]).toBe(`${block.repeat(WAITING_BYTES_MAX / 1024)}LOST 3072 too much text\n`);
  expect(disk.texts[2]).toBe('later\n');
  expect(troubles).toEqual([]);
});

test('after an error it tries again each second, tells of it once and goes on', async () => {
  const { clock, file, sink, troubles } = open();
  file.write('a\n');
  file.flush();
  const disk = await sink(0);
  disk.fail('ENOSPC');
  for (let second = 1; second <= 3; second++) {
    clock.advance(1_000);
    expect(disk.retries).toBe(second);
    disk.fail('ENOSPC');
  }
  expect(troubles).toEqual(['ENOSPC']);
  file.write('b\n');
  disk.complete();
  clock.advance(1_000);
  expect(troubles).toEqual(['ENOSPC', null]);
  expect(disk.texts).toEqual(['a\n', 'b\n']);
  disk.complete();
  clock.advance(2_000);
  expect(clock.nextDue()).toBeNull();
});

test('reopening waits for the write under way', async () => {
  const { file, sink, sinks } = open();
  file.write('a\n');
  file.flush();
  const first = await sink(0);
  file.reopen();
  file.write('b\n');
  file.flush();
  expect(sinks).toHaveLength(1);
  first.complete();
  const second = await sink(1);
  expect(first.texts).toEqual(['a\n']);
  expect(second.texts).toEqual(['b\n']);
});

test('reopening on a full disk counts what the old file did not take', async () => {
  const { clock, file, sink } = open();
  file.write('a\n');
  file.flush();
  const first = await sink(0);
  first.fail('ENOSPC');
  file.reopen();
  clock.advance(1_000);
  const second = await sink(1);
  expect(first.destroyed).toBe(true);
  expect(second.texts).toEqual(['LOST 2 ENOSPC\n']);
});

test('closing waits for all, gives up on an error, and at the latest after 5 s', async () => {
  const good = open();
  good.file.write('a\n');
  let closed = false;
  const closing = good.file.close().then(() => {
    closed = true;
  });
  const disk = await good.sink(0);
  good.file.write('b\n');
  expect(closed).toBe(false);
  disk.complete();
  expect(disk.texts).toEqual(['a\n', 'b\n']);
  disk.complete();
  await closing;
  await good.file.close();

  const full = open();
  full.file.write('a\n');
  const givingUp = full.file.close();
  (await full.sink(0)).fail('ENOSPC');
  await givingUp;

  const hung = open();
  hung.file.write('a\n');
  const waiting = hung.file.close();
  const deaf = await hung.sink(0);
  hung.clock.advance(5_000);
  await waiting;
  expect(deaf.destroyed).toBe(true);
});
