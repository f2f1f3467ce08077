import { describe, expect, test } from 'vitest';
import type { CaseResult } from '../../src/drill/drill.ts';
import { formatReport, formatReportJson, isPassed, type Report } from '../../src/drill/report.ts';

const PASSED: CaseResult = {
  name: 'panic',
  title: 'the active system panics',
  expected: 'takeover',
  outcome: 'passed',
  why: '',
  startedWall: 1_000,
  endedWall: 21_000,
  steps: [{ wall: 2_000, text: 'panic n1 (by the simulator)' }],
  times: [
    {
      fault: 'panic n1',
      node: 'n2',
      noticedMs: 40,
      heldMs: 2_000,
      provenMs: 8_000,
      bootTypedMs: 9_000,
      serviceMs: null,
      loginMs: 12_340,
    },
  ],
  load: 'acknowledged 80, on the disk 80',
};

function reportOf(...cases: CaseResult[]): Report {
  return {
    format: 1,
    cluster: 'db1',
    startedWall: 0,
    endedWall: 60_000,
    versions: { clusterd: '0.1.0', node: 'v20.20.2' },
    files: [{ path: 'CList', sha256: 'ab'.repeat(32) }],
    operator: 'root',
    promiseMs: 480_000,
    onSilence: 'power',
    witness: null,
    cases,
  };
}

describe('the report', () => {
  test('shows each case, its times from the fault on, and what it depends on', () => {
    const text = formatReport(reportOf(PASSED));
    expect(text).toContain('Drill of cluster db1: 1 passed, 0 failed, 0 not done');
    expect(text).toMatch(/passed +panic +20\.0 s {2}acknowledged 80, on the disk 80/);
    expect(text).toMatch(/panic: panic n1 +0\.0 +2\.0 +8\.0 +9\.0 +- +12\.3$/m);
    expect(text).toContain('The slowest: 12.3 s of 480.0 s.');
    expect(text).toContain(`${'ab'.repeat(8)}  CList`);
    expect(text).toContain('No witness at the disk');
  });

  test('says why a case failed or was not done', () => {
    const failed: CaseResult = { ...PASSED, outcome: 'failed', why: 'no takeover by n2' };
    const left: CaseResult = { ...PASSED, name: 'hang', outcome: 'not-done', why: 'not agreed to' };
    const text = formatReport(reportOf(failed, left));
    expect(text).toMatch(/FAILED +panic .*no takeover by n2/);
    expect(text).toMatch(/not done +hang .*not agreed to/);
  });

  test('is the same for programs', () => {
    const report = reportOf(PASSED);
    expect(JSON.parse(formatReportJson(report))).toEqual(report);
  });

  test('is passed only when something was done and nothing failed', () => {
    expect(isPassed(reportOf(PASSED))).toBe(true);
    expect(isPassed(reportOf(PASSED, { ...PASSED, outcome: 'not-done' }))).toBe(true);
    expect(isPassed(reportOf(PASSED, { ...PASSED, outcome: 'failed' }))).toBe(false);
    expect(isPassed(reportOf({ ...PASSED, outcome: 'not-done' }))).toBe(false);
    expect(isPassed(reportOf())).toBe(false);
  });
});
