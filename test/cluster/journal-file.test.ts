import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { readJournal } from '../../src/cluster/journal.ts';
import { openJournal } from '../../src/cluster/journal-file.ts';
import { type AppendFile, JournalWriter } from '../../src/cluster/journal-writer.ts';
import type { JournalRecord } from '../../src/machine/protocol.ts';

const NODES = ['n1', 'n2'] as const;
const BOOT: JournalRecord = { kind: 'intent', verb: 'boot', node: 'n2', pathIndex: 0 };
const ALARM: JournalRecord = { kind: 'alarm', name: 'a', text: 'text', type: 'type' };
const released = (by: string): JournalRecord => ({ kind: 'released', by });

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const place = (more: object = {}) => ({
  directory: join(home, 'state'),
  cluster: 'demo',
  nodes: NODES,
  clock: new SimulatedClock(),
  ...more,
});
const file = () => join(home, 'state', 'demo.journal');

function written(journal: JournalWriter, record: JournalRecord): Promise<[boolean, string]> {
  return new Promise((resolve) => {
    journal.append(record, 0, (ok, detail) => resolve([ok, detail]));
  });
}

describe('the journal on the disk', () => {
  it('is made with its directory, for owner and group only', async () => {
    const { journal, recollection, problems, notes } = await openJournal(place());
    await journal.close();
    expect((await stat(file())).mode & 0o777).toBe(0o640);
    expect((await stat(join(home, 'state'))).mode & 0o007).toBe(0);
    expect(recollection.owner).toBeNull();
    expect([problems, notes]).toEqual([[], []]);
  });

  it('has a record in the file when it says so', async () => {
    const { journal } = await openJournal(place());
    expect(await written(journal, BOOT)).toEqual([true, '']);
    expect(readJournal(await readFile(file())).records.map(({ record }) => record)).toEqual([BOOT]);
    await journal.close();
  });

  it('keeps the order of records with and without an answer', async () => {
    const { journal } = await openJournal(place());
    const answers: string[] = [];
    for (let index = 0; index < 200; index++) {
      const done = index % 3 === 0 ? () => answers.push(`${index}`) : null;
      journal.append(released(`${index}`), index, done);
      if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await journal.close();
    const { records } = readJournal(await readFile(file()));
    expect(records.map(({ record }) => record)).toEqual(
      Array.from({ length: 200 }, (_, index) => released(`${index}`)),
    );
    expect(answers).toEqual(
      Array.from({ length: 200 }, (_, index) => index)
        .filter((n) => n % 3 === 0)
        .map(String),
    );
  });

  it('remembers over a restart and goes on in the same file', async () => {
    const first = await openJournal(place());
    await written(first.journal, BOOT);
    await first.journal.close();
    const second = await openJournal(place());
    expect(second.recollection).toMatchObject({ owner: 'n2', unfinished: 'boot' });
    await written(second.journal, { kind: 'production', node: 'n2', why: 'login' });
    await second.journal.close();
    const third = await openJournal(place());
    expect(third.recollection).toMatchObject({ owner: 'n2', unfinished: 'none' });
    await third.journal.close();
  });

  it('cuts a torn end off before it goes on', async () => {
    const first = await openJournal(place());
    await written(first.journal, BOOT);
    await first.journal.close();
    await appendFile(file(), '2001-03-04T03:12:44.120Z own');
    const second = await openJournal(place());
    expect(second.notes).toEqual([expect.stringContaining('28 bytes')]);
    expect(second.problems).toEqual([]);
    await written(second.journal, released('ann'));
    await second.journal.close();
    const reading = readJournal(await readFile(file()));
    expect(reading.records.map(({ record }) => record)).toEqual([BOOT, released('ann')]);
    expect(reading.damaged).toEqual([]);
  });

  it('names file and line of a damaged record, believes the rest, leaves the evidence', async () => {
    const first = await openJournal(place({ compactAboveBytes: 10 }));
    await written(first.journal, BOOT);
    await written(first.journal, { kind: 'owner', node: 'n1', why: 'x' });
    await written(first.journal, released('ann'));
    await first.journal.close();
    const text = await readFile(file(), 'utf8');
    await writeFile(file(), text.replace('"why":"x"', '"why":"y"'));
    const second = await openJournal(place({ compactAboveBytes: 10 }));
    await second.journal.close();
    expect(second.problems).toEqual([expect.stringContaining(`${file()}:2: damaged line`)]);
    expect(second.recollection.owner).toBe('n2');
    expect(await readFile(file(), 'utf8')).toBe(text.replace('"why":"x"', '"why":"y"'));
  });

  it('says so when it speaks of a node that is not in CList', async () => {
    const first = await openJournal(place());
    await written(first.journal, { kind: 'owner', node: 'gone', why: 'x' });
    await first.journal.close();
    const second = await openJournal(place());
    await second.journal.close();
    expect(second.problems).toEqual([expect.stringContaining("'gone'")]);
  });

  it('is compacted at start when long, and says the same', async () => {
    const first = await openJournal(place());
    await written(first.journal, BOOT);
    for (let index = 0; index < 500; index++) first.journal.append(ALARM, index, null);
    await first.journal.close();
    const long = (await stat(file())).size;
    const second = await openJournal(place({ compactAboveBytes: 1000 }));
    expect(second.notes).toEqual([expect.stringContaining('501 records, 2')]);
    await written(second.journal, released('ann'));
    await second.journal.close();
    expect((await stat(file())).size).toBeLessThan(long / 10);
    expect((await stat(file())).mode & 0o777).toBe(0o640);
    const third = await openJournal(place());
    await third.journal.close();
    expect(third.recollection.owner).toBe('n2');
    expect(third.recollection.alarms).toHaveLength(1);
    expect(await readdir(join(home, 'state'))).toEqual(['demo.journal']);
  });

  it('replaces what a compaction left that was killed half way', async () => {
    const first = await openJournal(place());
    for (let index = 0; index < 50; index++) first.journal.append(ALARM, index, null);
    await first.journal.close();
    await writeFile(`${file()}.new`, 'half of it');
    const second = await openJournal(place({ compactAboveBytes: 1000 }));
    await second.journal.close();
    expect(second.recollection.alarms).toHaveLength(1);
    expect(await readdir(join(home, 'state'))).toEqual(['demo.journal']);
  });

  it('refuses with path and hint where it cannot write', async () => {
    await writeFile(join(home, 'state'), 'a file where the directory should be');
    await expect(openJournal(place())).rejects.toMatchObject({
      code: 'journal',
      message: expect.stringContaining(file()),
      hint: expect.stringContaining(join(home, 'state')),
    });
  });
});

/** A file in memory that fails when told so, after having taken `partial` bytes. */
class BrittleFile implements AppendFile {
  bytes = Buffer.alloc(0);
  failing: 'no' | 'write' | 'datasync' | 'all' = 'no';
  partial = 0;
  closed = false;

  async write(bytes: Uint8Array, offset: number, length: number) {
    if (this.failing === 'write' || this.failing === 'all') {
      this.bytes = Buffer.concat([this.bytes, bytes.subarray(offset, offset + this.partial)]);
      throw new Error('ENOSPC: no space left on device');
    }
    const taken = Math.max(1, Math.floor(length / 2));
    this.bytes = Buffer.concat([this.bytes, bytes.subarray(offset, offset + taken)]);
    return { bytesWritten: taken };
  }
  async datasync() {
    if (this.failing === 'datasync' || this.failing === 'all') throw new Error('EIO: i/o error');
  }
  async truncate(length: number) {
    if (this.failing === 'all') throw new Error('EIO: i/o error');
    this.bytes = this.bytes.subarray(0, length);
  }
  async close() {
    this.closed = true;
  }
  get records() {
    const { records, damaged, tornBytes } = readJournal(this.bytes);
    expect([damaged, tornBytes]).toEqual([[], 0]);
    return records.map(({ record }) => record);
  }
}

describe('a disk that fails', () => {
  it.each([0, 1, 20])('does not keep what was refused (%i bytes of it were written)', async (n) => {
    const disk = new BrittleFile();
    const journal = new JournalWriter(disk, 0, new SimulatedClock());
    expect(await written(journal, released('before'))).toEqual([true, '']);
    disk.failing = 'write';
    disk.partial = n;
    expect(await written(journal, BOOT)).toEqual([false, 'ENOSPC: no space left on device']);
    expect(disk.records).toEqual([released('before')]);
    disk.failing = 'no';
    expect(await written(journal, released('after'))).toEqual([true, '']);
    expect(disk.records).toEqual([released('before'), released('after')]);
  });

  it('refuses a record that is written and not flushed, and takes it back later', async () => {
    const disk = new BrittleFile();
    const journal = new JournalWriter(disk, 0, new SimulatedClock());
    disk.failing = 'all';
    disk.partial = 30;
    expect((await written(journal, BOOT))[0]).toBe(false);
    disk.failing = 'datasync';
    expect(await written(journal, BOOT)).toEqual([false, 'EIO: i/o error']);
    disk.failing = 'no';
    expect((await written(journal, released('after')))[0]).toBe(true);
    expect(disk.records).toEqual([released('after')]);
  });

  it('keeps what nobody waits for and writes it, in order, when the disk works again', async () => {
    const disk = new BrittleFile();
    const clock = new SimulatedClock();
    const journal = new JournalWriter(disk, 0, clock);
    const troubles: (string | null)[] = [];
    journal.onTrouble((trouble) => troubles.push(trouble));
    disk.failing = 'write';
    journal.append(released('1'), 1, null);
    await journal.flush();
    journal.append(released('2'), 2, null);
    expect((await written(journal, BOOT))[0]).toBe(false);
    await journal.flush();
    disk.failing = 'no';
    clock.advance(5_000);
    await journal.flush();
    expect(disk.records).toEqual([released('1'), released('2')]);
    expect(troubles).toEqual([expect.stringContaining('ENOSPC'), null]);
  });

  it('bounds what waits and counts what is lost', async () => {
    const disk = new BrittleFile();
    const journal = new JournalWriter(disk, 0, new SimulatedClock());
    let lost = 0;
    journal.onTrouble((_, count) => {
      lost = count;
    });
    disk.failing = 'write';
    for (let index = 0; index < 1500; index++) journal.append(released(`${index}`), index, null);
    await journal.flush();
    disk.failing = 'no';
    await journal.close();
    expect(disk.records).toHaveLength(1000);
    expect(disk.records[0]).toEqual(released('500'));
    expect(lost).toBe(500);
    expect(disk.closed).toBe(true);
  });

  it('refuses what comes after the end', async () => {
    const journal = new JournalWriter(new BrittleFile(), 0, new SimulatedClock());
    await journal.close();
    expect((await written(journal, BOOT))[0]).toBe(false);
  });
});
