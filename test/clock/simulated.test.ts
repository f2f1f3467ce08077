import { describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { Random } from '../../src/sim/random.ts';

describe('a simulated clock', () => {
  test('runs calls in order of time, then of setting', () => {
    const clock = new SimulatedClock();
    const random = new Random(1);
    const expected: { due: number; order: number }[] = [];
    const seen: { due: number; order: number }[] = [];
    for (let order = 0; order < 2_000; order++) {
      const due = random.below(300);
      const entry = { due, order };
      const cancel = clock.after(due, () => seen.push(entry));
      if (random.chance(0.4)) cancel();
      else expected.push(entry);
    }
    expect(clock.pendingCount).toBe(expected.length);
    clock.advance(1_000);
    expected.sort((one, other) => one.due - other.due || one.order - other.order);
    expect(seen).toEqual(expected);
    expect([clock.pendingCount, clock.nextDue(), clock.now().at]).toEqual([0, null, 1_000]);
  });

  test('a call may set and cancel others, and time stands during it', () => {
    const clock = new SimulatedClock();
    const seen: string[] = [];
    const cancel = clock.after(20, () => seen.push('cancelled'));
    clock.after(10, () => {
      cancel();
      clock.after(0, () => seen.push(`at once ${clock.now().at}`));
      clock.after(-5, () => seen.push(`late ${clock.now().at}`));
    });
    expect(clock.runNext(5)).toBe(false);
    expect(clock.now().at).toBe(0);
    clock.advance(30);
    expect(seen).toEqual(['at once 10', 'late 10']);
  });

  test('cancelling twice, or after the call, changes nothing', () => {
    const clock = new SimulatedClock();
    const cancel = clock.after(1, () => {});
    clock.after(2, () => {});
    clock.advance(1);
    cancel();
    cancel();
    expect(clock.pendingCount).toBe(1);
  });
});
