import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DescriptorSink } from '../../src/log/descriptor-sink.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sink-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function open(path: string) {
  const descriptor = openSync(path, 'a');
  const sink = new DescriptorSink(descriptor);
  const events: string[] = [];
  sink.on('drain', () => events.push('drain'));
  sink.on('close', () => events.push('close'));
  sink.on('error', (error) => events.push(error.message.slice(0, 6)));
  return { descriptor, sink, events };
}

const isOpen = (descriptor: number) => {
  try {
    fstatSync(descriptor);
    return true;
  } catch {
    return false;
  }
};

test('writes one piece after the other, a byte for each character, and closes', async () => {
  const path = join(directory, 'x');
  const { sink, events } = open(path);
  sink.write('caf\xe9\n');
  await expect.poll(() => events).toEqual(['drain']);
  sink.write('two\n');
  sink.end();
  await expect.poll(() => events).toEqual(['drain', 'close']);
  expect(readFileSync(path, 'latin1')).toBe('caf\xe9\ntwo\n');
});

test('a full disk is reported each time it is tried, and the file is given up on demand', async () => {
  const { descriptor, sink, events } = open('/dev/full');
  sink.write('x');
  await expect.poll(() => events).toEqual(['ENOSPC']);
  sink.flush();
  await expect.poll(() => events).toEqual(['ENOSPC', 'ENOSPC']);
  sink.destroy();
  sink.destroy();
  await expect.poll(() => events.at(-1)).toBe('close');
  expect(events).toHaveLength(3);
  expect(isOpen(descriptor)).toBe(false);
});

test('given up in the middle of a write: says nothing more, closes once, no other file', async () => {
  const { sink, events } = open(join(directory, 'x'));
  sink.write('x'.repeat(1_000_000));
  sink.destroy();
  await expect.poll(() => events).toEqual(['close']);
  const next = openSync(join(directory, 'y'), 'a');
  sink.destroy();
  sink.end();
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOpen(next)).toBe(true);
  closeSync(next);
});
