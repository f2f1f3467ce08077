/**
 * The representative of the long simulation: every shipped script, each policy for a silent node,
 * with everything that can go wrong. `SEEDS=100000` makes it longer, `SEED=17 SEEDS=1` repeats one.
 */
import { describe, expect, test } from 'vitest';
import { DEFAULT_FAULTS } from '../../src/simulation/faults.ts';
import { type FailedRun, simulateMany } from '../../src/simulation/simulate-many.ts';
import { SHIPPED } from './scripts.ts';

const seeds = Number(process.env.SEEDS ?? 6000);
const first = Number(process.env.SEED ?? 1);
const POLICIES = ['power', 'confirm', 'trust'] as const;
/** Runs of one test: long enough to be worth its line, short enough for its time. */
const PART = 500;

function parts(count: number): { firstSeed: number; runs: number }[] {
  return Array.from({ length: Math.ceil(count / PART) }, (_part, index) => ({
    firstSeed: first + index * PART,
    runs: Math.min(PART, count - index * PART),
  }));
}

for (const script of SHIPPED) {
  for (const onSilence of POLICIES) {
    describe(`${script.name}, on-silence ${onSilence}`, () => {
      const share = Math.ceil(seeds / POLICIES.length / SHIPPED.length);
      for (const { firstSeed, runs } of parts(share)) {
        test(`seeds ${firstSeed} to ${firstSeed + runs - 1}: no violation`, {
          timeout: 300_000,
        }, () => {
          const failed: FailedRun[] = [];
          const totals = simulateMany({
            script,
            limits: { faults: DEFAULT_FAULTS, promiseMs: 180_000, onSilence },
            firstSeed,
            runs,
            keepsGoing: false,
            onFailed: (failure) => failed.push(failure),
            onRun: () => true,
          });
          expect(
            failed.map(({ seed, violations, story }) => ({ seed, violations, story })),
          ).toEqual([]);
          expect(totals.runs).toBe(runs);
          if (runs === PART) expect(totals.takeovers).toBeGreaterThan(runs / 4);
        });
      }
    });
  }
}
