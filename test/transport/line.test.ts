import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { Line } from '../../src/transport/line.ts';
import { TransportError } from '../../src/transport/transport.ts';
import { TYPING_CHARACTERS_MAX } from '../../src/transport/typing-queue.ts';
import { Bench, connected, settle } from './line-bench.ts';

describe('line: connecting', () => {
  it('says connected before the first byte', async () => {
    const bench = new Bench();
    bench.line.start();
    bench.line.start();
    expect(bench.made).toHaveLength(1);
    bench.wire.accept();
    await settle();
    bench.wire.say('login: ');
    bench.wire.handlers?.modem('dcd', true);
    expect(bench.events).toEqual(['connected', 'dcd true']);
    expect(bench.data).toBe('login: ');
  });

  it('says why it is lost once, and tries again ever more seldom', async () => {
    const bench = new Bench();
    bench.line.start();
    const attempts: number[] = [];
    for (let i = 0; i < 9; i++) {
      bench.wire.refuse(new TransportError('refused', 'h:1 refused the connection', ''));
      await settle();
      const due = bench.clock.nextDue() ?? Number.NaN;
      attempts.push(due - bench.clock.now().at);
      await bench.pass(attempts.at(-1) ?? 0);
    }
    expect(bench.events).toEqual(['lost: h:1 refused the connection']);
    expect(bench.made).toHaveLength(10);
    const full = [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000];
    attempts.forEach((ms, i) => {
      expect(ms).toBeLessThanOrEqual(full[i] ?? 0);
      expect(ms).toBeGreaterThanOrEqual((full[i] ?? 0) * 0.9);
    });
  });

  it('reports a port in use as busy, and a new reason', async () => {
    const bench = new Bench();
    bench.line.start();
    bench.wire.refuse(new TransportError('busy', 'tty is used by another program', ''));
    await settle();
    await bench.pass(1000);
    bench.wire.refuse(new Error('gone'));
    await settle();
    await bench.pass(2000);
    bench.wire.accept();
    await settle();
    bench.wire.hangUp('busy', 'it said: Port already in use');
    expect(bench.events).toEqual([
      'busy: tty is used by another program',
      'lost: gone',
      'connected',
      'busy: it said: Port already in use',
    ]);
  });

  it.each([
    { upMs: 59_000, nextMs: 2000 },
    { upMs: 60_000, nextMs: 1000 },
  ])('after $upMs ms of connection tries again within $nextMs ms', async ({ upMs, nextMs }) => {
    const bench = new Bench();
    bench.line.start();
    bench.wire.refuse(new Error('no'));
    await settle();
    await bench.pass(1000);
    bench.wire.accept();
    await settle();
    await bench.pass(upMs);
    bench.wire.hangUp();
    const before = bench.made.length;
    await bench.pass(nextMs * 0.9 - 1);
    expect(bench.made).toHaveLength(before);
    await bench.pass(nextMs * 0.1 + 1);
    expect(bench.made).toHaveLength(before + 1);
  });

  it('goes on when a transport cannot even be made', async () => {
    const clock = new SimulatedClock();
    const events: string[] = [];
    let made = 0;
    const line = new Line({
      clock,
      paceMs: 0,
      create: () => {
        made++;
        throw new Error('bad speed');
      },
      onData: () => {},
      onStatus: (status, detail) => events.push(`${status}: ${detail}`),
      onModem: () => {},
      onDropped: () => {},
    });
    line.start();
    clock.advance(10_000);
    expect(made).toBeGreaterThan(3);
    expect(events).toEqual(['lost: bad speed']);
  });

  it.each(['connecting', 'connected', 'waiting'] as const)('stops while %s', async (when) => {
    const bench = new Bench();
    bench.line.start();
    if (when === 'connected') bench.wire.accept();
    if (when === 'waiting') bench.wire.refuse(new Error('no'));
    await settle();
    bench.events.length = 0;
    const { wire } = bench;
    bench.line.stop();
    bench.line.stop();
    wire.accept();
    wire.refuse(new Error('late'));
    await settle();
    expect(bench.clock.nextDue()).toBeNull();
    expect(bench.events).toEqual([]);
    if (when !== 'waiting') expect(wire.isClosed).toBe(true);
    expect(bench.made).toHaveLength(1);
    await bench.connect();
    expect(bench.made).toHaveLength(2);
  });
});

