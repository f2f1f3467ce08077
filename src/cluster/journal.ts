/**
 * The journal's text: decisions of one cluster that must outlive the daemon, readable with `cat`.
 *
 *   clusterd journal, format 2, cluster demo, begun 2001-03-04T03:12:02.310Z crc32=91b3a6f0
 *   1 2001-03-04T03:12:44.120Z intent {"verb":"boot","node":"n2"} after=91b3a6f0 crc32=7d0e61f2
 *
 * Each line: its number, UTC, the kind, the other fields as JSON, the checksum of the line before
 * it, and the CRC-32 of everything before the blank in front of `crc32=`. So a damaged line is
 * found, and also one that is missing, twice there, or out of its place. What each kind means
 * stands in recollection.ts.
 * Called by the journal's writer, its readers and the simulation. Pure. Must never skip a damaged
 * line in silence: it is reported with its place, and a `doubt` stands among the records where it
 * stood. A last line without its end was never acknowledged and counts as not written.
 */
import type { JournalRecord } from '../machine/protocol.ts';
import { crc32 } from './crc32.ts';
import { parseRecord } from './journal-record.ts';

export const FORMAT = 2;

export interface DatedRecord {
  /** Milliseconds since 1970. */
  readonly wall: number;
  readonly record: JournalRecord;
}

/** A line that is damaged, or not the one that belongs here. Lines of the file count from 1. */
export interface DamagedLine {
  readonly line: number;
  readonly what: string;
}

/** Where a journal ends: number and checksum of its last line; 0 is the number of the header. */
export interface ChainEnd {
  readonly sequence: number;
  readonly checksum: string;
}

export interface JournalText {
  /** Whole lines. */
  readonly text: string;
  readonly end: ChainEnd;
}

export interface JournalReading {
  /**
   * `old`: without header and numbers, as format 1 was; nothing may be appended to it. `newer`:
   * nothing of it was read. `none`: no whole line.
   */
  readonly format: 'none' | 'current' | 'old' | 'newer';
  /** What the header says, or null. */
  readonly cluster: string | null;
  /** In their order. Each place where something is damaged or missing holds a `doubt`. */
  readonly records: readonly DatedRecord[];
  readonly damaged: readonly DamagedLine[];
  /** What the next line has to go on from; null: a header. */
  readonly end: ChainEnd | null;
  /** Bytes up to and with the last line end; what follows is torn. */
  readonly wholeBytes: number;
  readonly tornBytes: number;
}

const CHECKSUM = 'crc32=([0-9a-f]{8})';
const TIME = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';
const LINE = new RegExp(`^(\\d+) (${TIME}) ([a-z]+) (\\{.*\\}) after=([0-9a-f]{8}) ${CHECKSUM}$`);
const OLD_LINE = new RegExp(`^(${TIME}) ([a-z]+) (\\{.*\\}) ${CHECKSUM}$`);
const HEADER = new RegExp(
  `^clusterd journal, format 2, cluster (\\S+), begun ${TIME} ${CHECKSUM}$`,
);
const ANY_HEADER = /^clusterd journal, format (\d+)\b/;
const CHECKSUM_BYTES = ' crc32='.length + 8;
/** Stands for the checksum of a line that cannot be read: whatever follows it is not compared. */
const UNKNOWN = '00000000';

// ---- writing -------------------------------------------------------------------------------------

export function formatHeader(cluster: string, wall: number): JournalText {
  const begun = new Date(wall).toISOString();
  return sealed(`clusterd journal, format ${FORMAT}, cluster ${cluster}, begun ${begun}`, 0);
}

/** The line that stands after the one at `end`. */
export function formatRecord(record: JournalRecord, wall: number, end: ChainEnd): JournalText {
  const { kind, ...fields } = record;
  const sequence = end.sequence + 1;
  const body = `${sequence} ${new Date(wall).toISOString()} ${kind} ${toJson(fields)}`;
  return sealed(`${body} after=${end.checksum}`, sequence);
}

/** `end` null: begins with the header. */
export function formatRecords(
  records: readonly DatedRecord[],
  cluster: string,
  end: ChainEnd | null,
): JournalText {
  const header = end === null ? formatHeader(cluster, records[0]?.wall ?? 0) : null;
  const texts = header === null ? [] : [header.text];
  let last = header?.end ?? end ?? { sequence: 0, checksum: UNKNOWN };
  for (const { record, wall } of records) {
    const line = formatRecord(record, wall, last);
    texts.push(line.text);
    last = line.end;
  }
  return { text: texts.join(''), end: last };
}

function sealed(body: string, sequence: number): JournalText {
  const checksum = checksumOf(Buffer.from(body));
  return { text: `${body} crc32=${checksum}\n`, end: { sequence, checksum } };
}

function checksumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}

