/**
 * Journal and records of a cluster as one story. Called by the history command. Pure.
 * Where both have something, the journal's word counts and the records add on what it rested. What
 * only the records have although the journal was written at that time is marked: the journal is the
 * truth, and then one of the two is wrong.
 */
import type { Happening, What } from './happening.ts';

/** Both take the time of the same event; the records' is cut to milliseconds. */
const SAME_MS = 2;

export interface Merged {
  /** In order of time; the order of the journal is kept even where the wall clock jumped. */
  readonly happenings: readonly Happening[];
  /** What only the records have, though the journal should. */
  readonly unconfirmed: readonly Happening[];
}

export function mergeHappenings(
  journal: readonly Happening[],
  records: readonly Happening[],
): Merged {
  const twins = new Map<Happening, Happening>();
  const rest: Happening[] = [];
  const index = indexOf(journal);
  for (const record of records) {
    const twin = twinOf(record, index, twins);
    if (twin === null) rest.push(record);
    else twins.set(twin, record);
  }
  const told = journal.map((own): Happening => {
    const twin = twins.get(own);
    if (twin === undefined) return own;
    return { ...own, source: 'both', evidence: own.evidence === '' ? twin.evidence : own.evidence };
  });
  const covered = coverageOf(journal);
  const unconfirmed = rest.filter(
    ({ what, wall }) => belongsInJournal(what) && wall >= covered.from && wall <= covered.to,
  );
  return { happenings: inOrder(told, rest), unconfirmed };
}

/** By what a record of the same happening would be found. */
function keyOf(what: What): string | null {
  switch (what.kind) {
    case 'state':
      return `state ${what.state}`;
    case 'alarm':
      return `alarm ${what.name}`;
    case 'cleared':
      return `cleared ${what.name}`;
    default:
      return null;
  }
}

function indexOf(journal: readonly Happening[]): Map<string, Happening[]> {
  const index = new Map<string, Happening[]>();
  for (const one of journal) {
    const key = keyOf(one.what);
    if (key === null) continue;
    const known = index.get(key);
    if (known === undefined) index.set(key, [one]);
    else known.push(one);
  }
  return index;
}

function twinOf(
  record: Happening,
  index: ReadonlyMap<string, readonly Happening[]>,
  taken: ReadonlyMap<Happening, Happening>,
): Happening | null {
  const key = keyOf(record.what);
  const candidates = key === null ? [] : (index.get(key) ?? []);
  const isTwin = (one: Happening) => Math.abs(one.wall - record.wall) <= SAME_MS && !taken.has(one);
  return candidates.find(isTwin) ?? null;
}

/** Alarms of the daemon itself never are in the journal, nor is the state in which it starts. */
function belongsInJournal(what: What): boolean {
  return what.kind === 'state';
}

/** From when to when the journal has every state: compacting leaves only decisions. */
function coverageOf(journal: readonly Happening[]): { from: number; to: number } {
  const last = journal.findLastIndex(({ what }) => what.kind === 'compacted');
  const whole = journal.slice(last + 1);
  const from = whole[0]?.wall ?? Number.POSITIVE_INFINITY;
  return { from, to: whole.at(-1)?.wall ?? Number.NEGATIVE_INFINITY };
}

/** At the same time the records' notes stand first: they tell what led to a decision. */
function inOrder(journal: readonly Happening[], records: readonly Happening[]): Happening[] {
  const all: Happening[] = [];
  let next = 0;
  for (const own of journal) {
    for (let one = records[next]; one !== undefined && one.wall <= own.wall; one = records[next]) {
      all.push(one);
      next += 1;
    }
    all.push(own);
  }
  return [...all, ...records.slice(next)];
}
