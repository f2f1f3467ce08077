/**
 * The beginnings of one buffer as Buffers of their own. Short ones are made once: a new object for
 * every chunk of every console would be most of what the wires leave to the garbage collector.
 * Used where one buffer serves all consoles.
 */

/** Terminal servers send 8 to 64 bytes at a time. */
const SHORT_BYTES_MAX = 512;

export class Views {
  readonly #buffer: Buffer;
  readonly #short: readonly Buffer[];

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
    this.#short = Array.from({ length: SHORT_BYTES_MAX + 1 }, (_, count) =>
      buffer.subarray(0, count),
    );
  }

  first(count: number): Buffer {
    return this.#short[count] ?? this.#buffer.subarray(0, count);
  }
}
