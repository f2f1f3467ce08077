/**
 * One cluster's journal on the disk. Called by the daemon at start, once per cluster.
 *
 *   state/CLUSTER.journal             the journal; at most 128 KiB, or twice what must be kept
 *   state/CLUSTER.began               says that there was a journal: if it is gone, it was lost
 *   state/CLUSTER.journal.new         a compaction under way; one that was killed leaves it behind
 *   state/CLUSTER.journal.damaged-TIME   one that was found damaged, as it was; the newest five
 *
 * Must never take a journal for whole that may lack something: what is damaged, missing, of another
 * cluster or of a newer version is said, and leaves the owner of the disk in doubt, or the cluster
 * alone.
 */
import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import type { JournalRecord, Recollection } from '../machine/protocol.ts';
import { DaemonError, messageOf, systemCode } from './daemon-error.ts';
import {
  type DatedRecord,
  FORMAT,
  formatRecords,
  type JournalReading,
  readJournal,
} from './journal.ts';
import { compacted } from './journal-compaction.ts';
import type { AppendFile, JournalDirectory } from './journal-directory.ts';
import { openJournalDirectory } from './journal-disk.ts';
import { JournalWriter, type OpenFile } from './journal-writer.ts';
import { type NodeNames, recollect, strangers } from './recollection.ts';

export const COMPACT_ABOVE_BYTES = 128 * 1024;
const DAMAGED_KEPT = 5;

export interface JournalPlace {
  readonly cluster: string;
  readonly nodes: NodeNames;
  readonly clock: Clock;
  /** Default 128 KiB. */
  readonly compactAboveBytes?: number;
}

export interface OpenedJournal {
  readonly journal: JournalWriter;
  readonly recollection: Recollection;
  /** What a person must look into: an alarm each. */
  readonly problems: readonly string[];
  /** What is only worth a line in the log: a torn end, a compaction. */
  readonly notes: readonly string[];
}

/** `directory`: `CLUSTER_HOME/state`; made when missing. Throws DaemonError `journal`. */
export async function openJournal(
  place: JournalPlace & { readonly directory: string },
): Promise<OpenedJournal> {
  try {
    return await openJournalIn(await openJournalDirectory(place.directory), place);
  } catch (error) {
    if (error instanceof DaemonError) throw error;
    const path = join(place.directory, nameOf(place.cluster));
    throw new DaemonError('journal', `the journal ${path} cannot be opened: ${messageOf(error)}`, {
      context: { path },
      hint: `make ${place.directory} a directory that the daemon can write to`,
      cause: error,
    });
  }
}

/** As `openJournal`, on any disk; also rejects with that disk's errors. */
export async function openJournalIn(
  directory: JournalDirectory,
  place: JournalPlace,
): Promise<OpenedJournal> {
  return new Opening(directory, place).open();
}

function nameOf(cluster: string): string {
  return `${cluster}.journal`;
}

class Opening {
  readonly #directory: JournalDirectory;
  readonly #place: JournalPlace;
  readonly #name: string;
  readonly #path: string;
  readonly #limit: number;
  readonly #problems: string[] = [];
  readonly #notes: string[] = [];
  #isAnew = false;

  constructor(directory: JournalDirectory, place: JournalPlace) {
    this.#directory = directory;
    this.#place = place;
    this.#name = nameOf(place.cluster);
    this.#path = join(directory.path, this.#name);
    this.#limit = place.compactAboveBytes ?? COMPACT_ABOVE_BYTES;
  }

