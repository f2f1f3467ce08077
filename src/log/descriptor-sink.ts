/**
 * Writes to an open file, one piece at a time, without waiting for the disk. What transcripts write
 * to: two of them for each cluster, every few seconds, so it is as small as it can be.
 * Must never throw, and never write a byte twice.
 */
import { close, write } from 'node:fs';
import type { Sink } from './append-file.ts';

export class DescriptorSink implements Sink {
  readonly #descriptor: number;
  /** What the disk does not have yet. */
  #rest: Buffer | string = '';
  #isUnderWay = false;
  #isEnding = false;
  #isClosed = false;
  #onDrain = (): void => {};
  #onClose = (): void => {};
  #onError: (error: Error) => void = () => {};

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** `text`: one byte per character. Not before the last one was drained. */
  write(text: string): boolean {
    this.#rest = text;
    this.#start();
    return true;
  }

  /** Tries again after an error. */
  flush(): void {
    if (!this.#isUnderWay && this.#rest.length > 0) this.#start();
  }

  /** Closes the file when all is written. */
  end(): void {
    this.#isEnding = true;
    if (!this.#isUnderWay) this.#close();
  }

  /** Closes the file now, or as soon as the disk lets go of it. */
  destroy(): void {
    this.#rest = '';
    this.#onDrain = () => {};
    this.#onError = () => {};
    this.end();
  }

  on(event: 'drain' | 'close' | 'error', listener: (error: Error) => void): void {
    if (event === 'error') this.#onError = listener;
    else if (event === 'drain') this.#onDrain = listener as () => void;
    else this.#onClose = listener as () => void;
  }

  #start(): void {
    this.#isUnderWay = true;
    const rest = this.#rest;
    if (typeof rest === 'string') write(this.#descriptor, rest, null, 'latin1', this.#done);
    else write(this.#descriptor, rest, 0, rest.length, null, this.#done);
  }

  readonly #done = (error: Error | null, written: number): void => {
    this.#isUnderWay = false;
    if (error === null && written > 0 && written < this.#rest.length) {
      const rest = this.#rest;
      const bytes = typeof rest === 'string' ? Buffer.from(rest, 'latin1') : rest;
      this.#rest = bytes.subarray(written);
      this.#start();
      return;
    }
    const isWritten = error === null && written === this.#rest.length;
    if (isWritten) this.#rest = '';
    if (this.#isEnding) this.#close();
    else if (isWritten) this.#onDrain();
    else this.#onError(error ?? new Error('nothing was written'));
  };

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    close(this.#descriptor, () => this.#onClose());
  }
}
