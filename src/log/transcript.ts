/**
 * The transcript of one console: what was received (`<`), typed (`>`) and remarked (`!`), one record
 * per line, exact to the byte. Called for every chunk of every console, so it only adds strings.
 * Must never hold typed secrets: those come in as hidden.
 */
import type { AppendFile } from './append-file.ts';
import { quoteBytes } from './escape.ts';
import type { Flushable } from './flush-ticker.ts';
import { visible } from './visible.ts';
import { formatUtc } from './wall-time.ts';

/** What arrives within so long after the first byte of a record belongs to it. */
const JOIN_MS = 100;
const RECORD_BYTES_MAX = 4096;

export class Transcript implements Flushable {
  readonly #file: AppendFile;
  #received = '';
  #since = 0;

  constructor(file: AppendFile) {
    this.#file = file;
  }

  /** `latin1`: one character per byte. */
  received(latin1: string, wall: number): void {
    const age = wall - this.#since;
    if (this.#received !== '' && (age >= JOIN_MS || age < 0)) this.#finishRecord();
    if (this.#received === '') {
      this.#since = wall;
      this.#file.wantTick(this);
    }
    this.#received += latin1;
    if (this.#received.length >= RECORD_BYTES_MAX) this.#finishRecord();
  }

  typed(text: string, wall: number, hidden: boolean): void {
    this.#finishRecord();
    this.#file.write(`${formatUtc(wall)} > ${hidden ? HIDDEN : quoteBytes(text)}\n`);
  }

  remark(text: string, wall: number): void {
    this.#finishRecord();
    this.#file.write(formatRemark(text, wall));
  }

  tick(): boolean {
    this.#finishRecord();
    return false;
  }

  flush(): void {
    this.#finishRecord();
    this.#file.flush();
  }

  reopen(): void {
    this.flush();
    this.#file.reopen();
  }

  close(): Promise<void> {
    this.#finishRecord();
    return this.#file.close();
  }

  #finishRecord(): void {
    if (this.#received === '') return;
    const record = `${formatUtc(this.#since)} < ${quoteBytes(this.#received)}\n`;
    this.#received = '';
    this.#file.write(record);
  }
}

export const HIDDEN = '[hidden]';

export function formatRemark(text: string, wall: number): string {
  return `${formatUtc(wall)} ! ${visible(text)}\n`;
}
