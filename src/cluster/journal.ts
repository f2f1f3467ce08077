/**
 * The journal's text: decisions of one cluster that must outlive the daemon, one line each:
 *
 *   2001-03-04T03:12:44.120Z intent {"verb":"boot","node":"n2","pathIndex":0} crc32=7d0e61f2
 *
 * wall time, kind, the record's other fields as JSON, and the CRC-32 of everything before the blank
 * in front of `crc32=`. Written for eyes too: `cat` shows what was decided and when.
 * Called by journal-file.ts. Pure. Must never skip a damaged line in silence: each is reported with
 * its place. A last line without its end was never acknowledged and counts as not written.
 */
import type { JournalRecord } from '../machine/protocol.ts';
import { crc32 } from './crc32.ts';

export interface DatedRecord {
  /** Milliseconds since 1970. */
  readonly wall: number;
  readonly record: JournalRecord;
}

/** A line that was written whole and cannot be believed any more. Lines count from 1. */
export interface DamagedLine {
  readonly line: number;
  readonly what: string;
}

export interface JournalReading {
  readonly records: readonly DatedRecord[];
  readonly damaged: readonly DamagedLine[];
  /** Bytes up to and with the last line end; what follows is torn. */
  readonly wholeBytes: number;
  readonly tornBytes: number;
}

type FieldType = 'string' | 'boolean' | 'number';
type Fields = Readonly<Record<string, FieldType>>;

const REQUIRED: Readonly<Record<JournalRecord['kind'], Fields>> = {
  owner: { node: 'string', why: 'string' },
  intent: { verb: 'string', node: 'string' },
  production: { node: 'string', why: 'string' },
  state: { state: 'string', reason: 'string', bounded: 'boolean', lasting: 'boolean' },
  service: { node: 'string', inService: 'boolean', by: 'string' },
  held: { node: 'string', held: 'boolean' },
  attested: { node: 'string', by: 'string' },
  released: { by: 'string' },
  alarm: { name: 'string', text: 'string', type: 'string' },
  cleared: { name: 'string' },
};

const OPTIONAL: Fields = {
  path: 'string',
  pathIndex: 'number',
  evidence: 'string',
  parkedBefore: 'boolean',
};

const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([a-z]+) (\{.*\}) crc32=([0-9a-f]{8})$/;
const CHECKSUM_BYTES = ' crc32='.length + 8;

/** One line with its line end. */
export function formatRecord(record: JournalRecord, wall: number): string {
  const { kind, ...fields } = record;
  const body = `${new Date(wall).toISOString()} ${kind} ${JSON.stringify(fields)}`;
  const checksum = crc32(Buffer.from(body)).toString(16).padStart(8, '0');
  return `${body} crc32=${checksum}\n`;
}

/** Reads a whole journal. Never throws, whatever the bytes are. */
export function readJournal(bytes: Uint8Array): JournalReading {
  const records: DatedRecord[] = [];
  const damaged: DamagedLine[] = [];
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0) break;
    const parsed = parseLine(bytes.subarray(start, end));
    if (typeof parsed === 'string') damaged.push({ line, what: parsed });
    else records.push(parsed);
    start = end + 1;
  }
  return { records, damaged, wholeBytes: start, tornBytes: bytes.length - start };
}

/** The record, or what is wrong with the line. */
function parseLine(bytes: Uint8Array): DatedRecord | string {
  const match = LINE.exec(Buffer.from(bytes).toString('utf8'));
  if (match === null) return 'not a journal line';
  const [, time = '', kind = '', json = '', checksum = ''] = match;
  const body = bytes.subarray(0, bytes.length - CHECKSUM_BYTES);
  if (crc32(body) !== Number.parseInt(checksum, 16)) return 'the checksum does not fit';
  const wall = Date.parse(time);
  if (Number.isNaN(wall)) return `'${time}' is not a time`;
  const record = parseRecord(kind, json);
  return typeof record === 'string' ? record : { wall, record };
}

function parseRecord(kind: string, json: string): JournalRecord | string {
  if (!isKind(kind)) return `records of kind '${kind}' are unknown to this version`;
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return 'its fields are not JSON';
  }
  for (const [name, type] of Object.entries(REQUIRED[kind])) {
    if (typeof fields[name] !== type) return `field '${name}' is not a ${type}`;
  }
  for (const [name, type] of Object.entries(OPTIONAL)) {
    if (fields[name] !== undefined && typeof fields[name] !== type) {
      return `field '${name}' is not a ${type}`;
    }
  }
  return { ...fields, kind } as JournalRecord;
}

function isKind(kind: string): kind is JournalRecord['kind'] {
  return Object.hasOwn(REQUIRED, kind);
}
