/** BREAKs, damaged bytes, modem lines, a wrong speed, a console faster than any: what a line says of itself. */
import { describe, expect, it } from 'vitest';
import { connected, settle } from './line-bench.ts';
import { noise } from './nasty.ts';

const MINUTE_MS = 60_000;
const TEXT = 'Mar  4 03:12:44 n1 sshd[1]: Accepted publickey for root\r\n';

describe('modem lines', () => {
  it('are told when they change, also over connections, and never one that was never up', async () => {
    const bench = await connected();
    for (const line of ['dcd', 'dsr', 'cts'] as const) bench.wire.handlers?.modem(line, false);
    expect(bench.events).toEqual([]);
    bench.wire.handlers?.modem('dsr', true);
    bench.wire.hangUp();
    await bench.pass(MINUTE_MS);
    bench.wire.accept();
    await settle();
    bench.events.length = 0;
    bench.wire.handlers?.modem('dsr', true);
    expect(bench.events).toEqual([]);
    bench.wire.handlers?.modem('dsr', false);
    expect(bench.events).toEqual(['dsr false']);
  });

  it('that flap are told once, and where they come to rest', async () => {
    const bench = await connected();
    for (let i = 0; i < 10_001; i++) bench.wire.handlers?.modem('dsr', i % 2 === 0);
    expect(bench.events).toHaveLength(25);
    expect(bench.events.at(-1)).toMatch(/^warn: modem lines flap: more than 24 changes within 1 s/);
    await bench.pass(MINUTE_MS);
    expect(bench.events.slice(25)).toEqual(['dsr true']);
    bench.wire.handlers?.modem('dsr', false);
    expect(bench.events.at(-1)).toBe('dsr false');
  });
});

describe('faults of the line', () => {
  it('are told at once, then summed up', async () => {
    const bench = await connected();
    for (let i = 0; i < 5; i++) bench.wire.handlers?.noticed?.('break', 1);
    expect(bench.events).toEqual(['info: a BREAK on the line']);
    await bench.pass(20_000);
    expect(bench.events.slice(1)).toEqual(['info: 5 BREAKs on the line within 20 s']);
    await bench.pass(MINUTE_MS);
    expect(bench.events).toHaveLength(2);
  });

  it('framing errors without end are a wrong speed, said once and taken back', async () => {
    const bench = await connected();
    for (let i = 0; i < 3; i++) {
      bench.wire.handlers?.noticed?.('framing', 40);
      await bench.pass(20_000);
    }
    const warnings = bench.events.filter((event) => event.startsWith('warn'));
    expect(warnings).toEqual([
      'warn: the speed of the line seems wrong: 40 framing errors in the last 20 s; CList says 9600',
    ]);
    bench.wire.say(TEXT);
    await bench.pass(20_000);
    expect(bench.events.at(-1)).toBe('info: the line can be read again');
  });
});

describe('a speed that seems wrong', () => {
  it('is said once, with figures, and taken back when text comes', async () => {
    const bench = await connected();
    for (let i = 0; i < 4; i++) {
      bench.wire.say(noise(500).toString('latin1'));
      await bench.pass(20_000);
    }
    expect(bench.events).toHaveLength(1);
    expect(bench.events[0]).toMatch(
      /^warn: the speed of the line seems wrong: \d{3} of 500 bytes are not text in the last 20 s; CList says 9600$/,
    );
    bench.wire.say(TEXT.repeat(3));
    await bench.pass(20_000);
    expect(bench.events.slice(1)).toEqual(['info: the line can be read again']);
  });

  it.each([
    ['text', TEXT.repeat(20)],
    ['a little noise', noise(40).toString('latin1')],
    ['text with colours and bells', '\x1b[31m\x07 42% done\r\b\b\b\x1b[0m'.repeat(20)],
    [
      'text in UTF-8',
      Buffer.from('Überprüfung der Festplatte läuft\r\n'.repeat(10)).toString('latin1'),
    ],
  ])('is not taken from %s', async (_, text) => {
    const bench = await connected();
    bench.wire.say(text);
    await bench.pass(3 * MINUTE_MS, 20_000);
    expect(bench.events).toEqual([]);
  });
});

describe('a console faster than any', () => {
  it('is read a megabyte a second, and loses nothing', async () => {
    const bench = await connected();
    const pauses: boolean[] = [];
    bench.wire.pause = (isPaused) => pauses.push(isPaused);
    const block = 'x'.repeat(64 * 1024);
    for (let i = 0; i < 4; i++) bench.wire.say(block);
    expect(pauses).toEqual([true]);
    await bench.pass(250);
    expect(pauses).toEqual([true, false]);
    expect(bench.data).toHaveLength(4 * block.length);
    bench.line.stop();
    expect(bench.clock.nextDue()).toBeNull();
  });

  it('stays paused as long as the cluster has not taken in what came', async () => {
    const bench = await connected();
    const pauses: boolean[] = [];
    bench.wire.pause = (isPaused) => pauses.push(isPaused);
    for (let i = 0; i < 4; i++) bench.wire.say('x'.repeat(64 * 1024));
    bench.line.pause(true);
    await bench.pass(250);
    expect(pauses).toEqual([true, true, true]);
    bench.line.pause(false);
    expect(pauses.at(-1)).toBe(false);
  });
});

it('connects and loses the connection a thousand times, and nothing is left over', async () => {
  const bench = await connected();
  for (let i = 0; i < 1000; i++) {
    bench.wire.say('busy\r\n');
    bench.wire.hangUp();
    await bench.pass(31 * MINUTE_MS);
    bench.wire.accept();
    await settle();
  }
  expect(bench.made).toHaveLength(1001);
  bench.line.stop();
  expect(bench.clock.nextDue()).toBeNull();
});
