import { describe, expect, test } from 'vitest';
import { refused, unreachable } from '../../src/alarm/delivery.ts';
import { DELIVERY_MS_MAX, Outbox } from '../../src/alarm/outbox.ts';
import { Turnstile } from '../../src/alarm/turnstile.ts';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { event, FakeDelivery, settle } from './rig.ts';

const OWN = 'clusterd:alarm-fake';
const DOWN = unreachable('nobody there');

function setUp(change: { turnstile?: Turnstile; waitingMax?: number } = {}) {
  const delivery = new FakeDelivery();
  const troubles: (string | null)[] = [];
  const clock = new SimulatedClock();
  const outbox = new Outbox({
    delivery,
    clock,
    ownAlarm: OWN,
    waitingMax: change.waitingMax ?? 32,
    turnstile: change.turnstile ?? null,
    onTrouble: (text) => troubles.push(text),
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle();
  };
  const take = async (text: string, more: Parameters<typeof event>[1] = {}) => {
    outbox.take(event(text, more));
    await pass(0);
  };
  return { delivery, troubles, clock, outbox, pass, take };
}

test('nothing is delivered within the turn that raises the alarm', async () => {
  const { delivery, outbox, pass } = setUp();
  outbox.take(event('a'));
  await settle();
  expect(delivery.told).toEqual([]);
  await pass(0);
  expect(delivery.texts()).toEqual(['a']);
});

test('one at a time, in order', async () => {
  const { delivery, troubles, take } = setUp();
  for (const text of ['a', 'b', 'c']) await take(text);
  expect(delivery.texts()).toEqual(['a']);
  await delivery.end();
  expect(delivery.texts()).toEqual(['a', 'b']);
  await delivery.end();
  await delivery.end();
  expect(delivery.texts()).toEqual(['a', 'b', 'c']);
  await take('d');
  expect(delivery.texts()).toEqual(['a', 'b', 'c', 'd']);
  expect(troubles).toEqual([]);
});

describe('a sink that does not work', () => {
  test('is tried again with growing pauses, keeps the order, and recovers by itself', async () => {
    const { delivery, troubles, take, pass } = setUp();
    await take('a');
    await take('b');
    await delivery.end(DOWN);
    expect(troubles).toEqual([
      'the fake: nobody there; alarms that wait are tried again by themselves',
    ]);
    for (const pauseMs of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      const before = delivery.told.length;
      await pass(pauseMs - 1);
      expect(delivery.told).toHaveLength(before);
      await pass(1);
      expect(delivery.told).toHaveLength(before + 1);
      await delivery.end(DOWN);
    }
    expect(new Set(delivery.texts())).toEqual(new Set(['a']));
    expect(troubles).toHaveLength(1);
    await pass(60_000);
    await delivery.end();
    expect(troubles.at(-1)).toBeNull();
    expect(delivery.texts().slice(-2)).toEqual(['a', 'b']);
    await delivery.end();
    await take('c');
    expect(delivery.texts().at(-1)).toBe('c');
  });

  test('what it refuses is tried three times, then the next one has its turn', async () => {
    const { delivery, troubles, take, pass } = setUp();
    await take('a');
    await take('b');
    for (let times = 0; times < 3; times++) {
      await delivery.end(refused('no\x07'));
      await pass(60_000);
    }
    expect(delivery.texts()).toEqual(['a', 'a', 'a', 'b']);
    expect(troubles.at(-1)).toBe(
      'the fake: no\\x07; alarms were left out; alarms that wait are tried again by themselves',
    );
    await delivery.end();
    expect(troubles.at(-1)).toBeNull();
  });

  test('hangs no longer than its limit', async () => {
    const { delivery, troubles, take, pass } = setUp();
    await take('a');
    await pass(DELIVERY_MS_MAX - 1);
    expect(delivery.aborts).toBe(0);
    await pass(1);
    expect(delivery.aborts).toBe(1);
    expect(troubles).toEqual([
      'the fake: did not end within 30 s; alarms that wait are tried again by themselves',
    ]);
  });

  test('is stopped, and what it still says then is told', async () => {
    const { delivery, troubles, take, pass } = setUp();
    delivery.heeds = false;
    await take('a');
    await pass(DELIVERY_MS_MAX);
    await delivery.end(refused('waiting for the modem'));
    expect(troubles.at(-1)).toContain('did not end within 30 s: waiting for the modem;');
  });

  test('is left behind when it does not even give up', async () => {
    const { delivery, troubles, take, pass } = setUp();
    delivery.heeds = false;
    await take('a');
    await pass(DELIVERY_MS_MAX);
    expect(troubles).toEqual([]);
    await pass(5_000);
    expect(troubles[0]).toContain('did not end within 30 s, nor when stopped');
    await pass(5_000);
    expect(delivery.texts()).toEqual(['a', 'a']);
  });

  test('in words that are new each time is told once an hour', async () => {
    const { delivery, troubles, clock, take, pass } = setUp();
    await take('a');
    for (let times = 0; clock.now().at < 2.5 * 3_600_000; times++) {
      await delivery.end(unreachable(`451 try again, job ${times}`));
      await pass(60_000);
    }
    expect(delivery.told.length).toBeGreaterThan(100);
    expect(troubles).toHaveLength(3);
    await delivery.end();
    expect(troubles.at(-1)).toBeNull();
  });

  test('one that throws', async () => {
    const troubles: (string | null)[] = [];
    const clock = new SimulatedClock();
    const outbox = new Outbox({
      delivery: {
        name: 'x',
        deliver: () => {
          throw new Error('too many files');
        },
      },
      clock,
      ownAlarm: OWN,
      waitingMax: 3,
      turnstile: new Turnstile(1),
      onTrouble: (text) => troubles.push(text),
    });
    for (let times = 0; times < 3; times++) {
      outbox.take(event('a'));
      clock.advance(60_000);
      await settle();
    }
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toContain('too many files');
  });

  test('is not told about its own trouble', async () => {
    const { delivery, take } = setUp();
    await take('x', { alarm: OWN });
    expect(delivery.told).toEqual([]);
  });
});

describe('what waits is bounded', () => {
  test('repetitions are left out first, then the oldest', async () => {
    const { delivery, troubles, outbox, take } = setUp();
    await take('running');
    outbox.take(event('oldest'));
    const numbers = Array.from({ length: 30 }, (_, index) => `${index}`);
    for (const number of numbers) outbox.take(event(number));
    outbox.take(event('repetition', { kind: 'repeated' }));
    expect(troubles).toEqual([]);
    outbox.take(event('new'));
    expect(troubles).toEqual([
      'the fake: does not keep up, more than 32 alarms wait; alarms were left out; alarms that wait are tried again by themselves',
    ]);
    for (let round = 0; round < 40; round++) await delivery.end();
    expect(delivery.texts()).toEqual(['running', 'oldest', ...numbers, 'new']);
    expect(troubles.at(-1)).toBeNull();
    for (let index = 0; index <= 33; index++) await take(`again ${index}`);
    for (let round = 0; round < 40; round++) await delivery.end();
    expect(delivery.texts().slice(33, 36)).toEqual(['again 0', 'again 2', 'again 3']);
  });

  test('an alarm that lasts waits once, however long the sink is away', async () => {
    const { delivery, outbox, take } = setUp();
    await take('running');
    for (let hour = 0; hour < 50; hour++) {
      outbox.take(event('a', { kind: 'repeated', alarm: 'a' }));
      outbox.take(event('b', { kind: 'repeated', alarm: 'b', wall: hour }));
    }
    expect(outbox.waitingCount).toBe(2);
    for (let round = 0; round < 3; round++) await delivery.end();
    expect(delivery.texts()).toEqual(['running', 'a', 'b']);
    expect(delivery.told.at(-1)?.wall).toBe(49);
  });

  test('a hanging sink costs those who raise alarms nothing but a place in a list', async () => {
    const { delivery, outbox, clock, pass } = setUp({ waitingMax: 16 });
    await pass(0);
    outbox.take(event('first'));
    await pass(0);
    const pending = clock.pendingCount;
    for (let index = 0; index < 100_000; index++) outbox.take(event(`${index}`));
    expect(delivery.told).toHaveLength(1);
    expect(outbox.waitingCount).toBe(16);
    expect(clock.pendingCount).toBe(pending);
  });
});

describe('telling now', () => {
  test('goes ahead of what waits, and its success brings the rest on its way', async () => {
    const { delivery, outbox, take, pass } = setUp();
    await take('a');
    await take('b');
    await delivery.end(DOWN);
    const asked = outbox.tellNow(event('test', { kind: 'test' }));
    await pass(0);
    expect(delivery.texts()).toEqual(['a', 'test']);
    await delivery.end();
    expect(await asked).toBeNull();
    expect(delivery.texts()).toEqual(['a', 'test', 'a']);
    await delivery.end();
    expect(delivery.texts()).toEqual(['a', 'test', 'a', 'b']);
  });

  test('a failure is told to who asked, and not tried again', async () => {
    const { delivery, outbox, pass, troubles } = setUp();
    const one = outbox.tellNow(event('one'));
    const two = outbox.tellNow(event('two'));
    await pass(0);
    await delivery.end(DOWN);
    await delivery.end(refused('never'));
    expect([await two, await one]).toEqual(['nobody there', 'never']);
    expect(troubles.at(-1)).toContain('never');
    await pass(600_000);
    expect(delivery.told).toHaveLength(2);
  });

  test('an attempt that failed waits behind those who ask', async () => {
    const { delivery, outbox, take, pass } = setUp();
    await take('a');
    const asked = outbox.tellNow(event('asked'));
    await delivery.end(DOWN);
    await pass(0);
    expect(delivery.texts()).toEqual(['a', 'asked']);
    await delivery.end();
    expect(await asked).toBeNull();
    expect(delivery.texts()).toEqual(['a', 'asked', 'a']);
  });
});

test('many sinks with one turnstile are not told all at once', async () => {
  const turnstile = new Turnstile(2);
  const all = [setUp({ turnstile }), setUp({ turnstile }), setUp({ turnstile })];
  for (const { take } of all) await take('a');
  const told = () => all.map(({ delivery }) => delivery.told.length);
  expect(told()).toEqual([1, 1, 0]);
  await all[0]?.delivery.end(DOWN);
  expect(told()).toEqual([1, 1, 1]);
  await all[0]?.take('b');
  expect(told()).toEqual([1, 1, 1]);
  await all[1]?.delivery.end();
  await all[0]?.pass(5_000);
  expect(told()).toEqual([2, 1, 1]);
});

describe('closing', () => {
  test('waits for what is to be told', async () => {
    const { delivery, clock, outbox, take } = setUp();
    await take('a');
    await take('b');
    const closing = outbox.close();
    await take('too late');
    await delivery.end();
    await delivery.end();
    await closing;
    expect(delivery.texts()).toEqual(['a', 'b']);
    expect(clock.nextDue()).toBeNull();
    await setUp().outbox.close();
  });

  test('gives each that waits for a sink in trouble one more chance', async () => {
    const { delivery, outbox, take, pass, troubles } = setUp();
    await take('a');
    await take('b');
    await delivery.end(DOWN);
    const closing = outbox.close();
    await pass(0);
    await delivery.end(DOWN);
    await delivery.end(DOWN);
    await closing;
    expect(delivery.texts()).toEqual(['a', 'a', 'b']);
    expect(troubles).toHaveLength(1);
  });

  test('stops what hangs after 5 s, and answers who waits', async () => {
    const { delivery, outbox, pass, take } = setUp();
    await take('a');
    const asked = outbox.tellNow(event('asked'));
    const closing = outbox.close();
    await pass(5_000);
    await closing;
    expect(delivery.aborts).toBe(1);
    expect(await asked).toBe('the daemon ends');
    expect(await outbox.tellNow(event('x'))).toBe('the daemon ends');
    expect(delivery.texts()).toEqual(['a']);
  });
});
