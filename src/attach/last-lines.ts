/**
 * The last lines of a console, from its transcript: what a person sees first who attaches. Called by
 * session.ts. Reads only the end of the file, and of the one before it when the log was rotated.
 * Up to a mark: a remark that the caller wrote into the transcript itself, so that what stands
 * before it and what comes live afterwards are the whole, without a gap and without a repetition.
 */
import { open } from 'node:fs/promises';
import type { Clock } from '../clock/clock.ts';
import { parseTranscript, type TranscriptRecord } from '../log/read-transcript.ts';

/** So much of a file is read at most. */
const TAIL_BYTES = 512 * 1024;
/** A mark that is not in the file by then will not come: the disk is full, or slow. */
const MARK_WITHIN_MS = 2_000;
const LOOK_MS = 20;

export interface LastLines {
  /** Latin1, with remarks of clusterd as lines of their own. */
  readonly text: string;
  readonly count: number;
  /** When the newest of it came, ms since 1970; null: there is none. */
  readonly wall: number | null;
  /** The mark was found, or none was asked for. */
  readonly isWhole: boolean;
}

export async function readLastLines(
  path: string,
  lines: number,
  mark: string | null,
  clock: Clock,
): Promise<LastLines> {
  const deadline = clock.now().at + MARK_WITHIN_MS;
  let records = await readRecords(path);
  while (mark !== null && markIn(records, mark) < 0 && clock.now().at < deadline) {
    await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
    records = await readRecords(path);
  }
  const at = mark === null ? records.length : markIn(records, mark);
  const before = at < 0 ? records : records.slice(0, at);
  const current = cut(before, lines);
  if (current.count >= lines) return { ...current, isWhole: at >= 0 };
  const older = await readRecords(`${path}.1`);
  return { ...cut([...older, ...before], lines), isWhole: at >= 0 };
}

/** How a remark stands among console text. */
export function remarkLine(text: string): string {
  return `[clusterd: ${text}]`;
}

function cut(
  records: readonly TranscriptRecord[],
  lines: number,
): { readonly text: string; readonly count: number; readonly wall: number | null } {
  const all = textOf(records).split('\n');
  // What follows the last line end is the line with the cursor, which counts as one.
  const isEnded = all.at(-1) === '';
  const kept = lines === 0 ? [] : all.slice(-(lines + (isEnded ? 1 : 0)));
  const wall = records.at(-1)?.wall ?? null;
  return { text: kept.join('\n'), count: Math.max(0, kept.length - (isEnded ? 1 : 0)), wall };
}

function textOf(records: readonly TranscriptRecord[]): string {
  let text = '';
  for (const record of records) {
    if (record.kind === 'received') text += record.data;
    else if (record.kind === 'remark' && isShown(record.text)) {
      text += `${/(^|\n)$/.test(text) ? '' : '\r\n'}${remarkLine(record.text)}\r\n`;
    }
  }
  return text;
}

/**
 * What a person typed stands on the screen already, as its echo; who came, went and had the write
 * lock then is past, and would be taken for the present.
 */
function isShown(remark: string): boolean {
  return !PEOPLE.test(remark);
}

const PEOPLE =
  / (types "|types a line |types on |attaches \(|detaches \(|has taken the write lock)|: nobody types here|: others still type/;

function markIn(records: readonly TranscriptRecord[], mark: string): number {
  return records.findLastIndex((record) => record.kind === 'remark' && record.text === mark);
}

/** Empty when there is no such file, or it cannot be read. */
async function readRecords(path: string): Promise<readonly TranscriptRecord[]> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return [];
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const text = buffer.toString('latin1', 0, bytesRead);
    return parseTranscript(from === 0 ? text : text.slice(text.indexOf('\n') + 1)).records;
  } catch {
    return [];
  } finally {
    await file.close();
  }
}
