/**
 * SIGKILL to the real daemon in the middle of real takeovers, against machines in a process of their
 * own: never two mounts, and production runs in the end, by itself or by what an alarm says. Some ten
 * kills here; `npm run kills -- --count 200 --seed 1` plays more.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Outcome, playNight } from './night.ts';
import { kindOf, type Night, planNights } from './plan.ts';
import { formatReport, isWrong } from './report.ts';

const environment = process.env;
const COUNT = Number(environment.KILLS_COUNT ?? 8);
const SEED = Number(environment.KILLS_SEED ?? 1);
const JOBS = Number(environment.KILLS_JOBS ?? 8);
const PROGRAMS = environment.KILLS_PROGRAMS ?? join(import.meta.dirname, '../..');
const REPORT = environment.KILLS_REPORT ?? null;
const STORIES = environment.KILLS_STORIES ?? '';
const IS_LONG = environment.KILLS_MEASURE === 'yes';
/** Unkilled lengths, ms, where they are not measured first: what a quiet machine showed. */
const LENGTHS: Readonly<Record<string, number>> = {
  panic: 12_000,
  'panic without a dump': 10_000,
  hang: 20_000,
  'hang deaf to BREAK': 40_000,
  'power failure': 30_000,
};
const NIGHT_MS = 15 * 60_000;

function tell(text: string): void {
  if (REPORT !== null) appendFileSync(REPORT, `${text}\n`);
}

function keep({ night, hitIn, story }: Outcome): void {
  const name = hitIn.length === 0 ? `unkilled-${night.number}` : `night-${night.number}`;
  if (STORIES !== '') writeFileSync(join(STORIES, `${name}.txt`), story);
}

/** Several nights at once; each has its pair, its daemon and its ports. */
async function playAll(
  nights: readonly Night[],
  lengthOf: (night: Night) => number,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...nights];
  const work = async (slot: number) => {
    for (let night = waiting.shift(); night !== undefined; night = waiting.shift()) {
      const outcome = await playNight(night, lengthOf(night), { programs: PROGRAMS, slot });
      outcomes.push(outcome);
      keep(outcome);
      tell(lineOf(outcome));
    }
  };
  const first = process.pid % 90;
  await Promise.all(Array.from({ length: JOBS }, (_, index) => work(first * 16 + index)));
  return outcomes.sort((one, other) => one.night.number - other.night.number);
}

function lineOf({ night, hitIn, backMs, orders, violations }: Outcome): string {
  const back = backMs === null ? 'NOT BACK' : `back after ${(backMs / 1000).toFixed(1)} s`;
  const person = orders.map(({ type }) => `; a person typed: ${type}`).join('');
  const hit = hitIn.map((state) => state ?? 'start-up').join(', ');
  const cries = violations.length === 0 ? '' : `; ${violations.join('; ')}`;
  return `night ${night.number}: ${kindOf(night)}; killed in ${hit || 'nothing'}; ${back}${person}${cries}`;
}

/** One unkilled takeover of each kind. */
async function measure(nights: readonly Night[]): Promise<Map<string, number>> {
  const kinds = new Map(nights.map((night) => [kindOf(night), { ...night, kills: [] }]));
  const outcomes = await playAll([...kinds.values()], () => 0);
  return new Map(outcomes.map(({ night, backMs }) => [kindOf(night), backMs ?? 0]));
}

test(
  `${COUNT} takeovers in which the daemon is killed`,
  async () => {
    const nights = planNights(COUNT, SEED, !IS_LONG);
    const measured = IS_LONG ? await measure(nights) : new Map<string, number>();
    const lengthOf = (night: Night) => measured.get(kindOf(night)) ?? LENGTHS[night.strike] ?? 0;
    const outcomes = await playAll(nights, lengthOf);
    const report = formatReport(outcomes, measured);
    tell(report);
    expect(outcomes).toHaveLength(COUNT);
    expect(outcomes.filter(isWrong), report).toEqual([]);
  },
  Math.ceil(COUNT / JOBS) * NIGHT_MS,
);
