/** What `clusterd doctor` prints: a table for each cluster, or JSON; and its exit status. Pure. */
import type { DoctorCheck, DoctorReport, Verdict } from '../doctor/check.ts';
import { visible } from '../log/visible.ts';

export const DOCTOR_FORMAT = 1;

const SHOWN: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  warn: 'WARN',
  fail: 'FAIL',
  'not-tried': 'not tried',
};

function row({ what, verdict, text, tookMs, remedy }: DoctorCheck): string[] {
  const time = tookMs === null || tookMs < 50 ? '' : `${(tookMs / 1000).toFixed(1)} s`;
  const head = `  ${SHOWN[verdict].padEnd(9)}  ${time.padStart(6)}  ${visible(what)}: ${visible(text)}`;
  return remedy === null ? [head] : [head, `${' '.repeat(21)}-> ${visible(remedy)}`];
}

export function formatReport({ cluster, checks }: DoctorReport): string {
  const lines = [`${visible(cluster)}`];
  let place = cluster;
  for (const check of checks) {
    if (check.where !== place) {
      place = check.where;
      lines.push(` ${visible(place)}`);
    }
    lines.push(...row(check));
  }
  lines.push(`${visible(cluster)}: ${formatCounts(checks)}`, '');
  return `${lines.join('\n')}\n`;
}

function formatCounts(checks: readonly DoctorCheck[]): string {
  const count = (verdict: Verdict) => checks.filter((one) => one.verdict === verdict).length;
  return (
    `${count('ok')} ok, ${count('warn')} to be looked at, ${count('fail')} do not work, ` +
    `${count('not-tried')} not tried`
  );
}

/** 0: all is well. 1: warnings, or more could be tried. 2: something does not work. */
export function statusOf(reports: readonly DoctorReport[]): 0 | 1 | 2 {
  const verdicts = reports.flatMap(({ checks }) => checks.map(({ verdict }) => verdict));
  if (verdicts.includes('fail')) return 2;
  return verdicts.includes('warn') || reports.some(isIncomplete) ? 1 : 0;
}

/** Something was left alone, and a person can change that. */
function isIncomplete({ checks }: DoctorReport): boolean {
  return checks.some(({ verdict, remedy }) => verdict === 'not-tried' && remedy !== null);
}

export function formatReportsJson(reports: readonly DoctorReport[]): string {
  const clusters = reports.map(({ cluster, checks }) => ({ cluster, checks }));
  const all = { format: DOCTOR_FORMAT, status: statusOf(reports), clusters };
  return `${JSON.stringify(all, null, 2)}\n`;
}

export const DOCTOR_JSON_HELP = `--json prints one object when all is done: format (1), status (the exit status), clusters[] with cluster
and checks[]: where (a node, the cluster or "site"), what, verdict "ok", "warn", "fail" or "not-tried", text,
tookMs, remedy; null: none.`;
