/**
 * Appends records to an open journal, in order, one write and at most one fdatasync at a time.
 * Made by journal-file.ts; called by the runner. What has no `done` waits for a disk that is full
 * or broken and is tried again; what has one is refused at once, so that its effect does not happen.
 * After a failed write the file is cut back to its last good line, so that a record that was
 * reported as not written cannot be found there later. A file that has grown long is replaced by a
 * compacted one between two writes.
 * Must never throw out of `append` and never wait in it.
 */
import type { Clock } from '../clock/clock.ts';
import type { JournalRecord } from '../machine/protocol.ts';
import { messageOf } from './daemon-error.ts';
import { type ChainEnd, formatRecords } from './journal.ts';
import type { AppendFile } from './journal-directory.ts';

export type Done = (ok: boolean, detail: string) => void;
/** `lost`: records that were given up because too many waited. */
export type TroubleListener = (trouble: string | null, lost: number) => void;

/** A journal to go on with. */
export interface OpenFile {
  readonly file: AppendFile;
  /** Bytes in it. All are on the disk. */
  readonly length: number;
  /** Null: it is empty, the header comes first. */
  readonly end: ChainEnd | null;
  /** What has to succeed before anything counts as written: the file's name, on the disk. */
  readonly settle: (() => Promise<void>) | null;
}

export interface WriterOptions {
  readonly cluster: string;
  readonly clock: Clock;
  /** A longer file is compacted; one that stays long, when it has doubled. */
  readonly compactAboveBytes: number;
  /** The file that has taken the place of this one. After a rejection this one is still there. */
  readonly compact: (() => Promise<OpenFile>) | null;
}

interface Pending {
  readonly record: JournalRecord;
  readonly wall: number;
  readonly done: Done | null;
}

const RETRY_MS = 5_000;
/** Records kept for a disk that does not take them; the oldest go first and are counted. */
const HELD_BACK_MAX = 1_000;
/** So many records may wait in the system's buffers for the next one that must be on the disk. */
const UNSYNCED_MAX = 50;

export class JournalWriter {
  readonly #options: WriterOptions;
  #file: AppendFile;
  #settle: (() => Promise<void>) | null;
  #length: number;
  #end: ChainEnd | null;
  /** Up to here it is on the disk; behind it, `#unsynced` may be lost. */
  #synced: { readonly length: number; readonly end: ChainEnd | null };
  #unsynced: Pending[] = [];
  #pending: Pending[] = [];
  #writing: Promise<void> | null = null;
  #cutBackFirst = false;
  #compactAboveBytes: number;
  #trouble: string | null = null;
  #lost = 0;
  #isGap = false;
  #cancelRetry: (() => void) | null = null;
  #onTrouble: TroubleListener = () => {};
  #closed = false;

  constructor(open: OpenFile, options: WriterOptions) {
    this.#options = options;
    this.#file = open.file;
    this.#settle = open.settle;
    this.#length = open.length;
    this.#end = open.end;
    this.#synced = open;
    this.#compactAboveBytes = Math.max(options.compactAboveBytes, 2 * open.length);
  }

