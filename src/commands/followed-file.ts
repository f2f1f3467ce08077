/**
 * A text file that grows, read as tail(1) -F does: its last lines, then what is added; a file that
 * was rotated away or cut is read anew from its start. Called by the log command.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { systemCode } from '../cluster/daemon-error.ts';

const PIECE_BYTES = 64 * 1024;

export class FollowedFile {
  readonly #path: string;
  #file: FileHandle | null = null;
  #inode = 0;
  #at = 0;
  #decoder = new StringDecoder('utf8');

  constructor(path: string) {
    this.#path = path;
  }

  /** The last `count` lines; what is added later counts from their end. */
  async lastLines(count: number): Promise<string> {
    const file = await this.#open();
    if (file === null) return '';
    const { size } = await file.stat();
    let text = Buffer.alloc(0);
    for (let from = size; from > 0 && lineStart(text, count) === 0; ) {
      const start = Math.max(0, from - PIECE_BYTES);
      text = Buffer.concat([await readAt(file, start, from - start), text]);
      from = start;
    }
    this.#at = size;
    return count === 0 ? '' : this.#decoder.write(text.subarray(lineStart(text, count)));
  }

  /** What was added since the last call, at most a piece; '' when nothing. */
  async added(): Promise<string> {
    const file = await this.#open();
    if (file === null) return '';
    const { size } = await file.stat();
    if (size < this.#at) this.#at = 0;
    const bytes = await readAt(file, this.#at, Math.min(PIECE_BYTES, size - this.#at));
    this.#at += bytes.length;
    if (bytes.length > 0) return this.#decoder.write(bytes);
    await this.#leaveIfRotated();
    return '';
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  async #open(): Promise<FileHandle | null> {
    if (this.#file !== null) return this.#file;
    try {
      this.#file = await open(this.#path, 'r');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return null;
      throw error;
    }
    this.#inode = (await this.#file.stat()).ino;
    this.#at = 0;
    this.#decoder = new StringDecoder('utf8');
    return this.#file;
  }

  /** Only once the old file is read to its end. */
  async #leaveIfRotated(): Promise<void> {
    const now = await stat(this.#path).catch(() => null);
    if (now !== null && now.ino !== this.#inode) await this.close();
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, length));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
  return buffer.subarray(0, bytesRead);
}

/** Where the last `count` lines begin; 0 when there are not so many. */
function lineStart(text: Buffer, count: number): number {
  let at = text.length;
  for (let line = 0; line <= count; line++) {
    const before = at === 0 ? -1 : text.lastIndexOf(0x0a, at - 1);
    if (before < 0) return 0;
    at = before;
  }
  return at + 1;
}
