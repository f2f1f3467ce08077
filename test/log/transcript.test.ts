import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { AppendFile } from '../../src/log/append-file.ts';
import { FlushTicker } from '../../src/log/flush-ticker.ts';
import { parseTranscript } from '../../src/log/read-transcript.ts';
import { Transcript } from '../../src/log/transcript.ts';

const START = Date.UTC(2026, 10, 22, 16, 20, 31);
let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function openTranscript(name = 'c.n1.console') {
  const clock = new SimulatedClock(START);
  const ticker = new FlushTicker(clock);
  const path = join(directory, name);
  const file = new AppendFile({ path, clock, ticker, lossLine: () => 'lost\n' });
  return { clock, path, transcript: new Transcript(file) };
}

test('what is received within 250 ms is one record; typing and remarks end it', async () => {
  const { path, transcript } = openTranscript();
  transcript.remark('connected: telnet 127.0.0.1:7001\n', START);
  transcript.received('pan', START + 1);
  transcript.received('ic\r\n', START + 250);
  transcript.received('late', START + 251);
  transcript.received('r', START + 252);
  transcript.typed('\r', START + 253, false);
  transcript.received('"ok" ', START + 254);
  transcript.remark('BREAK', START + 255);
  transcript.typed('hunter2', START + 256, true);
  await transcript.close();
  expect(
    readFileSync(path, 'utf8'),
  ).toBe(`2026-11-22T16:20:31.000Z ! connected: telnet 127.0.0.1:7001\\n
2026-11-22T16:20:31.001Z < "panic\\r\\n"
2026-11-22T16:20:31.251Z < "later"
2026-11-22T16:20:31.253Z > "\\r"
2026-11-22T16:20:31.254Z < "\\"ok\\" "
2026-11-22T16:20:31.255Z ! BREAK
2026-11-22T16:20:31.256Z > [hidden]
`);
});

test('a clock that was set back begins a new record', async () => {
  const { path, transcript } = openTranscript();
  transcript.received('a', START);
  transcript.received('b', START - 60_000);
  await transcript.close();
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
});

test('a quiet record reaches the file by the timer alone', async () => {
  const { clock, path, transcript } = openTranscript();
  transcript.received('x', START);
  clock.advance(1_000);
  await expect.poll(() => read(path)).toBe('2026-11-22T16:20:31.000Z < "x"\n');
  clock.advance(1_000);
  expect(clock.nextDue()).toBeNull();
  await transcript.close();
});

test('every cut of every byte comes back', async () => {
  const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
  for (let cut = 0; cut <= bytes.length; cut++) {
    const { path, transcript } = openTranscript(`c.${cut}.console`);
    transcript.received(bytes.slice(0, cut), START);
    transcript.received(bytes.slice(cut), START + 5 * cut);
    await transcript.close();
    const { records, badLines } = parseTranscript(readFileSync(path, 'utf8'));
    expect(badLines).toEqual([]);
    expect(records.map((record) => ('data' in record ? record.data : '')).join('')).toBe(bytes);
  }
});

test('long text becomes many records and stays whole', async () => {
  const { path, transcript } = openTranscript();
  const text = 'x\x00"\\'.repeat(4_000);
  for (let at = 0; at < text.length; at += 7) transcript.received(text.slice(at, at + 7), START);
  await transcript.close();
  const { records } = parseTranscript(readFileSync(path, 'utf8'));
  expect(records.length).toBeGreaterThan(2);
  expect(records.map((record) => ('data' in record ? record.data : '')).join('')).toBe(text);
});

describe('reading', () => {
  test('records keep kind and time', () => {
    const text = [
      '2026-11-22T16:20:31.482Z < "a\\x1b"',
      '2026-11-22T16:20:31.483Z > "b\\n"',
      '2026-11-22T16:20:31.484Z > [hidden]',
      '2026-11-22T16:20:31.485Z ! BREAK',
      '',
    ].join('\n');
    const wall = START + 482;
    expect(parseTranscript(text)).toEqual({
      records: [
        { kind: 'received', wall, data: 'a\x1b' },
        { kind: 'typed', wall: wall + 1, data: 'b\n' },
        { kind: 'hidden', wall: wall + 2 },
        { kind: 'remark', wall: wall + 3, text: 'BREAK' },
      ],
      badLines: [],
    });
  });

  test.each([
    ['half a line', '2026-11-22T16:20:31.482Z < "a"\n2026-11-22T16:20:31.482Z < "b', [2]],
    ['no record', 'hello\n', [1]],
    ['no such day', '2026-19-22T16:20:31.482Z < "a"\n', [1]],
    ['unknown mark', '2026-11-22T16:20:31.482Z ? "a"\n', [1]],
    ['bad quotes', '2026-11-22T16:20:31.482Z < "a" b"\n', [1]],
    ['received is never hidden', '2026-11-22T16:20:31.482Z < [hidden]\n', [1]],
  ])('%s is counted and passed over', (_name, text, expected) => {
    expect(parseTranscript(text).badLines).toEqual(expected);
  });

  test('nothing makes it throw', () => {
    void fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => parseTranscript(text).records.length >= 0,
      ),
    );
  });
});

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
