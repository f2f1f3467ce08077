/**
 * Engines and scripts that are broken on purpose must be caught by check, by the proof or by the
 * simulation; one that survives is a failing test. Here those that are caught quickly; all of them:
 * `npm run mutants`, or some: `npm run mutants -- NAME...`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MUTANTS } from './all-mutants.ts';
import { dropAll, makeBase, ROOT } from './copy.ts';
import { huntMutant } from './hunt-mutant.ts';
import { type Edit, type Mutant, misfit } from './mutant.ts';
import { QUICK } from './quick.ts';
import { formatSummary, formatTable, type Row } from './report.ts';

const environment = process.env;
const CHOICE = environment.MUTANTS ?? 'quick';
const REPORT = environment.MUTANTS_REPORT ?? null;
const IS_QUICK = CHOICE === 'quick';
/** Simulated runs: of a mutant until it counts as a survivor, and of the engine as it is. */
const RUNS = Number(environment.MUTANTS_RUNS ?? (IS_QUICK ? 120 : 3_000));
const HUNT_MS = 25 * 60_000;
const CONTROL: Mutant = { name: 'control', breaks: 'Nothing: the program as it is.', edits: [] };

function chosen(): readonly Mutant[] {
  if (CHOICE === 'all') return MUTANTS;
  const names = IS_QUICK ? QUICK : CHOICE.split(' ');
  return names.map((name) => {
    const mutant = MUTANTS.find((one) => one.name === name);
    if (mutant === undefined) throw new Error(`there is no mutant '${name}'`);
    return mutant;
  });
}

function misfits({ edits }: Mutant): string[] {
  const texts = new Map<string, string>();
  return edits.flatMap((edit: Edit) => {
    const text = texts.get(edit.file) ?? readFileSync(join(ROOT, edit.file), 'utf8');
    texts.set(
      edit.file,
      text.replace(edit.from, () => edit.to),
    );
    return misfit(edit, text) ?? [];
  });
}

test('the edits of all mutants fit the sources as they are', () => {
  expect(MUTANTS.flatMap(misfits)).toEqual([]);
});

test('each mutant has a name of its own', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

describe('hunted', () => {
  let base = '';
  const rows: Row[] = [];

  beforeAll(() => {
    base = makeBase();
  }, 120_000);

  afterAll(() => {
    dropAll();
    if (REPORT === null) return;
    writeFileSync(REPORT, `${formatSummary(rows)}\n\n${formatTable(rows)}\n`);
  });

  test('nothing is found in the program as it is', { timeout: HUNT_MS }, async () => {
    const found = await huntMutant(base, CONTROL, RUNS);
    expect(found).toMatchObject({ by: null, what: '' });
    expect(found.runs).toBeGreaterThanOrEqual(RUNS);
  });

  for (const mutant of chosen()) {
    const wanted = mutant.equivalent === undefined ? 'is caught' : 'cannot be told from the real';
    test(`${mutant.name} ${wanted}`, { timeout: HUNT_MS }, async () => {
      const caught = await huntMutant(base, mutant, RUNS);
      rows.push({ mutant, caught });
      if (mutant.equivalent === undefined) expect(caught.by, mutant.breaks).not.toBeNull();
      else expect(caught).toMatchObject({ by: null });
    });
  }
});
