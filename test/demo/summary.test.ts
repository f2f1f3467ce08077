import { expect, test } from 'vitest';
import { findMilestones, takeoverSteps } from '../../src/demo/milestones.ts';
import { type Findings, formatSummary, isSuccess } from '../../src/demo/summary.ts';
import type { TimelineEntry } from '../../src/demo/timeline-entry.ts';

const LOOK = { columns: 100, isColoured: false };

const GOOD: Findings = {
  startWall: 1_000,
  faultWall: 11_000,
  fault: 'the panic',
  milestones: [
    { what: 'crash dump written', wall: 14_000 },
    { what: 'login prompt on n2', wall: 26_500 },
  ],
  mounts: [
    { node: 'n1', fromWall: 3_000, toWall: 14_000 },
    { node: 'n2', fromWall: 24_000, toWall: null },
  ],
  violations: [],
  acknowledged: 146,
  onDisk: 146,
  losses: [],
  outageMs: 14_700,
  notTakenOver: null,
};

test('a takeover as it should be', () => {
  expect(isSuccess(GOOD)).toBe(true);
  expect(formatSummary(GOOD, LOOK)).toBe(`
From the panic to the login prompt: 15.5 s
  crash dump written    +3.0 s  (3.0 s)
  login prompt on n2   +15.5 s  (12.5 s)
  clients of the service were without an answer for 14.7 s

Referee at the disk: mounted by one node at a time
  n1 had the root mounted from   2.0 s to  13.0 s
  n2 had the root mounted from  23.0 s to   still
Acknowledged transactions lost: 0  (acknowledged up to 146, on the disk 146)
`);
});

test.each<[name: string, change: Partial<Findings>, says: string]>([
  ['no takeover', { notTakenOver: 'no takeover within 90 s' }, 'NO TAKEOVER: no takeover within'],
  ['a double mount', { violations: ['n2 mounted the root'] }, 'Referee at the disk: 1 VIOLATIONS'],
  ['a loss', { losses: ['n2 found transaction 3'] }, 'n2 found transaction 3'],
  ['lost transactions', { onDisk: 140 }, 'Acknowledged transactions lost: 6'],
])('%s is no success', (_, change, says) => {
  const findings = { ...GOOD, ...change };
  expect(isSuccess(findings)).toBe(false);
  expect(formatSummary(findings, LOOK)).toContain(says);
});

function entry(wall: number, mark: string, text = ''): TimelineEntry {
  return { wall, source: 'site', mark, tone: 'plain', text, details: [] };
}

test('steps are looked for in their order, after the fault', () => {
  const steps = takeoverSteps('panic', 'power', 'n1', 'n2');
  const entries = [
    entry(1, 'state down'),
    entry(10, 'site n1', 'n1: panics'),
    entry(20, 'site n1', 'n1: the dump has ended'),
    entry(30, 'state down'),
    entry(40, 'state fencing'),
    entry(50, 'state taking-over'),
    entry(55, 'site n1', 'n1: boots from d1'),
    entry(60, 'site n2', 'n2: boots from d1'),
  ];
  const found = findMilestones(entries, 10, steps).map(({ wall }) => wall);
  expect(found).toEqual([20, 30, 40, 50, 60, null]);
});
