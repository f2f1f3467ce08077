/**
 * The beginning of a line of one console, kept until its end comes or somebody asks: most chunks of a
 * terminal server hold no line end, and half a line brings nothing. Used by Line. Must never keep
 * anything but text without line ends and control characters, and never more than HELD_BYTES_MAX.
 */
import { Views } from './views.ts';

export const HELD_BYTES_MAX = 256;
/** Longer chunks are not joined to what is held. */
const JOINED_BYTES_MAX = 256;
const SLAB_LINES = 64;

/** Where held text and the chunk that ends it are put together, one console at a time. */
const JOINED = Buffer.allocUnsafeSlow(HELD_BYTES_MAX + JOINED_BYTES_MAX);
const views = new Views(JOINED);
let slab = Buffer.alloc(0);

function takePlace(): Buffer {
  if (slab.length === 0) slab = Buffer.allocUnsafeSlow(SLAB_LINES * HELD_BYTES_MAX);
  const place = slab.subarray(0, HELD_BYTES_MAX);
  slab = slab.subarray(HELD_BYTES_MAX);
  return place;
}

export class HeldText {
  readonly #bytes: Buffer = takePlace();
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** False: these bytes cannot be held, and what was held is as it was. */
  add(bytes: Uint8Array): boolean {
    const start = this.#length;
    if (start + bytes.length > HELD_BYTES_MAX) return false;
    const held = this.#bytes;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index] ?? 0;
      if (byte < 0x20 || byte === 0x7f) return false;
      held[start + index] = byte;
    }
    this.#length = start + bytes.length;
    return true;
  }

  /** What was held; holds nothing any more. Valid until the next call on any console. */
  take(): Buffer {
    return this.#join(null);
  }

  /** The same with these bytes behind it; null when they are too many. */
  takeWith(bytes: Uint8Array): Buffer | null {
    return bytes.length > JOINED_BYTES_MAX ? null : this.#join(bytes);
  }

  #join(bytes: Uint8Array | null): Buffer {
    let end = this.#length;
    for (let index = 0; index < end; index++) JOINED[index] = this.#bytes[index] ?? 0;
    this.#length = 0;
    for (const byte of bytes ?? []) JOINED[end++] = byte;
    return views.first(end);
  }
}
