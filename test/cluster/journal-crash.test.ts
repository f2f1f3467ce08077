/** The journal is killed at every step and every byte; what is left is the state before or after. */
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { openJournalIn } from '../../src/cluster/journal-file.ts';
import { recollect } from '../../src/cluster/recollection.ts';
import {
  EMPTY_RECOLLECTION,
  type JournalRecord,
  type Recollection,
} from '../../src/machine/protocol.ts';
import { Crash, CrashingDirectory } from './crashing-directory.ts';

const NODES = ['n1', 'n2'] as const;

/** Every record changes what is recollected, so that each lost one is seen. */
const STORY: readonly JournalRecord[] = [
  { kind: 'owner', node: 'n1', why: 'a' },
  { kind: 'intent', verb: 'fence', node: 'n1' },
  { kind: 'alarm', name: 'production', text: 'n1 is down', type: 'clusterd status demo' },
  { kind: 'intent', verb: 'boot', node: 'n2', pathIndex: 1, parkedBefore: true },
  { kind: 'production', node: 'n2', why: 'login' },
  { kind: 'cleared', name: 'production' },
  { kind: 'service', node: 'n1', inService: false, by: 'ann' },
  { kind: 'intent', verb: 'boot', node: 'n1', pathIndex: 0 },
];
/** Nobody waits for these: a power cut may take them, together with what came after them. */
const UNAWAITED = [2, 5];

const place = (compactAboveBytes: number) => ({
  cluster: 'demo',
  nodes: NODES,
  clock: new SimulatedClock(),
  compactAboveBytes,
});

/** What is recollected after so many records of the story. */
const AFTER: readonly Recollection[] = STORY.map((_, index) => index)
  .concat(STORY.length)
  .map((count) =>
    recollect(
      STORY.slice(0, count).map((record) => ({ record, wall: 0 })),
      NODES,
    ),
  );

interface Life {
  /** Records that were acknowledged, with all before them. */
  acknowledged: number;
  appended: number;
  notes: readonly string[];
}

/** Writes the story from where it was left, or dies in it. */
async function live(directory: CrashingDirectory, limit: number, from = 0): Promise<Life> {
  const life: Life = { acknowledged: from, appended: from, notes: [] };
  try {
    const { journal, notes } = await openJournalIn(directory, place(limit));
    life.notes = notes;
    for (const [index, record] of STORY.entries()) {
      if (index < from) continue;
      life.appended = index + 1;
      if (UNAWAITED.includes(index)) {
        journal.append(record, index, null);
        await journal.flush();
        continue;
      }
      const ok = await new Promise<boolean>((resolve) => {
        journal.append(record, index, resolve);
      });
      if (!ok) break; // It would be told so and type nothing; here it is dead.
      life.acknowledged = index + 1;
      await journal.flush();
    }
    if (directory.steps < directory.crashAt) await journal.close();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  return life;
}

/** Opens what is left; how many records of the story are there. */
async function recordsIn(left: CrashingDirectory, life: Life, where: string): Promise<number> {
  const { recollection, problems } = await openJournalIn(left, place(1e9));
  expect([where, problems]).toEqual([where, []]);
  const found = AFTER.findIndex((one) => JSON.stringify(one) === JSON.stringify(recollection));
  expect(found, `${where}: ${JSON.stringify(recollection)}`).toBeGreaterThanOrEqual(
    life.acknowledged,
  );
  expect(found, where).toBeLessThanOrEqual(life.appended);
  return found;
}

async function stepsOf(limit: number): Promise<number> {
  const directory = new CrashingDirectory();
  const life = await live(directory, limit);
  expect(life.acknowledged).toBe(STORY.length);
  return directory.steps;
}

/** `one` and `two`: a limit that is never reached, and one that compacts after nearly every record. */
describe.each([
  ['appending', 1e9],
  ['appending and compacting', 400],
])('a journal that is killed while %s', (_, limit) => {
  it('tells all its states apart', () => {
    expect(new Set(AFTER.map((one) => JSON.stringify(one))).size).toBe(STORY.length + 1);
    expect(AFTER[0]).toEqual(EMPTY_RECOLLECTION);
  });

  it('says what it said before or after, at every step and every byte', async () => {
    const steps = await stepsOf(limit);
    const seen = new Set<number>();
    for (let crashAt = 0; crashAt < steps; crashAt++) {
      const directory = new CrashingDirectory();
      directory.crashAt = crashAt;
      const life = await live(directory, limit);
      seen.add(await recordsIn(directory.killed(), life, `killed at step ${crashAt}`));
      for (const [index, left] of directory.powerCuts([0, 0.3, 0.7, 1]).entries()) {
        await recordsIn(left, life, `power cut at step ${crashAt}, outcome ${index}`);
      }
    }
    expect(seen.size).toBe(STORY.length + 1);
  });

  it('goes on to the same end in the next life, and the one after that', async () => {
    const steps = await stepsOf(limit);
    for (let crashAt = 0; crashAt < steps; crashAt += 7) {
      const directory = new CrashingDirectory();
      directory.crashAt = crashAt;
      const first = await live(directory, limit);
      const left = directory.killed();
      const from = await recordsIn(left, first, `killed at step ${crashAt}`);
      const second = left.killed();
      second.crashAt = crashAt % 400;
      const life = await live(second, limit, from);
      const third = second.killed();
      const again = await recordsIn(third, life, `killed at ${crashAt}, then at ${crashAt % 400}`);
      const last = third.killed();
      expect((await live(last, limit, again)).acknowledged).toBe(STORY.length);
      const { recollection } = await openJournalIn(last, place(1e9));
      expect(recollection).toEqual(AFTER.at(-1));
      const names = await last.list();
      expect([...names].sort()).toEqual(['demo.began', 'demo.journal']);
    }
  });

  it('keeps the doubt about one that is gone, though the disk is full as it starts', async () => {
    const directory = new CrashingDirectory();
    await live(directory, limit);
    await directory.remove('demo.journal');
    directory.isFull = true;
    const full = await openJournalIn(directory, place(limit));
    expect(full.recollection.ownerDoubt).toContain('gone');
    await full.journal.flush();
    directory.isFull = false;
    full.journal.append({ kind: 'released', by: 'ann' }, 0, null);
    await full.journal.close();
    const { recollection } = await openJournalIn(directory.killed(), place(limit));
    expect(recollection.ownerDoubt).toContain('gone');
  });

  it.runIf(limit < 1e9)('does compact', async () => {
    const directory = new CrashingDirectory();
    await live(directory, limit);
    const text = Buffer.from((await directory.read('demo.journal')) ?? []).toString();
    expect(text).toContain(' compacted ');
  });
});
