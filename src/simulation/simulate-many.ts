/**
 * Many runs of one script, one after another. A run that fails is made a second time with its story;
 * if it is not the same then, that is a violation by itself: a story that cannot be replayed is
 * worth nothing.
 */
import { formatRun } from './run-text.ts';
import { type RunLimits, type RunResult, simulate } from './simulated-run.ts';
import type { SimulatedScript } from './simulated-script.ts';
import { addResult, emptyTotals, type Totals } from './totals.ts';
import type { Violation } from './verdicts.ts';

export interface FailedRun {
  readonly script: string;
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly checksum: string;
  readonly story: string;
}

export interface Batch {
  readonly script: SimulatedScript;
  readonly limits: Omit<RunLimits, 'keepsLines'>;
  readonly firstSeed: number;
  readonly runs: number;
  /** Goes on after a run that failed. */
  readonly keepsGoing: boolean;
  readonly onFailed: (failed: FailedRun) => void;
  /** Called after each run; false ends it. */
  readonly onRun: (totals: Totals) => boolean;
}

export function simulateMany(batch: Batch): Totals {
  const totals = emptyTotals();
  for (let seed = batch.firstSeed; seed < batch.firstSeed + batch.runs; seed++) {
    const result = simulate(seed, batch.script, { ...batch.limits, keepsLines: false });
    addResult(totals, result);
    if (result.violations.length > 0) {
      batch.onFailed(tellFailure(batch, seed, result));
      if (!batch.keepsGoing) break;
    }
    if (!batch.onRun(totals)) break;
  }
  return totals;
}

function tellFailure({ script, limits }: Batch, seed: number, result: RunResult): FailedRun {
  const told = simulate(seed, script, { ...limits, keepsLines: true });
  const violations: Violation[] = [...result.violations];
  if (told.hash !== result.hash) {
    const what = `the same seed gave ${result.hash}, then ${told.hash}`;
    violations.push({ kind: 'not-the-same', at: 0, what });
  }
  const story = formatRun(told, false);
  return { script: script.name, seed, violations, checksum: result.hash, story };
}
