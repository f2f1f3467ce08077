/**
 * The report of a drill: for people, and as JSON to be filed. Called by the command. It names
 * everything that the result depends on, with hashes, so that it stays true only for that. Pure.
 */
import type { CaseResult } from './drill.ts';
import type { TakeoverTimes } from './takeover-times.ts';

export const REPORT_FORMAT = 1;

export interface Report {
  readonly format: typeof REPORT_FORMAT;
  readonly cluster: string;
  readonly startedWall: number;
  readonly endedWall: number;
  readonly versions: { readonly clusterd: string; readonly node: string };
  /** SHA-256 of each file, by its path below CLUSTER_HOME. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly operator: string;
  readonly promiseMs: number;
  readonly onSilence: string;
  readonly witness: string | null;
  readonly cases: readonly CaseResult[];
}

export function isPassed({ cases }: Report): boolean {
  return (
    cases.some(({ outcome }) => outcome === 'passed') &&
    !cases.some(({ outcome }) => outcome === 'failed')
  );
}

export function formatReportJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

export function formatReport(report: Report): string {
  const { cluster, cases } = report;
  const count = (outcome: CaseResult['outcome']) =>
    cases.filter((one) => one.outcome === outcome).length;
  return [
    '',
    `Drill of cluster ${cluster}: ${count('passed')} passed, ${count('failed')} failed, ${count('not-done')} not done`,
    `from ${time(report.startedWall)} to ${time(report.endedWall)}, by ${report.operator}`,
    '',
    ...cases.map(caseLine),
    '',
    ...timeLines(report),
    report.witness === null
      ? 'No witness at the disk: check the file system and the last transactions yourself.'
      : `Witness: ${report.witness}.`,
    `Promise ${seconds(report.promiseMs)}; on-silence ${report.onSilence}.`,
    `clusterd ${report.versions.clusterd}, Node ${report.versions.node}`,
    ...report.files.map(({ path, sha256 }) => `  ${sha256.slice(0, 16)}  ${path}`),
    'It holds for these files and these machines: after a change, drill again.',
    '',
  ].join('\n');
}

const WORDS: Readonly<Record<CaseResult['outcome'], string>> = {
  passed: 'passed  ',
  failed: 'FAILED  ',
  'not-done': 'not done',
};

function caseLine({ name, outcome, why, startedWall, endedWall, load }: CaseResult): string {
  const took = outcome === 'not-done' ? '' : seconds(endedWall - startedWall);
  const first = `  ${WORDS[outcome]}  ${name.padEnd(18)} ${took.padStart(8)}`;
  const more = why === '' ? (load ?? '') : why;
  return more === '' ? first : `${first}  ${more}`;
}

const COLUMNS = [
  ['noticed', (times: TakeoverTimes) => times.noticedMs],
  ['held', (times: TakeoverTimes) => times.heldMs],
  ['proven', (times: TakeoverTimes) => times.provenMs],
  ['boot typed', (times: TakeoverTimes) => times.bootTypedMs],
  ['service', (times: TakeoverTimes) => times.serviceMs],
  ['login', (times: TakeoverTimes) => times.loginMs],
] as const;

/** Seconds from the fault to each step. */
function timeLines({ cases, promiseMs }: Report): string[] {
  const rows = cases.flatMap(({ name, times }) => times.map((one) => ({ name, times: one })));
  if (rows.length === 0) return [];
  const header = COLUMNS.map(([title]) => title.padStart(11)).join('');
  const logins = rows.flatMap(({ times }) => (times.loginMs === null ? [] : [times.loginMs]));
  const worst =
    logins.length === 0
      ? ''
      : `The slowest: ${seconds(Math.max(...logins))} of ${seconds(promiseMs)}.`;
  return [
    'Seconds from the fault:',
    `  ${''.padEnd(38)}${header}`,
    ...rows.map(({ name, times }) => {
      const cells = COLUMNS.map(([, of]) => cell(of(times)).padStart(11)).join('');
      return `  ${`${name}: ${times.fault}`.padEnd(38)}${cells}`;
    }),
    worst,
    '',
  ];
}

function cell(ms: number | null): string {
  return ms === null ? '-' : (ms / 1000).toFixed(1);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function time(wall: number): string {
  return new Date(wall).toISOString();
}
