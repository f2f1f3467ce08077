/**
 * The transcript of one console: what was received (`<`), typed (`>`) and remarked (`!`), one record
 * per line, exact to the byte. Called for every chunk of every console, so what is received is
 * written, as it will stand in the file, into a page of memory and becomes a string once per flush.
 * Must never hold typed secrets: those come in as hidden.
 */
import type { AppendFile } from './append-file.ts';
import { QUOTED_BYTES_MAX, quoteBytes, writeQuoted } from './escape.ts';
import type { Flushable } from './flush-ticker.ts';
import { givePage, PAGE_BYTES, takePage } from './page-pool.ts';
import { visible } from './visible.ts';
import { formatUtc } from './wall-time.ts';

/** What arrives within so long after the first byte of a record belongs to it. */
const JOIN_MS = 250;
/** The time and what stands around the text of a record. */
const AROUND_BYTES = 40;
const QUOTE = 0x22;
const LINE_END = 0x0a;

export class Transcript implements Flushable {
  readonly #file: AppendFile;
  /** Records that the file does not have yet; null: none. */
  #page: Buffer | null = null;
  #end = 0;
  /** The last record in the page has no end yet. */
  #isOpen = false;
  #since = 0;

  constructor(file: AppendFile) {
    this.#file = file;
  }

  /** `latin1`: one character per byte. */
  received(latin1: string, wall: number): void {
    const age = wall - this.#since;
    if (this.#isOpen && (age >= JOIN_MS || age < 0)) this.#endRecord();
    let from = 0;
    while (from < latin1.length) from = this.#add(latin1, from, wall);
  }

  typed(text: string, wall: number, hidden: boolean): void {
    this.#handOver();
    this.#file.write(`${formatUtc(wall)} > ${hidden ? HIDDEN : quoteBytes(text)}\n`);
  }

  remark(text: string, wall: number): void {
    this.#handOver();
    this.#file.write(formatRemark(text, wall));
  }

  tick(): boolean {
    this.#handOver();
    return false;
  }

  flush(): void {
    this.#handOver();
    this.#file.flush();
  }

  reopen(): void {
    this.flush();
    this.#file.reopen();
  }

  close(): Promise<void> {
    this.#handOver();
    return this.#file.close();
  }

  /** Adds as much as the page takes; returns where the rest begins. */
  #add(latin1: string, from: number, wall: number): number {
    const page = this.#page ?? this.#takePage();
    const room = Math.floor((PAGE_BYTES - AROUND_BYTES - this.#end) / QUOTED_BYTES_MAX);
    if (room <= 0) {
      this.#handOver();
      return from;
    }
    if (!this.#isOpen) this.#beginRecord(page, wall);
    const to = Math.min(latin1.length, from + room);
    this.#end = writeQuoted(latin1, from, to, page, this.#end);
    return to;
  }

  #takePage(): Buffer {
    const page = takePage();
    this.#page = page;
    this.#end = 0;
    this.#file.wantTick(this);
    return page;
  }

  #beginRecord(page: Buffer, wall: number): void {
    this.#isOpen = true;
    this.#since = wall;
    const head = `${formatUtc(wall)} < "`;
    for (let index = 0; index < head.length; index++) page[this.#end++] = head.charCodeAt(index);
  }

  #endRecord(): void {
    const page = this.#page;
    if (page === null || !this.#isOpen) return;
    this.#isOpen = false;
    page[this.#end++] = QUOTE;
    page[this.#end++] = LINE_END;
  }

  #handOver(): void {
    const page = this.#page;
    if (page === null) return;
    this.#endRecord();
    const records = page.toString('latin1', 0, this.#end);
    this.#page = null;
    givePage(page);
    this.#file.write(records);
  }
}

export const HIDDEN = '[hidden]';

export function formatRemark(text: string, wall: number): string {
  return `${formatUtc(wall)} ! ${visible(text)}\n`;
}
