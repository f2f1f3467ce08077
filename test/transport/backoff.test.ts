import { describe, expect, it } from 'vitest';
import { backoffMs, countFailure } from '../../src/transport/backoff.ts';

describe('back-off', () => {
  it.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [6, 32_000],
    [7, 60_000],
    [8, 60_000],
    [1e6, 60_000],
  ])('after %i failures waits %i ms, less up to a tenth', (failures, full) => {
    const waits = Array.from({ length: 200 }, (_, i) => backoffMs(failures, `cluster${i}/n1`));
    expect(Math.max(...waits)).toBeLessThanOrEqual(full);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(full * 0.9);
    expect(new Set(waits).size).toBeGreaterThan(50);
  });

  it('waits the same for the same line', () => {
    expect(backoffMs(5, 'a/n1')).toBe(backoffMs(5, 'a/n1'));
  });

  it.each([
    { before: 0, upMs: 0, after: 1 },
    { before: 4, upMs: 59_999, after: 5 },
    { before: 4, upMs: 60_000, after: 1 },
  ])('counts $before failures and $upMs ms of connection as $after', ({ before, upMs, after }) => {
    expect(countFailure(before, upMs)).toBe(after);
  });
});
