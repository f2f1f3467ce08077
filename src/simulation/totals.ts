/** What many runs came to. Plain data, so that the parts of a long simulation can be added up. */
import type { RunResult } from './simulated-run.ts';

export interface Totals {
  runs: number;
  takeovers: number;
  /** Runs in which a person had to do something. */
  attended: number;
  /** Runs in which the daemon was started more than once. */
  restarted: number;
  simulatedMs: number;
  /** The longest time without production in a run without a second fault that nobody attended. */
  longestOutageMs: number;
  mains: Record<string, number>;
  struck: Record<string, number>;
  excuses: Record<string, number>;
  violations: Record<string, number>;
  failedRuns: number;
  /** Over the checksums of all runs, in whatever order they were made. */
  checksum: readonly [number, number];
}

export function emptyTotals(): Totals {
  return {
    runs: 0,
    takeovers: 0,
    attended: 0,
    restarted: 0,
    simulatedMs: 0,
    longestOutageMs: 0,
    mains: {},
    struck: {},
    excuses: {},
    violations: {},
    failedRuns: 0,
    checksum: [0, 0],
  };
}

function count(counts: Record<string, number>, name: string, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by;
}

export function addResult(totals: Totals, result: RunResult): void {
  totals.runs += 1;
  totals.takeovers += result.takeovers;
  if (result.attended) totals.attended += 1;
  if (result.lives > 1) totals.restarted += 1;
  totals.simulatedMs += result.simulatedMs;
  if (!result.attended) {
    totals.longestOutageMs = Math.max(totals.longestOutageMs, result.outageMs ?? 0);
  }
  count(totals.mains, result.plan.main.name);
  for (const fault of result.struck) count(totals.struck, fault);
  for (const excuse of result.excuses) count(totals.excuses, excuse);
  for (const { kind } of result.violations) count(totals.violations, kind);
  if (result.violations.length > 0) totals.failedRuns += 1;
  totals.checksum = mix(totals.checksum, checksumOf(result.hash));
}

export function addTotals(totals: Totals, other: Totals): void {
  totals.runs += other.runs;
  totals.takeovers += other.takeovers;
  totals.attended += other.attended;
  totals.restarted += other.restarted;
  totals.simulatedMs += other.simulatedMs;
  totals.longestOutageMs = Math.max(totals.longestOutageMs, other.longestOutageMs);
  for (const part of ['mains', 'struck', 'excuses', 'violations'] as const) {
    for (const [name, number] of Object.entries(other[part])) count(totals[part], name, number);
  }
  totals.failedRuns += other.failedRuns;
  totals.checksum = mix(totals.checksum, other.checksum);
}

export function formatChecksum([one, other]: Totals['checksum']): string {
  return [one, other].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}

function checksumOf(hash: string): readonly [number, number] {
  return [Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8), 16)];
}

/** The order does not matter: parts are made side by side. */
function mix(one: Totals['checksum'], other: Totals['checksum']): readonly [number, number] {
  return [(one[0] ^ other[0]) >>> 0, (one[1] + other[1]) >>> 0];
}
