/**
 * One cluster's journal on the disk: `state/<cluster>.journal`, mode 0640, only ever appended to.
 * Called by the runner for each `journal` effect and once at start to recollect.
 * Lines go out in the order of `append`; a record with a `done` is on the disk (fdatasync) before it
 * is called with ok. After a failed write the file is cut back to its last good line, so that a
 * record that was reported as not written cannot be found there later.
 * Must never throw out of `append` and never wait in it.
 */
import { constants } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import type { JournalRecord, Recollection } from '../machine/protocol.ts';
import { DaemonError, messageOf, systemCode } from './daemon-error.ts';
import { type DatedRecord, formatRecord, type JournalReading, readJournal } from './journal.ts';
import { JournalWriter } from './journal-writer.ts';
import { essential, type NodeNames, recollect, strangers } from './recollection.ts';

const FILE_MODE = 0o640;
const DIRECTORY_MODE = 0o750;
const COMPACT_ABOVE_BYTES = 1024 * 1024;

export interface JournalPlace {
  /** `CLUSTER_HOME/state`; made when missing. */
  readonly directory: string;
  readonly cluster: string;
  readonly nodes: NodeNames;
  readonly clock: Clock;
  /** Default 1 MiB. */
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

/** Reads, repairs a torn end, compacts, opens for appending. Throws DaemonError `journal`. */
export async function openJournal(place: JournalPlace): Promise<OpenedJournal> {
  const path = join(place.directory, `${place.cluster}.journal`);
  try {
    await mkdir(place.directory, { recursive: true, mode: DIRECTORY_MODE });
    const bytes = await readIfThere(path);
    const reading = readJournal(bytes ?? Buffer.alloc(0));
    const notes = tornNotes(path, reading);
    const kept = await compact(path, place, reading, notes);
    const length = kept ?? reading.wholeBytes;
    const journal = await openWriter(path, place, length, bytes, reading.tornBytes > 0);
    return {
      journal,
      recollection: recollect(reading.records, place.nodes),
      problems: problemsOf(path, reading, place),
      notes,
    };
  } catch (error) {
    throw new DaemonError('journal', `the journal ${path} cannot be opened: ${messageOf(error)}`, {
      context: { path },
      hint: `make ${place.directory} a directory that the daemon can write to`,
      cause: error,
    });
  }
}

/** The records of a journal, for readers that do not write: status without a daemon, tests. */
export async function readJournalFile(path: string): Promise<JournalReading> {
  return readJournal((await readIfThere(path)) ?? Buffer.alloc(0));
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function tornNotes(path: string, reading: JournalReading): string[] {
  if (reading.tornBytes === 0) return [];
  return [
    `${path} ended in the middle of a line (${reading.tornBytes} bytes, written as the daemon died): ` +
      'that record was never acknowledged and is dropped',
  ];
}

function problemsOf(path: string, reading: JournalReading, place: JournalPlace): string[] {
  const problems = reading.damaged.map(
    ({ line, what }) =>
      `${path}:${line}: damaged line: ${what}; what it said is not known, the rest is believed; ` +
      'compare owner and roles with the consoles, then delete the line',
  );
  for (const name of strangers(reading.records, place.nodes)) {
    problems.push(
      `${path} speaks of the node '${name}', which CList does not give to ${place.cluster}; ` +
        'if it was renamed, move the journal away while both nodes are in the state CList describes',
    );
  }
  return problems;
}

/**
 * Writes the essential records to a new file in place of a long one; the new length in bytes, or
 * null when nothing was done. A damaged journal stays as it is: it is evidence.
 */
async function compact(
  path: string,
  place: JournalPlace,
  reading: JournalReading,
  notes: string[],
): Promise<number | null> {
  const limit = place.compactAboveBytes ?? COMPACT_ABOVE_BYTES;
  if (reading.wholeBytes <= limit || reading.damaged.length > 0) return null;
  const chosen = essential(reading.records, place.nodes);
  if (chosen.length === reading.records.length) return null;
  const text = Buffer.from(chosen.map(lineOf).join(''));
  await replaceFile(path, text, place.directory);
  notes.push(
    `${path} had ${reading.records.length} records, ${chosen.length} of them still matter`,
  );
  return text.length;
}

function lineOf({ record, wall }: DatedRecord): string {
  return formatRecord(record, wall);
}

async function replaceFile(path: string, bytes: Uint8Array, directory: string): Promise<void> {
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  const handle = await open(fresh, 'wx', FILE_MODE);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, path);
  await syncDirectory(directory);
}

async function openWriter(
  path: string,
  place: JournalPlace,
  length: number,
  before: Buffer | null,
  isTorn: boolean,
): Promise<JournalWriter> {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
  const handle = await open(path, flags, FILE_MODE);
  try {
    if (isTorn) {
      await handle.truncate(length);
      await handle.datasync();
    }
    if (before === null) await syncDirectory(place.directory);
    return new JournalWriter(handle, length, place.clock);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
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
