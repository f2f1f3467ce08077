/**
 * One line that `fping -l -D` printed. Pure. Called by fping.ts.
 * `[1700000000.12345] host : [0], 64 bytes, 0.05 ms (0.05 avg, 0% loss)` or `... timed out ...`.
 */
export interface FpingResult {
  readonly host: string;
  readonly answered: boolean;
  readonly detail: string;
}

/** Null for every other line: duplicates, statistics, complaints. */
export function parseFpingLine(line: string): FpingResult | null {
  const [, host, outcome] = LINE.exec(line) ?? [];
  if (host === undefined || outcome === undefined) return null;
  if (outcome.startsWith('timed out')) return { host, answered: false, detail: 'timed out' };
  const [, ms] = /^\d+ bytes, ([\d.]+) ms/.exec(outcome) ?? [];
  return ms === undefined ? null : { host, answered: true, detail: `${ms} ms` };
}

const LINE = /^\[\d+(?:\.\d+)?\]\s+(\S+)\s*: \[\d+\], (.*)$/;