describe('line: typing', () => {
  it('paces characters and keeps the order of text and BREAK', async () => {
    const bench = await connected(100);
    bench.line.type('ab');
    bench.line.sendBreak();
    bench.line.type('c');
    expect(bench.wire.wire).toBe('a');
    await bench.pass(99);
    expect(bench.wire.wire).toBe('a');
    await bench.pass(1);
    expect(bench.wire.wire).toBe('ab');
    await bench.pass(100);
    expect(bench.wire.wire).toBe('ab<BREAK>');
    await bench.pass(5000);
    expect(bench.wire.wire).toBe('ab<BREAK>');
    bench.wire.endBreak();
    await settle();
    await bench.pass(100);
    expect(bench.wire.wire).toBe('ab<BREAK>c');
  });

  it('keeps the pace between two calls', async () => {
    const bench = await connected(100);
    bench.line.type('a');
    await bench.pass(50);
    bench.line.type('b');
    expect(bench.wire.wire).toBe('a');
    await bench.pass(50);
    expect(bench.wire.wire).toBe('ab');
  });

  it('keeps the pace after waiting for the wire', async () => {
    const bench = await connected(100);
    bench.wire.isBlocked = true;
    bench.line.type('abc');
    await bench.pass(500);
    expect(bench.wire.wire).toBe('a');
    bench.wire.unblock();
    await settle();
    expect(bench.wire.wire).toBe('a');
    await bench.pass(100);
    expect(bench.wire.wire).toBe('ab');
  });

  it('types at once without a pace, binary text too', async () => {
    const bench = await connected(0);
    const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
    for (const character of all) bench.line.type(character);
    bench.line.type('');
    expect(bench.wire.wire).toBe(all);
    expect(bench.events).toEqual([]);
  });

  it('drops what is typed while there is no connection, and says so', async () => {
    const bench = new Bench();
    bench.line.type('abc');
    bench.line.start();
    bench.line.sendBreak();
    bench.wire.accept();
    await settle();
    expect(bench.wire.wire).toBe('');
    expect(bench.events).toEqual([
      'dropped: 3 characters not typed: the console is not connected',
      'dropped: BREAK not sent: the console is not connected',
      'connected',
    ]);
  });

  it('never types on a new connection what was meant for the old one', async () => {
    const bench = await connected(100);
    bench.line.type('boot disk\r');
    await bench.pass(100);
    bench.wire.hangUp();
    await bench.pass(1000);
    bench.wire.accept();
    await settle();
    await bench.pass(5000);
    expect(bench.wire.wire).toBe('');
    expect(bench.events).toEqual([
      'dropped: 8 characters not typed: the connection was lost',
      'lost: closed by the other end',
      'connected',
    ]);
    bench.line.type('x');
    expect(bench.wire.wire).toBe('x');
  });

  it('is not moved by a BREAK that ends after its connection', async () => {
    const bench = await connected();
    bench.line.sendBreak();
    const old = bench.wire;
    old.hangUp();
    await bench.pass(1000);
    bench.wire.accept();
    await settle();
    bench.line.sendBreak();
    bench.line.type('x');
    old.endBreak();
    await settle();
    await bench.pass(1000);
    expect(bench.wire.wire).toBe('<BREAK>');
    bench.wire.endBreak();
    await settle();
    await bench.pass(2);
    expect(bench.wire.wire).toBe('<BREAK>x');
  });

  it('is bounded: the overflow takes all of it', async () => {
    const bench = await connected(1);
    bench.line.type('a');
    bench.line.type('b'.repeat(TYPING_CHARACTERS_MAX));
    expect(bench.events).toEqual([]);
    bench.line.type('c');
    expect(bench.events).toEqual([
      `dropped: ${TYPING_CHARACTERS_MAX + 1} characters not typed: more than ${TYPING_CHARACTERS_MAX} were waiting`,
    ]);
    await bench.pass(100);
    expect(bench.wire.wire).toBe('a');
    bench.line.type('d');
    expect(bench.wire.wire).toBe('ad');
  });

  it('forgets on request, BREAKs too', async () => {
    const bench = await connected(10);
    bench.line.type('abc');
    bench.line.sendBreak();
    bench.line.discardTyping();
    bench.line.type('d');
    await bench.pass(1000);
    expect(bench.wire.wire).toBe('ad');
  });

  it('reports a BREAK that could not be sent, and goes on', async () => {
    const bench = await connected();
    bench.line.sendBreak();
    bench.line.type('x');
    bench.wire.endBreak(new Error('not on this wire'));
    await settle();
    await bench.pass(2);
    expect(bench.events).toEqual(['dropped: BREAK not sent: not on this wire']);
    expect(bench.wire.wire).toBe('<BREAK>x');
  });
});

