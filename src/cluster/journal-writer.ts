/**
 * Appends lines to an open journal, in order, one write and at most one fdatasync at a time.
 * Made by journal-file.ts; called by the runner. What has no `done` waits for a disk that is full
 * or broken and is tried again; what has one is refused at once, so that its effect does not happen.
 */
import type { Clock } from '../clock/clock.ts';
import type { JournalRecord } from '../machine/protocol.ts';
import { messageOf } from './daemon-error.ts';
import { formatRecord } from './journal.ts';

/** The part of `FileHandle` that is used; opened for appending. */
export interface AppendFile {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export type Done = (ok: boolean, detail: string) => void;
/** `lost`: records that were given up because too many waited. */
export type TroubleListener = (trouble: string | null, lost: number) => void;

interface Pending {
  readonly line: string;
  readonly done: Done | null;
}

const RETRY_MS = 5_000;
/** Lines kept for a disk that does not take them; the oldest go first and are counted. */
const HELD_BACK_MAX = 1_000;

export class JournalWriter {
  readonly #file: AppendFile;
  readonly #clock: Clock;
  #goodLength: number;
  #pending: Pending[] = [];
  #writing: Promise<void> | null = null;
  #cutBackFirst = false;
  #trouble: string | null = null;
  #lost = 0;
  #cancelRetry: (() => void) | null = null;
  #onTrouble: TroubleListener = () => {};
  #closed = false;

  constructor(file: AppendFile, goodLength: number, clock: Clock) {
    this.#file = file;
    this.#goodLength = goodLength;
    this.#clock = clock;
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
    this.#pending.push({ line: formatRecord(record, wall), done });
    this.#start();
  }

  /** Resolves when everything appended so far is on the disk or was given up for now. */
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
    if (!this.#cutBackFirst) await this.#file.datasync().catch(() => {});
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
      const batch = this.#pending;
      this.#pending = [];
      const trouble = await this.#write(batch);
      if (trouble !== null) this.#holdBack(batch);
      this.#report(trouble);
      for (const { done } of batch) done?.(trouble === null, trouble ?? '');
      mayGoOn = trouble === null || this.#pending.some(({ done }) => done !== null);
    }
    // In the same turn as the last look at `pending`: an append from now on starts anew.
    this.#writing = null;
    if (this.#pending.length > 0) this.#retryLater();
  }

  #retryLater(): void {
    this.#lost += Math.max(0, this.#pending.length - HELD_BACK_MAX);
    this.#pending = this.#pending.slice(-HELD_BACK_MAX);
    if (this.#closed) return;
    this.#cancelRetry = this.#clock.after(RETRY_MS, () => {
      this.#cancelRetry = null;
      this.#start();
    });
  }

  /** Null, or why the batch is not on the disk. */
  async #write(batch: readonly Pending[]): Promise<string | null> {
    try {
      await this.#cutBack();
      const bytes = Buffer.from(batch.map(({ line }) => line).join(''));
      this.#cutBackFirst = true;
      for (let at = 0; at < bytes.length; ) {
        at += (await this.#file.write(bytes, at, bytes.length - at)).bytesWritten;
      }
      if (batch.some(({ done }) => done !== null)) await this.#file.datasync();
      this.#goodLength += bytes.length;
      this.#cutBackFirst = false;
      return null;
    } catch (error) {
      // At once and not only before the next write: the daemon may end before there is one.
      await this.#cutBack().catch(() => {});
      return messageOf(error);
    }
  }

  async #cutBack(): Promise<void> {
    if (!this.#cutBackFirst) return;
    await this.#file.truncate(this.#goodLength);
    await this.#file.datasync();
    this.#cutBackFirst = false;
  }

  #holdBack(batch: readonly Pending[]): void {
    this.#pending = [...batch.filter(({ done }) => done === null), ...this.#pending];
  }

  #report(trouble: string | null): void {
    const before = this.#trouble;
    this.#trouble = trouble;
    if ((trouble === null) === (before === null)) return;
    this.#onTrouble(trouble, this.#lost);
    if (trouble === null) this.#lost = 0;
  }
}