/** What JSON leaves raw and a terminal would obey is escaped, too: some texts are a console's. */
function toJson(fields: object): string {
  return JSON.stringify(fields).replaceAll(
    /[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// ---- reading -------------------------------------------------------------------------------------

/** Reads a whole journal. Never throws, whatever the bytes are. */
export function readJournal(bytes: Uint8Array): JournalReading {
  const { lines, wholeBytes } = splitLines(bytes);
  const tornBytes = bytes.length - wholeBytes;
  const first = lines[0] === undefined ? '' : textOf(lines[0]);
  const nothing = { cluster: null, records: [], damaged: [], end: null, wholeBytes, tornBytes };
  if (Number(ANY_HEADER.exec(first)?.[1] ?? 0) > FORMAT) return { ...nothing, format: 'newer' };
  const isOld = OLD_LINE.test(first);
  const reader = isOld ? new OldReader() : new ChainReader();
  for (const line of lines) reader.take(line);
  if (!isOld && isWholeLineAndMore(bytes.subarray(wholeBytes))) {
    reader.endless();
  }
  const { cluster, records, damaged, end } = reader;
  const format = lines.length === 0 ? 'none' : isOld ? 'old' : 'current';
  return { format, cluster, records, damaged, end, wholeBytes, tornBytes };
}

function splitLines(bytes: Uint8Array): { lines: Uint8Array[]; wholeBytes: number } {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return { lines, wholeBytes: start };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** A write that was torn ends early; one whose line end went bad goes on behind its checksum. */
function isWholeLineAndMore(torn: Uint8Array): boolean {
  const text = Buffer.from(torn).toString('latin1');
  const end = text.search(/ crc32=[0-9a-f]{8}[\s\S]/);
  return end >= 0 && isSealed(torn.subarray(0, end + CHECKSUM_BYTES));
}

function isSealed(line: Uint8Array): boolean {
  const seal = textOf(line.subarray(line.length - CHECKSUM_BYTES));
  return seal === ` crc32=${checksumOf(line.subarray(0, line.length - CHECKSUM_BYTES))}`;
}

/** The record, or what is wrong with the line. */
function parseDated(time: string, kind: string, json: string): DatedRecord | string {
  const wall = Date.parse(time);
  if (Number.isNaN(wall)) return `'${time}' is not a time`;
  const record = parseRecord(kind, json);
  return typeof record === 'string' ? record : { wall, record };
}

/** What a reader of either format collects. */
class Collector {
  readonly records: DatedRecord[] = [];
  readonly damaged: DamagedLine[] = [];
  protected line = 0;
  #wall = 0;

  /** Something is damaged or missing at the line that was taken last. */
  hole(what: string): void {
    this.damaged.push({ line: this.line, what });
    const why = `line ${this.line} of the journal: ${what}`;
    this.records.push({ wall: this.#wall, record: { kind: 'doubt', why } });
  }

  /** Behind the last line stands one that is whole, but for its end. */
  endless(): void {
    this.line += 1;
    this.hole('its line end is damaged');
  }

  protected add(dated: DatedRecord): void {
    this.#wall = dated.wall;
    this.records.push(dated);
  }
}

class OldReader extends Collector {
  readonly cluster = null;
  readonly end = null;

  take(bytes: Uint8Array): void {
    this.line += 1;
    const match = OLD_LINE.exec(textOf(bytes));
    if (match === null) return this.hole('not a journal line');
    if (!isSealed(bytes)) return this.hole('the checksum does not fit');
    const [, time = '', kind = '', json = ''] = match;
    const dated = parseDated(time, kind, json);
    if (typeof dated === 'string') this.hole(dated);
    else this.add(dated);
  }
}

class ChainReader extends Collector {
  cluster: string | null = null;
  /** Of the last line; behind one that cannot be read the number follows from the count. */
  #last: ChainEnd | null = null;

  get end(): ChainEnd | null {
    return this.#last;
  }

  take(bytes: Uint8Array): void {
    this.line += 1;
    const text = textOf(bytes);
    if (this.line === 1 && !LINE.test(text)) return this.#takeHeader(bytes, text);
    const match = LINE.exec(text);
    if (match === null) return this.#unreadable('not a journal line');
    if (!isSealed(bytes)) return this.#unreadable('the checksum does not fit');
    const [, number = '', time = '', kind = '', json = '', after = '', checksum = ''] = match;
    if (this.#isOutOfPlace({ sequence: Number(number), checksum }, after)) return;
    const dated = parseDated(time, kind, json);
    if (typeof dated === 'string') this.hole(dated);
    else this.add(dated);
  }

  #takeHeader(bytes: Uint8Array, text: string): void {
    const match = HEADER.exec(text);
    const checksum = match?.[2];
    if (checksum === undefined || !isSealed(bytes)) {
      return this.#unreadable('not the header of a journal');
    }
    this.cluster = match?.[1] ?? null;
    this.#last = { sequence: 0, checksum };
  }

  #unreadable(what: string): void {
    this.#last = { sequence: (this.#last?.sequence ?? -1) + 1, checksum: UNKNOWN };
    this.hole(what);
  }

  /** True: it is not believed. A hole before it is noted, and the chain goes on from it. */
  #isOutOfPlace(own: ChainEnd, after: string): boolean {
    const last = this.#last ?? { sequence: -1, checksum: UNKNOWN };
    const missing = own.sequence - last.sequence - 1;
    if (missing < 0) {
      this.hole(`number ${own.sequence} after ${last.sequence}: twice there, or out of its place`);
      return true;
    }
    this.#last = own;
    if (missing > 0) {
      const what = missing === 1 ? 'a line is' : `${missing} lines are`;
      this.hole(`${what} missing before number ${own.sequence}`);
    } else if (last.checksum !== UNKNOWN && last.checksum !== after) {
      this.hole(`number ${own.sequence} does not follow from the line before it`);
    }
    return false;
  }
}
