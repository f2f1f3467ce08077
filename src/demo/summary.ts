/**
 * The end of the demo: how long the takeover took, who had the disk and when, whether anything was
 * lost. Called by the demo. Pure.
 */
import type { Milestone } from './milestones.ts';
import { type Look, paint } from './timeline-text.ts';

export interface MountLine {
  readonly node: string;
  readonly fromWall: number;
  /** Null: still. */
  readonly toWall: number | null;
}

export interface Findings {
  readonly startWall: number;
  readonly faultWall: number;
  readonly fault: string;
  readonly milestones: readonly Milestone[];
  readonly mounts: readonly MountLine[];
  /** What the referee cried; empty: one mount at a time. */
  readonly violations: readonly string[];
  /** The highest transaction that any client was told is safe, and the newest on the disk. */
  readonly acknowledged: number;
  readonly onDisk: number;
  /** Losses that the referee saw when a system came up. */
  readonly losses: readonly string[];
  /** What the client of the service saw, ms without an answer; null: it never came back. */
  readonly outageMs: number | null;
  /** Why the takeover does not count; null: it does. */
  readonly notTakenOver: string | null;
}

export function isSuccess(findings: Findings): boolean {
  return (
    findings.notTakenOver === null &&
    findings.violations.length === 0 &&
    findings.losses.length === 0 &&
    lostCount(findings) === 0
  );
}

function lostCount({ acknowledged, onDisk }: Findings): number {
  return Math.max(0, acknowledged - onDisk);
}

export function formatSummary(findings: Findings, look: Look): string {
  return [
    '',
    headline(findings, look),
    ...phases(findings),
    clientLine(findings),
    '',
    ...refereeLines(findings, look),
    ...transactionLines(findings, look),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function headline(findings: Findings, look: Look): string {
  const { notTakenOver, fault, faultWall, milestones } = findings;
  if (notTakenOver !== null) return paint(`NO TAKEOVER: ${notTakenOver}`, ['bold', 'red'], look);
  const login = milestones.at(-1)?.wall ?? null;
  const took = login === null ? 'an unknown time' : seconds(login - faultWall);
  return paint(`From ${fault} to the login prompt: ${took}`, ['bold', 'green'], look);
}

function phases({ faultWall, milestones }: Findings): string[] {
  let before = faultWall;
  const width = Math.max(...milestones.map(({ what }) => what.length));
  return milestones.map(({ what, wall }) => {
    const name = `  ${what.padEnd(width)}`;
    if (wall === null) return `${name}     not seen`;
    const line = `${name}  ${after(wall - faultWall)}  (${seconds(wall - before)})`;
    before = wall;
    return line;
  });
}

function after(ms: number): string {
  return `+${(ms / 1000).toFixed(1)} s`.padStart(8);
}

function clientLine({ outageMs }: Findings): string {
  return outageMs === null
    ? '  clients of the service: no answer since'
    : `  clients of the service were without an answer for ${seconds(outageMs)}`;
}

function refereeLines(findings: Findings, look: Look): string[] {
  const { violations, mounts, startWall } = findings;
  const verdict =
    violations.length === 0
      ? paint('Referee at the disk: mounted by one node at a time', ['bold', 'green'], look)
      : paint(`Referee at the disk: ${violations.length} VIOLATIONS`, ['bold', 'red'], look);
  const lines = mounts.map(({ node, fromWall, toWall }) => {
    const at = (wall: number) => seconds(wall - startWall).padStart(7);
    const to = toWall === null ? '  still' : at(toWall);
    return `  ${node} had the root mounted from ${at(fromWall)} to ${to}`;
  });
  return [verdict, ...violations.map((what) => `  ${what}`), ...lines];
}

function transactionLines(findings: Findings, look: Look): string[] {
  const { acknowledged, onDisk, losses } = findings;
  const isSound = losses.length === 0 && lostCount(findings) === 0;
  const style = isSound ? (['bold', 'green'] as const) : (['bold', 'red'] as const);
  const lost = `Acknowledged transactions lost: ${lostCount(findings)}`;
  const counts = `  (acknowledged up to ${acknowledged}, on the disk ${onDisk})`;
  return [paint(lost, [...style], look) + counts, ...losses.map((what) => `  ${what}`)];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
