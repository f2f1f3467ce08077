/**
 * The disk under a simulated daemon's journal: bytes that may be refused (full), torn (killed in a
 * write) or forgotten (not flushed when the host died); what was flushed is never lost. The text on
 * it is the journal's own. Used by monitor.ts: `open` for each life of the daemon.
 */
import {
  type ChainEnd,
  type DatedRecord,
  formatRecords,
  type JournalReading,
  readJournal,
} from '../cluster/journal.ts';
import type { JournalSink } from '../cluster/journal-file.ts';
import type { JournalRecord } from '../machine/protocol.ts';
import type { Random } from '../sim/random.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** From a write to the answer that it is on the disk. */
export const FLUSH_MS = 5;
/** What the disk did not take is tried again after so long, as the daemon's writer does. */
const RETRY_MS = 5_000;

interface HeldBack {
  readonly record: JournalRecord;
  readonly wall: number;
}

export class JournalDisk {
  /** Nothing more can be written. */
  isFull = false;
  /** How long it takes now. */
  flushMs = FLUSH_MS;
  /** The daemon took a journal for whole that was damaged. */
  hasUnnoticedDamage = false;
  /** How many doubts its records held when it was damaged; null: it is not. */
  #doubtsBeforeDamage: number | null = null;
  readonly #random: Random;
  readonly #cluster: string;
  readonly #onWrite: (record: JournalRecord, text: string) => void;
  /** Whole lines, in order; a first one may have the header before it. */
  #lines: Buffer[] = [];
  #flushedLines = 0;
  /** Records that nobody waits for and that the disk did not take. */
  #heldBack: HeldBack[] = [];
  #end: ChainEnd | null = null;
  /** What the lines hold. */
  #records: DatedRecord[] = [];

  /** `onWrite` hears of each record and its text. */
  constructor(
    cluster: string,
    random: Random,
    onWrite: (record: JournalRecord, text: string) => void,
  ) {
    this.#cluster = cluster;
    this.#random = random;
    this.#onWrite = onWrite;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#lines);
  }

  /** Lines of which the daemon was told that they are on the disk. */
  get flushedLines(): number {
    return this.#flushedLines;
  }

  /** Of the last records so many may be lost at a crash. */
  get unflushed(): number {
    return this.#lines.length - this.#flushedLines;
  }

  /** The daemon has decided more than the disk took. */
  get isBehind(): boolean {
    return this.isFull || this.#heldBack.length > 0;
  }

  /** Everything that was written, as it would be read. */
  get records(): readonly DatedRecord[] {
    return this.#records;
  }

  read(): JournalReading {
    return readJournal(this.bytes);
  }

  /** What earlier lives of the daemon have written. */
  inherit(records: readonly JournalRecord[], wall: number): void {
    for (const record of records) this.#write(record, wall);
    this.#flushedLines = this.#lines.length;
  }

  /** The daemon is killed or its host loses power: a part of what was not flushed is there. */
  crash(): void {
    const bytes = this.bytes;
    const flushed = this.#lines.slice(0, this.#flushedLines);
    const flushedBytes = flushed.reduce((sum, line) => sum + line.length, 0);
    const kept = flushedBytes + this.#random.below(bytes.length - flushedBytes + 1);
    const torn = bytes.subarray(flushedBytes, kept);
    this.#lines = torn.length === 0 ? flushed : [...flushed, Buffer.from(torn)];
  }

  /** Somebody, or the disk, changes what was written: one bit, or a whole line. */
  damage(): void {
    const last = this.#flushedLines - 1;
    if (last < 1) return;
    const index = this.#random.below(last);
    const line = this.#lines[index] ?? Buffer.alloc(0);
    const kind = this.#random.below(3);
    if (kind === 0) this.#lines.splice(index, 1);
    else if (kind === 1) this.#lines.splice(index, 0, line);
    else this.#flipBit(index, line);
    this.#doubtsBeforeDamage = doubtsIn(this.#records);
  }

  /** Not into the header of a newer clusterd: then the daemon does not watch the cluster at all. */
  #flipBit(index: number, line: Buffer): void {
    do this.#lines[index] = withFlippedBit(line, this.#random);
    while (this.read().format === 'newer');
  }

  /**
   * As the daemon does at its start: what the torn end held is dropped; one that is damaged is put
   * aside, and what was read of it written anew.
   */
  reopen(): JournalReading {
    const reading = this.read();
    const doubts = this.#doubtsBeforeDamage;
    this.#doubtsBeforeDamage = null;
    if (doubts !== null && doubtsIn(reading.records) <= doubts) this.hasUnnoticedDamage = true;
    if (reading.damaged.length > 0) this.#writeAnew(reading.records);
    else this.#keepWhole(reading);
    return reading;
  }

  #writeAnew(records: readonly DatedRecord[]): void {
    const { text, end } = formatRecords(records, this.#cluster, null);
    this.#lines = splitLines(Buffer.from(text));
    this.#flushedLines = this.#lines.length;
    this.#end = end;
    this.#records = [...records];
  }

  #keepWhole(reading: JournalReading): void {
    this.#lines = splitLines(this.bytes.subarray(0, reading.wholeBytes));
    this.#flushedLines = this.#lines.length;
    this.#end = reading.end;
    this.#records = [...reading.records];
  }

  /** For one life of the daemon; `flushed` is called after each record that it waited for. */
  open(process: SimulatedProcess, flushed: () => void): JournalSink {
    this.#heldBack = [];
    return {
      append: (record, wall, done) => {
        if (this.isFull) {
          if (done === null) this.#holdBack(process, { record, wall });
          else
            process.clock.after(this.flushMs, () => done(false, 'ENOSPC: no space left on device'));
          return;
        }
        this.#catchUp();
        this.#write(record, wall);
        if (done === null) return;
        const upTo = this.#lines.length;
        process.clock.after(this.flushMs, () => {
          this.#flushedLines = Math.max(this.#flushedLines, upTo);
          done(true, '');
          flushed();
        });
      },
      close: () => Promise.resolve(),
    };
  }

  #holdBack(process: SimulatedProcess, late: HeldBack): void {
    this.#heldBack.push(late);
    if (this.#heldBack.length > 1) return;
    const retry = () => {
      if (!this.isFull) this.#catchUp();
      else process.clock.after(RETRY_MS, retry);
    };
    process.clock.after(RETRY_MS, retry);
  }

  #catchUp(): void {
    for (const { record, wall } of this.#heldBack.splice(0)) this.#write(record, wall);
  }

  #write(record: JournalRecord, wall: number): void {
    const { text, end } = formatRecords([{ record, wall }], this.#cluster, this.#end);
    this.#end = end;
    this.#lines.push(Buffer.from(text));
    this.#records.push({ record, wall });
    this.#onWrite(record, text);
  }
}

function doubtsIn(records: readonly DatedRecord[]): number {
  return records.filter(({ record }) => record.kind === 'doubt').length;
}

function withFlippedBit(line: Buffer, random: Random): Buffer {
  const flipped = Buffer.from(line);
  const at = random.below(Math.max(1, line.length - 1));
  flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
  return flipped;
}

/** Each with its line end. */
function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from);
    const to = end < 0 ? bytes.length : end + 1;
    lines.push(bytes.subarray(from, to));
    from = to;
  }
  return lines;
}
