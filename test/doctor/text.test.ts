import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { formatReport, formatReportsJson, statusOf } from '../../src/commands/doctor-text.ts';
import { type DoctorReport, found, timed, type Verdict } from '../../src/doctor/check.ts';

const report = (...verdicts: Verdict[]): DoctorReport => ({
  cluster: 'pki',
  isDone: true,
  checks: verdicts.map((verdict) => found('n1', 'console', { verdict, text: 'as it is' }, 1_200)),
});

describe('the report', () => {
  it('has one line for each check, its time, and what to do below it', () => {
    const failed = { verdict: 'fail', text: 'it \u001b[2Jrefused', remedy: 'type this' } as const;
    const checks = [
      found('n1', 'console', failed, 1_234),
      found('n1', 'x', { verdict: 'ok', text: 'y' }),
    ];
    expect(formatReport({ cluster: 'pki', checks, isDone: true }).split('\n')).toEqual([
      'pki',
      ' n1',
      '  FAIL        1.2 s  console: it \\x1b[2Jrefused',
      '                     -> type this',
      '  ok                 x: y',
      'pki: 1 ok, 0 to be looked at, 1 do not work, 0 not tried',
      '',
      '',
    ]);
  });

  it.each([
    [0, report('ok')],
    [0, report('ok', 'not-tried')],
    [1, report('ok', 'warn')],
    [2, report('warn', 'fail')],
  ])('ends with %i', (status, one) => {
    expect(statusOf([report('ok'), one])).toBe(status);
    expect(JSON.parse(formatReportsJson([one]))).toMatchObject({ format: 1, status });
  });

  it('is not whole where a person could have more tried', () => {
    const finding = { verdict: 'not-tried', text: 'disarmed', remedy: 'arm it' } as const;
    const checks = [found('n2', 'parked', finding)];
    expect(statusOf([{ cluster: 'pki', checks, isDone: true }])).toBe(1);
  });
});

it('an attempt that throws is a failed check, with its time', async () => {
  const clock = new SimulatedClock();
  const check = await timed(clock, 'n1', 'power', () => Promise.reject(new Error('boom')));
  expect(check).toMatchObject({ verdict: 'fail', text: 'boom', tookMs: 0, remedy: null });
});
