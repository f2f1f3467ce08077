/**
 * Reads what is left of a cluster's past: its journal, and its records with all their rotated files.
 * Called by the history command; needs no daemon. Opens nothing for writing. What is damaged,
 * missing or unreadable is said, never passed over in silence.
 */
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, systemCode } from '../cluster/daemon-error.ts';
import { readJournal } from '../cluster/journal.ts';
import type { Happening } from '../history/happening.ts';
import { happeningsOfJournal } from '../history/journal-happenings.ts';
import { readRecordLine } from '../history/record-happenings.ts';
import type { Home } from '../home/home.ts';
import { formatLocal } from '../log/wall-time.ts';
import { plural } from './diagnostics-text.ts';

export interface Past {
  readonly journal: readonly Happening[];
  readonly records: readonly Happening[];
  /** What is missing or damaged; one clause each. */
  readonly gaps: readonly string[];
  /** Nothing at all is there. */
  readonly isEmpty: boolean;
}

export async function readPast(home: Home, cluster: string, sinceWall: number): Promise<Past> {
  const journal = await readJournalFile(join(home.state, `${cluster}.journal`));
  const records = await readRecords(home.logs, cluster, sinceWall);
  const gaps = [...journal.gaps, ...records.gaps, ...startGap(journal.happenings, records)];
  return {
    journal: journal.happenings,
    records: records.happenings,
    gaps,
    isEmpty: !journal.isThere && records.files === 0,
  };
}

interface JournalPast {
  readonly happenings: readonly Happening[];
  readonly gaps: readonly string[];
  readonly isThere: boolean;
}

async function readJournalFile(path: string): Promise<JournalPast> {
  const none = (why: string, isThere: boolean) => ({ happenings: [], gaps: [why], isThere });
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const isMissing = systemCode(error) === 'ENOENT';
    const why = isMissing ? 'is not there' : `cannot be read: ${messageOf(error)}`;
    return none(`the journal ${path} ${why}`, !isMissing);
  }
  const { format, records, damaged, tornBytes } = readJournal(bytes);
  if (format === 'newer') return none(`${path} was written by a newer clusterd`, true);
  const gaps = damaged.map(({ line, what }) => `${path}:${line}: damaged line: ${what}`);
  if (tornBytes > 0) gaps.push(`${path} ends in the middle of a line`);
  const compacted = records.findLast(({ record }) => record.kind === 'compacted');
  if (compacted !== undefined) {
    const when = formatLocal(compacted.wall);
    gaps.push(`before ${when} the journal keeps decisions only: no alarms, not every state`);
  }
  return { happenings: happeningsOfJournal(records), gaps, isThere: true };
}

// ---- records -------------------------------------------------------------------------------------

interface RecordsPast {
  readonly happenings: Happening[];
  readonly gaps: string[];
  readonly files: number;
  /** The first time in any file; infinite: none. */
  readonly fromWall: number;
}

interface OneFile {
  readonly happenings: readonly Happening[];
  readonly fromWall: number;
  readonly gaps: readonly string[];
}

async function readRecords(
  directory: string,
  cluster: string,
  sinceWall: number,
): Promise<RecordsPast> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => isOf(name, cluster));
  const gaps: string[] = [];
  const files: OneFile[] = [];
  for (const name of names) {
    const path = join(directory, name);
    const { mtimeMs } = await stat(path);
    // What was last written before that time tells nothing of the time since.
    if (mtimeMs < sinceWall) continue;
    files.push(await readRecordsFile(path, cluster));
  }
  files.sort((one, other) => one.fromWall - other.fromWall);
  for (const file of files) gaps.push(...file.gaps);
  if (names.length === 0) gaps.push(`there are no records ${join(directory, `${cluster}.jsonl`)}`);
  const happenings = files.flatMap((file) => file.happenings);
  const fromWall = files[0]?.fromWall ?? Number.POSITIVE_INFINITY;
  return { happenings, gaps, files: names.length, fromWall };
}

/** `demo.jsonl`, and as logrotate names older ones: `demo.jsonl.1`, `.2.gz`, `-20261122.gz`. */
function isOf(name: string, cluster: string): boolean {
  const base = `${cluster}.jsonl`;
  return name.startsWith(base) && /^(?:[.-]\d+)?(?:\.gz)?$/.test(name.slice(base.length));
}

async function readRecordsFile(path: string, cluster: string): Promise<OneFile> {
  const happenings: Happening[] = [];
  const gaps: string[] = [];
  let fromWall = Number.POSITIVE_INFINITY;
  let unreadable = 0;
  try {
    for await (const line of createInterface({ input: openText(path), crlfDelay: Infinity })) {
      if (line === '') continue;
      const { wall, happening } = readRecordLine(line, cluster);
      if (wall === null) unreadable += 1;
      else fromWall = Math.min(fromWall, wall);
      if (happening !== null) happenings.push(happening);
    }
  } catch (error) {
    gaps.push(`${path} cannot be read to its end: ${messageOf(error)}`);
  }
  if (unreadable > 0) gaps.push(`${path}: ${plural(unreadable, 'line')} torn or garbage, left out`);
  return { happenings, fromWall, gaps };
}

/** A fault of the file ends the text with its error. */
function openText(path: string): Readable {
  const file = createReadStream(path);
  if (!path.endsWith('.gz')) return file;
  const text = createGunzip();
  file.on('error', (error) => text.destroy(error));
  return file.pipe(text);
}

function startGap(journal: readonly Happening[], { fromWall, files }: RecordsPast): string[] {
  const first = journal[0]?.wall ?? Number.POSITIVE_INFINITY;
  if (files === 0 || fromWall <= first + 1000 || fromWall === Number.POSITIVE_INFINITY) return [];
  const when = formatLocal(fromWall);
  return [`the records begin at ${when}: what was before is told from the journal alone`];
}
