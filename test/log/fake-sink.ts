/** A disk whose writes end when the test says so. */
import { closeSync } from 'node:fs';
import type { Sink } from '../../src/log/append-file.ts';

export class FakeSink implements Sink {
  readonly texts: string[] = [];
  retries = 0;
  destroyed = false;
  #unfinished = 0;
  readonly #listeners: Record<string, ((error: Error) => void)[]> = {};

  static open(descriptor: number, sinks: FakeSink[]): FakeSink {
    closeSync(descriptor);
    const sink = new FakeSink();
    sinks.push(sink);
    return sink;
  }

  write(text: string): boolean {
    this.texts.push(text);
    this.#unfinished++;
    return true;
  }

  flush(): void {
    this.retries++;
  }

  end(): void {
    if (this.#unfinished > 0) throw new Error('ended with a write under way');
    queueMicrotask(() => this.#emit('close'));
  }

  destroy(): void {
    this.destroyed = true;
  }

  on(event: string, listener: (error: Error) => void): void {
    this.#listeners[event] = [...(this.#listeners[event] ?? []), listener];
  }

  /** The write under way reaches the disk. */
  complete(): void {
    if (this.#unfinished === 0) return;
    this.#unfinished = 0;
    this.#emit('drain');
  }

  fail(code: string): void {
    this.#emit('error', Object.assign(new Error(code), { code }));
  }

  #emit(event: string, error: Error = new Error('none')): void {
    for (const listener of this.#listeners[event] ?? []) listener(error);
  }
}