  /** `listener` hears of the first failed write after good ones, and null when it works again. */
  onTrouble(listener: TroubleListener): void {
    this.#onTrouble = listener;
    if (this.#trouble !== null) listener(this.#trouble, this.#lost);
  }

  append(record: JournalRecord, wall: number, done: Done | null): void {
    if (this.#closed) {
      done?.(false, 'the journal is closed');
      return;
    }
    this.#pending.push({ record, wall, done });
    this.#start();
  }

  /** Resolves when everything appended so far is written or was given up for now. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  /** Tries once more what waits, then gives the file back. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.flush();
    this.#closed = true;
    this.#start();
    await this.flush();
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    const isBegun = this.#end !== null;
    if (isBegun && !this.#cutBackFirst) await this.#sync().catch(() => {});
    await this.#file.close();
  }

  #start(): void {
    if (this.#writing !== null || this.#pending.length === 0) return;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#writing = this.#drain();
  }

  /** Ends when nothing waits, or when the disk refused and nobody waits for an answer. */
  async #drain(): Promise<void> {
    let mayGoOn = true;
    while (this.#pending.length > 0 && mayGoOn) {
      const batch = [...this.#gap(), ...this.#pending];
      this.#pending = [];
      const trouble = await this.#write(batch);
      this.#report(trouble);
      for (const { done } of batch) done?.(trouble === null, trouble ?? '');
      mayGoOn = trouble === null || this.#pending.some(({ done }) => done !== null);
      if (trouble === null && this.#length > this.#compactAboveBytes) await this.#compact();
    }
    // In the same turn as the last look at `pending`: an append from now on starts anew.
    this.#writing = null;
    if (this.#pending.length > 0) this.#retryLater();
  }

  /** Where records were given up stands a doubt: one of them may have named the owner. */
  #gap(): Pending[] {
    if (!this.#isGap) return [];
    this.#isGap = false;
    const why = 'records were given up while the disk took none';
    return [{ record: { kind: 'doubt', why }, wall: this.#pending[0]?.wall ?? 0, done: null }];
  }

  #retryLater(): void {
    const over = Math.max(0, this.#pending.length - HELD_BACK_MAX);
    this.#lost += over;
    this.#isGap ||= over > 0;
    this.#pending = this.#pending.slice(over);
    if (this.#closed) return;
    this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => {
      this.#cancelRetry = null;
      this.#start();
    });
  }

  /** Null, or why the batch is not on the disk. */
  async #write(batch: readonly Pending[]): Promise<string | null> {
    try {
      await this.#cutBack();
      await this.#append(batch);
    } catch (error) {
      return this.#refuse(batch, error);
    }
    const isAwaited = batch.some(({ done }) => done !== null);
    if (!isAwaited && this.#unsynced.length <= UNSYNCED_MAX) return null;
    try {
      await this.#sync();
      return null;
    } catch (error) {
      // What the system had taken and could not write is not there, whatever a reader sees now.
      const again = this.#unsynced;
      this.#unsynced = [];
      this.#length = this.#synced.length;
      this.#end = this.#synced.end;
      this.#cutBackFirst = true;
      return this.#refuse(again, error);
    }
  }

  async #append(batch: readonly Pending[]): Promise<void> {
    const { text, end } = formatRecords(batch, this.#options.cluster, this.#end);
    const bytes = Buffer.from(text);
    this.#cutBackFirst = true;
    for (let at = 0; at < bytes.length; ) {
      at += (await this.#file.write(bytes, at, bytes.length - at)).bytesWritten;
    }
    this.#length += bytes.length;
    this.#end = end;
    this.#cutBackFirst = false;
    this.#unsynced.push(...batch);
  }

  async #sync(): Promise<void> {
    await this.#file.datasync();
    await this.#settle?.();
    this.#settle = null;
    this.#synced = { length: this.#length, end: this.#end };
    this.#unsynced = [];
  }

  /** What nobody waits for is kept for later. */
  async #refuse(batch: readonly Pending[], error: unknown): Promise<string> {
    this.#pending = [...batch.filter(({ done }) => done === null), ...this.#pending];
    // At once and not only before the next write: the daemon may end before there is one.
    await this.#cutBack().catch(() => {});
    return messageOf(error);
  }

  async #cutBack(): Promise<void> {
    if (!this.#cutBackFirst) return;
    await this.#file.truncate(this.#length);
    await this.#file.datasync();
    this.#cutBackFirst = false;
  }

  /** A journal that cannot be compacted now is as good as before, only longer. */
  async #compact(): Promise<void> {
    const before = this.#file;
    try {
      const open = await this.#options.compact?.();
      if (open === undefined) return;
      this.#file = open.file;
      this.#settle = open.settle;
      this.#length = open.length;
      this.#end = open.end;
      this.#synced = open;
      this.#unsynced = [];
    } catch {
      // Tried again when it is twice as long.
    }
    this.#compactAboveBytes = Math.max(this.#options.compactAboveBytes, 2 * this.#length);
    if (this.#file !== before) await before.close().catch(() => {});
  }

  #report(trouble: string | null): void {
    const before = this.#trouble;
    this.#trouble = trouble;
    if ((trouble === null) === (before === null)) return;
    this.#onTrouble(trouble, this.#lost);
    if (trouble === null) this.#lost = 0;
  }
}
