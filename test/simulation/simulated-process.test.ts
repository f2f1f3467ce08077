import { describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { ClockPromise } from '../../src/simulation/clock-promise.ts';
import { SimulatedProcess } from '../../src/simulation/simulated-process.ts';

function bench() {
  const clock = new SimulatedClock();
  const process = new SimulatedProcess(clock, () => 60_000);
  const seen: string[] = [];
  return { clock, process, seen, see: (what: string) => () => void seen.push(what) };
}

describe('a simulated process', () => {
  test('stands still: timers first, then input, then what waits for all input', () => {
    const { clock, process, seen, see } = bench();
    process.clock.after(100, () => {
      seen.push('timer');
      process.turn(see('turn'));
    });
    process.stand(1_000);
    clock.advance(500);
    process.input(see('input'));
    expect(seen).toEqual([]);
    clock.advance(600);
    expect(seen).toEqual(['timer', 'input', 'turn']);
  });

  test('runs: everything at once', () => {
    const { process, seen, see } = bench();
    process.input(see('input'));
    process.turn(see('turn'));
    expect(seen).toEqual(['input', 'turn']);
  });

  test('dead: nothing of it happens any more', () => {
    const { clock, process, seen, see } = bench();
    process.clock.after(100, see('timer'));
    process.stand(50);
    process.input(see('input'));
    process.kill();
    clock.advance(1_000);
    process.input(see('late'));
    expect(seen).toEqual([]);
  });

  test('its wall clock may be off, its monotonic one not', () => {
    const { clock, process } = bench();
    expect(process.clock.now().wall - clock.now().wall).toBe(60_000);
    expect(process.clock.now().at).toBe(clock.now().at);
  });
});

describe('a promise on the clock', () => {
  test('answers within the call that settles it', () => {
    const seen: unknown[] = [];
    const promise = new ClockPromise<number>();
    promise
      .catch(() => 0)
      .then((value) => value + 1)
      .then((value) => seen.push(value));
    expect(seen).toEqual([]);
    promise.resolve(1);
    promise.resolve(5);
    expect(seen).toEqual([2]);
  });

  test('a rejection goes to the next who catches it', () => {
    const seen: unknown[] = [];
    const promise = new ClockPromise<number>();
    promise
      .then(() => seen.push('never'))
      .catch((error) => seen.push(error))
      .finally(() => seen.push('end'));
    promise.reject('no');
    expect(seen).toEqual(['no', 'end']);
  });

  test('a callback that throws rejects; one that returns such a promise is waited for', () => {
    const seen: unknown[] = [];
    const inner = new ClockPromise<string>();
    const promise = new ClockPromise<number>();
    promise.then(() => inner).then((value) => seen.push(value));
    promise
      .then(() => {
        throw new Error('broken');
      })
      .catch((error) => seen.push(String(error)));
    promise.resolve(1);
    expect(seen).toEqual(['Error: broken']);
    inner.resolve('late');
    expect(seen).toEqual(['Error: broken', 'late']);
  });
});