describe('line: stale', () => {
  it('when nothing typed could be written for 10 s, until it can', async () => {
    const bench = await connected();
    bench.wire.isBlocked = true;
    bench.line.type('abc');
    await bench.pass(9999);
    expect(bench.events).toEqual([]);
    await bench.pass(1);
    bench.wire.say('still talking');
    expect(bench.events).toEqual(['stale: nothing typed could be written for 10 s']);
    bench.wire.unblock();
    await settle();
    expect(bench.events.slice(1)).toEqual(['connected']);
  });

  it('when a sign of life is asked for and does not come', async () => {
    const bench = await connected();
    bench.wire.answersInBand = true;
    await bench.pass(60_000, 1000);
    expect(bench.wire.questions).toHaveLength(1);
    expect(bench.wire.questions[0]?.withinMs).toBe(10_000);
    bench.wire.questions[0]?.settle({ answers: false, detail: 'no answer to a timing mark' });
    await settle();
    expect(bench.events).toEqual(['stale: no answer to a timing mark']);
    bench.wire.say('x');
    expect(bench.events.slice(1)).toEqual(['connected']);
  });

  it('ends when a later question is answered', async () => {
    const bench = await connected();
    bench.wire.answersInBand = true;
    await bench.pass(60_000, 1000);
    bench.wire.questions[0]?.settle({ answers: false, detail: 'none' });
    await bench.pass(60_000, 1000);
    bench.wire.questions[1]?.settle({ answers: true, detail: '' });
    await settle();
    expect(bench.events).toEqual(['stale: none', 'connected']);
  });

  it('is not concluded when something came while the answer was awaited', async () => {
    const bench = await connected();
    bench.wire.answersInBand = true;
    await bench.pass(60_000, 1000);
    bench.wire.say('x');
    bench.wire.questions[0]?.settle({ answers: false, detail: 'none' });
    await settle();
    expect(bench.events).toEqual([]);
  });

  it('is not concluded from an answer that belongs to an earlier connection', async () => {
    const bench = await connected();
    bench.wire.answersInBand = true;
    await bench.pass(60_000, 1000);
    const { wire } = bench;
    wire.hangUp();
    await bench.pass(1000);
    bench.wire.accept();
    await settle();
    bench.events.length = 0;
    wire.questions[0]?.settle({ answers: false, detail: 'none' });
    await settle();
    expect(bench.events).toEqual([]);
  });

  it.each([
    { name: 'a console that talks', everyMs: 30_000, inBand: true },
    { name: 'a terminal server that never answered', everyMs: 1e9, inBand: false },
  ])('never asks $name', async ({ everyMs, inBand }) => {
    const bench = await connected();
    bench.wire.answersInBand = inBand;
    for (let at = 0; at < 600_000; at += 10_000) {
      if (at % everyMs === 0) bench.wire.say('x');
      await bench.pass(10_000);
    }
    expect(bench.wire.questions).toHaveLength(0);
  });
});

describe('line: asking', () => {
  it('asks the transport', async () => {
    const bench = await connected();
    const answer = bench.line.ask(3000);
    expect(bench.wire.questions[0]?.withinMs).toBe(3000);
    bench.wire.questions[0]?.settle({ answers: true, detail: 'yes' });
    expect(await answer).toEqual({ answers: true, detail: 'yes' });
  });

  it('knows that there is no answer without a connection', async () => {
    const bench = new Bench();
    expect((await bench.line.ask(1000)).answers).toBe(false);
    bench.line.start();
    expect((await bench.line.ask(1000)).answers).toBe(false);
  });
});