  async open(): Promise<OpenedJournal> {
    await this.#directory.remove(`${this.#name}.new`).catch(() => {});
    const bytes = (await this.#directory.read(this.#name)) ?? Buffer.alloc(0);
    const reading = readJournal(bytes);
    if (reading.format === 'newer') throw tooNew(this.#path);
    const wasBegun = (await this.#directory.read(this.#began)) !== null;
    const doubt = this.#doubtOf(reading, wasBegun);
    const records = [...reading.records, ...doubt];
    const recollection = recollect(records, this.#place.nodes);
    this.#tell(reading, recollection);
    const open = await this.#openFile(reading, records, doubt.length > 0, wasBegun);
    const { cluster, clock } = this.#place;
    const compact = () => this.#compact();
    const options = { cluster, clock, compactAboveBytes: this.#limit, compact };
    const journal = new JournalWriter(open, options);
    // A file that could not be written anew does not say it yet.
    if (!this.#isAnew) for (const { record, wall } of doubt) journal.append(record, wall, null);
    return { journal, recollection, problems: this.#problems, notes: this.#notes };
  }

  get #began(): string {
    return `${this.#place.cluster}.began`;
  }

  // ---- what it says ----

  /** What the journal as a whole gives reason to doubt, beside the holes in it. */
  #doubtOf(reading: JournalReading, wasBegun: boolean): DatedRecord[] {
    const { cluster } = this.#place;
    let why: string | null = null;
    if (reading.format === 'none' && wasBegun) {
      why = `${this.#path} is gone or empty, and ${this.#began} says that there was one`;
    } else if (reading.cluster !== null && reading.cluster !== cluster) {
      why = `${this.#path} is the journal of the cluster '${reading.cluster}'`;
    }
    if (why === null) return [];
    this.#problems.push(why);
    return [{ wall: this.#place.clock.now().wall, record: { kind: 'doubt', why } }];
  }

  #tell(reading: JournalReading, recollection: Recollection): void {
    if (reading.tornBytes > 0) {
      this.#notes.push(
        `${this.#path} ended in the middle of a line (${reading.tornBytes} bytes, written as the ` +
          'daemon died): that record was never acknowledged and is dropped',
      );
    }
    const then =
      recollection.ownerDoubt === null
        ? 'later records say who owns the disk'
        : 'who owns the disk is not known';
    for (const { line, what } of reading.damaged) {
      this.#problems.push(`${this.#path}:${line}: damaged line: ${what}; ${then}`);
    }
    for (const name of strangers(recollection, this.#place.nodes)) {
      this.#problems.push(
        `${this.#path} speaks of the node '${name}', which CList does not give to ` +
          `${this.#place.cluster}; was it renamed?`,
      );
    }
  }

  // ---- the file to go on with ----

  async #openFile(
    reading: JournalReading,
    records: readonly DatedRecord[],
    isInDoubt: boolean,
    wasBegun: boolean,
  ): Promise<OpenFile> {
    const isDamaged = reading.damaged.length > 0;
    const isOld = reading.format === 'old';
    if (isDamaged || isInDoubt || isOld || reading.wholeBytes > this.#limit) {
      const file = await this.#rewrite(records, reading).catch((error) => {
        if (isOld) throw error;
        this.#notes.push(`${this.#path} could not be written anew: ${messageOf(error)}`);
        return null;
      });
      if (file !== null) return file;
    }
    return this.#goOn(reading, wasBegun);
  }

  /** The same file, without its torn end. */
  async #goOn(reading: JournalReading, wasBegun: boolean): Promise<OpenFile> {
    const file = await this.#directory.open(this.#name);
    try {
      if (reading.tornBytes > 0) {
        await file.truncate(reading.wholeBytes);
        await file.datasync();
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    const settle = wasBegun && reading.end !== null ? null : () => this.#settleFirst();
    return { file, length: reading.wholeBytes, end: reading.end, settle };
  }

  async #rewrite(records: readonly DatedRecord[], reading: JournalReading): Promise<OpenFile> {
    if (reading.damaged.length > 0) await this.#setAside();
    const kept = this.#keptOf(records);
    const open = await this.#replace(kept);
    this.#isAnew = true;
    this.#notes.push(`${this.#path} was written anew: ${kept.length} of ${records.length} records`);
    return open;
  }

  #keptOf(records: readonly DatedRecord[]): readonly DatedRecord[] {
    return compacted(records, this.#place.nodes, this.#place.clock.now().wall);
  }

  /** While the daemon runs: from what stands in the file, which the writer has just written. */
  async #compact(): Promise<OpenFile> {
    const reading = readJournal((await this.#directory.read(this.#name)) ?? Buffer.alloc(0));
    if (reading.damaged.length > 0 || reading.tornBytes > 0) {
      throw new Error('it is not what was written'); // The next start looks at it, and tells.
    }
    return this.#replace(this.#keptOf(reading.records));
  }

  /** Old or new, whenever it is killed: the name changes hands in one step, after the text is there. */
  async #replace(records: readonly DatedRecord[]): Promise<OpenFile> {
    const fresh = `${this.#name}.new`;
    const { text, end } = formatRecords(records, this.#place.cluster, null);
    const bytes = Buffer.from(text);
    const file = await this.#directory.create(fresh);
    try {
      await writeAll(file, bytes);
      await file.datasync();
      await this.#directory.rename(fresh, this.#name);
    } catch (error) {
      await file.close().catch(() => {});
      await this.#directory.remove(fresh).catch(() => {});
      throw error;
    }
    return { file, length: bytes.length, end, settle: () => this.#settleFirst() };
  }

  /** The name on the disk; then, and only then, the file that says that there is a journal. */
  async #settleFirst(): Promise<void> {
    await this.#directory.sync();
    await this.#noteBegun().catch(() => {});
  }

  async #noteBegun(): Promise<void> {
    if ((await this.#directory.read(this.#began)) !== null) return;
    const file = await this.#directory.create(this.#began);
    try {
      await writeAll(file, Buffer.from(begunText(this.#place.cluster)));
      await file.datasync();
    } finally {
      await file.close();
    }
    await this.#directory.sync();
  }

  async #setAside(): Promise<void> {
    const prefix = `${this.#name}.damaged-`;
    const time = new Date(this.#place.clock.now().wall).toISOString().replaceAll(/[:.]/g, '-');
    await this.#directory.link(this.#name, prefix + time).catch((error) => {
      if (systemCode(error) !== 'EEXIST') throw error;
    });
    this.#notes.push(`what was damaged is kept as ${this.#path}.damaged-${time}`);
    const all = (await this.#directory.list()).filter((name) => name.startsWith(prefix)).sort();
    for (const name of all.slice(0, -DAMAGED_KEPT)) await this.#directory.remove(name);
  }
}

async function writeAll(file: AppendFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
  }
}

function begunText(cluster: string): string {
  return (
    `The cluster ${cluster} has a journal beside this file: ${nameOf(cluster)}.\n` +
    'If it is missing, it was lost, and clusterd does not know who owns the disk.\n' +
    'To begin anew on purpose, remove this file as well.\n'
  );
}

function tooNew(path: string): DaemonError {
  return new DaemonError(
    'journal',
    `${path} was written by a newer clusterd; this one reads format ${FORMAT} and guesses nothing`,
    { context: { path }, hint: 'start the newer clusterd again' },
  );
}

/** What the runner needs of a journal. */
export interface JournalSink {
  append(
    record: JournalRecord,
    wall: number,
    done: ((ok: boolean, detail: string) => void) | null,
  ): void;
  close(): Promise<void>;
}
