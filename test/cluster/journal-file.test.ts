import {
  appendFile,
  copyFile,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { crc32 } from '../../src/cluster/crc32.ts';
import { readJournal } from '../../src/cluster/journal.ts';
import type { AppendFile } from '../../src/cluster/journal-directory.ts';
import { openJournal } from '../../src/cluster/journal-file.ts';
import { JournalWriter } from '../../src/cluster/journal-writer.ts';
import type { JournalRecord } from '../../src/machine/protocol.ts';

const NODES = ['n1', 'n2'] as const;
const BOOT: JournalRecord = { kind: 'intent', verb: 'boot', node: 'n2', pathIndex: 0 };
const ALARM = { kind: 'alarm', name: 'a', text: 'text', type: 'type' } as const;
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
    await appendFile(file(), '2 2001-03-04T03:12:44.120Z o');
    const second = await openJournal(place());
    expect(second.notes).toEqual([expect.stringContaining('28 bytes')]);
    expect(second.problems).toEqual([]);
    await written(second.journal, released('ann'));
    await second.journal.close();
    const reading = readJournal(await readFile(file()));
    expect(reading.records.map(({ record }) => record)).toEqual([BOOT, released('ann')]);
    expect(reading.damaged).toEqual([]);
  });

  it('names file and line of what is damaged, keeps it aside, and goes on with what is whole', async () => {
    const first = await openJournal(place());
    await written(first.journal, BOOT);
    await written(first.journal, { kind: 'owner', node: 'n1', why: 'x' });
    await written(first.journal, released('ann'));
    await first.journal.close();
    const wrong = (await readFile(file(), 'utf8')).replace('"why":"x"', '"why":"y"');
    await writeFile(file(), wrong);
    const second = await openJournal(place());
    expect(second.problems).toEqual([
      `${file()}:3: damaged line: the checksum does not fit; who owns the disk is not known`,
    ]);
    expect(second.recollection).toMatchObject({
      owner: 'n2',
      ownerDoubt: 'line 3 of the journal: the checksum does not fit',
    });
    await second.journal.close();
    const aside = (await readdir(join(home, 'state'))).filter((name) => /damaged-/.test(name));
    expect(aside).toHaveLength(1);
    expect(await readFile(join(home, 'state', aside[0] ?? ''), 'utf8')).toBe(wrong);
    const third = await openJournal(place());
    expect([third.problems, third.recollection]).toEqual([[], second.recollection]);
    await written(third.journal, { kind: 'owner', node: 'n1', why: 'ann' });
    await third.journal.close();
    const fourth = await openJournal(place());
    await fourth.journal.close();
    expect(fourth.recollection).toMatchObject({ owner: 'n1', ownerDoubt: null });
  });

  it('says so, and doubts nothing, when a later record names the owner', async () => {
    const first = await openJournal(place());
    await written(first.journal, released('ann'));
    await written(first.journal, BOOT);
    await first.journal.close();
    await writeFile(file(), (await readFile(file(), 'utf8')).replace('ann', 'Ann'));
    const second = await openJournal(place());
    await second.journal.close();
    expect(second.problems).toEqual([expect.stringContaining('later records say who owns')]);
    expect(second.recollection).toMatchObject({ owner: 'n2', ownerDoubt: null });
  });

  it('keeps the newest five that were damaged', async () => {
    const clock = new SimulatedClock();
    for (let index = 0; index < 8; index++) {
      const { journal } = await openJournal(place({ clock }));
      await written(journal, released('ann'));
      await journal.close();
      await writeFile(file(), (await readFile(file(), 'utf8')).replace('"ann"', '"Ann"'));
      clock.advance(1000);
    }
    const names = await readdir(join(home, 'state'));
    expect(names.filter((name) => /damaged-/.test(name))).toHaveLength(5);
  });

  it.each(['is gone', 'is empty'])(
    'doubts the owner when it %s although there was one',
    async (how) => {
      const first = await openJournal(place());
      await written(first.journal, { kind: 'owner', node: 'n2', why: 'x' });
      await first.journal.close();
      if (how === 'is gone') await rm(file());
      else await writeFile(file(), '');
      const second = await openJournal(place());
      await second.journal.close();
      expect(second.problems).toEqual([expect.stringContaining('gone or empty')]);
      expect(second.recollection.ownerDoubt).toContain('demo.began');
      const third = await openJournal(place());
      await third.journal.close();
      expect(third.recollection.ownerDoubt).toContain('demo.began');
      expect(await readFile(join(home, 'state', 'demo.began'), 'utf8')).toContain(
        'remove this file',
      );
      await rm(file());
      await rm(join(home, 'state', 'demo.began'));
      const afresh = await openJournal(place());
      await afresh.journal.close();
      expect([afresh.problems, afresh.recollection.ownerDoubt]).toEqual([[], null]);
    },
  );

  it('does not take an empty one for lost before anything was written', async () => {
    for (let start = 0; start < 3; start++) {
      const { journal, problems, recollection } = await openJournal(place());
      expect([problems, recollection.ownerDoubt]).toEqual([[], null]);
      await journal.close();
    }
  });

  it('doubts the owner when it is the journal of another cluster', async () => {
    const first = await openJournal(place());
    await written(first.journal, BOOT);
    await first.journal.close();
    await copyFile(file(), join(home, 'state', 'other.journal'));
    const second = await openJournal(place({ cluster: 'other' }));
    await second.journal.close();
    expect(second.problems).toEqual([expect.stringContaining("of the cluster 'demo'")]);
    expect(second.recollection.ownerDoubt).toContain("'demo'");
  });

  it('is left alone when a newer version wrote it', async () => {
    const first = await openJournal(place());
    await written(first.journal, BOOT);
    await first.journal.close();
    const newer = (await readFile(file(), 'utf8')).replace('format 2', 'format 3');
    await writeFile(file(), newer);
    await expect(openJournal(place())).rejects.toMatchObject({
      code: 'journal',
      message: expect.stringContaining('newer clusterd'),
      hint: expect.stringContaining('newer clusterd'),
    });
    expect(await readFile(file(), 'utf8')).toBe(newer);
  });

  it('goes on with one of format 1', async () => {
    const { journal } = await openJournal(place());
    await journal.close();
    const body = '2001-03-04T03:12:44.120Z owner {"node":"n2","why":"x"}';
    const checksum = crc32(Buffer.from(body)).toString(16).padStart(8, '0');
    await writeFile(file(), `${body} crc32=${checksum}\n`);
    const second = await openJournal(place());
    expect(second.recollection.owner).toBe('n2');
    await written(second.journal, released('ann'));
    await second.journal.close();
    const reading = readJournal(await readFile(file()));
    expect([reading.format, reading.damaged]).toEqual(['current', []]);
    expect(reading.records.map(({ record }) => record.kind)).toEqual([
      'owner',
      'compacted',
      'released',
    ]);
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
    expect(second.notes).toEqual([expect.stringContaining('1 of 501 records')]);
    await written(second.journal, released('ann'));
    await second.journal.close();
    expect((await stat(file())).size).toBeLessThan(long / 10);
    expect((await stat(file())).mode & 0o777).toBe(0o640);
    const third = await openJournal(place());
    await third.journal.close();
    expect(third.recollection.owner).toBe('n2');
    expect(third.recollection.alarms).toHaveLength(1);
    expect((await readdir(join(home, 'state'))).sort()).toEqual(['demo.began', 'demo.journal']);
  });

  it('stays bounded while the daemon runs, whatever is written', async () => {
    const { journal } = await openJournal(place({ compactAboveBytes: 5000 }));
    await written(journal, BOOT);
    let longest = 0;
    for (let index = 0; index < 600; index++) {
      await written(journal, { ...ALARM, text: `${index}` });
      longest = Math.max(longest, (await stat(file())).size);
    }
    await journal.close();
    expect(longest).toBeLessThan(6000);
    const again = await openJournal(place());
    await again.journal.close();
    expect(again.problems).toEqual([]);
    expect(again.recollection).toMatchObject({ owner: 'n2', alarms: [{ text: '599' }] });
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
  synced = 0;

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
    this.synced += 1;
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

function writerOf(file: AppendFile, clock = new SimulatedClock()): JournalWriter {
  const empty = { file, length: 0, end: null, settle: null };
  return new JournalWriter(empty, {
    cluster: 'demo',
    clock,
    compactAboveBytes: 1e9,
    compact: null,
  });
}

describe('a disk that fails', () => {
  it.each([0, 1, 20])('does not keep what was refused (%i bytes of it were written)', async (n) => {
    const disk = new BrittleFile();
    const journal = writerOf(disk);
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
    const journal = writerOf(disk);
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
    const journal = writerOf(disk, clock);
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
    const journal = writerOf(disk);
    let lost = 0;
    journal.onTrouble((_, count) => {
      lost = count;
    });
    disk.failing = 'write';
    for (let index = 0; index < 1500; index++) journal.append(released(`${index}`), index, null);
    await journal.flush();
    disk.failing = 'no';
    await journal.close();
    expect(disk.records).toHaveLength(1001);
    expect(disk.records.slice(0, 2)).toEqual([
      { kind: 'doubt', why: 'records were given up while the disk took none' },
      released('500'),
    ]);
    expect(lost).toBe(500);
    expect(disk.closed).toBe(true);
  });

  it('writes again what the system had taken and then could not put on the disk', async () => {
    const disk = new BrittleFile();
    const clock = new SimulatedClock();
    const journal = writerOf(disk, clock);
    await written(journal, released('on the disk'));
    journal.append(released('in a buffer'), 0, null);
    await journal.flush();
    disk.failing = 'datasync';
    expect((await written(journal, BOOT))[0]).toBe(false);
    disk.failing = 'no';
    expect((await written(journal, BOOT))[0]).toBe(true);
    expect(disk.records).toEqual([released('on the disk'), released('in a buffer'), BOOT]);
  });

  it('puts on the disk, before long, what nobody waits for', async () => {
    const disk = new BrittleFile();
    const journal = writerOf(disk);
    for (let index = 0; index < 60; index++) {
      journal.append(released(`${index}`), index, null);
      await journal.flush();
    }
    expect(disk.synced).toBe(1);
  });

  it('says what /dev/full says', async () => {
    const journal = writerOf(await open('/dev/full', 'a'));
    const troubles: (string | null)[] = [];
    journal.onTrouble((trouble) => troubles.push(trouble));
    expect(await written(journal, BOOT)).toEqual([false, expect.stringContaining('ENOSPC')]);
    expect(troubles).toEqual([expect.stringContaining('ENOSPC')]);
    await journal.close();
  });

  it('refuses what comes after the end', async () => {
    const journal = writerOf(new BrittleFile());
    await journal.close();
    expect((await written(journal, BOOT))[0]).toBe(false);
  });
});
