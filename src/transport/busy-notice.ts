/**
 * Recognises a terminal server that says "somebody else has this port" and hangs up. Used by the
 * telnet, tcp and unix transports; the words also by program-notice.ts. Only what is said in the first second counts, and only if the
 * connection ends in it: later the same words are console output.
 */

const WITHIN_MS = 1000;
const BYTES_MAX = 512;
const WORDS = new RegExp(
  [
    'in use',
    '\\bbusy\\b',
    'already (?:connected|open|attached|taken|locked)',
    'is (?:locked|occupied|taken)',
    'another (?:user|session|connection)',
    'too many (?:users|sessions|connections)',
  ].join('|'),
  'i',
);

export function soundsBusy(text: string): boolean {
  return WORDS.test(text);
}

export class BusyNotice {
  readonly #connectedAt: number;
  #text: string | null = '';

  constructor(connectedAt: number) {
    this.#connectedAt = connectedAt;
  }

  /** Still listening: ask before reading the clock, so that later chunks cost nothing. */
  get listens(): boolean {
    return this.#text !== null;
  }

  see(bytes: Uint8Array, at: number): void {
    if (this.#text === null) return;
    if (at - this.#connectedAt > WITHIN_MS || this.#text.length >= BYTES_MAX) {
      this.#text = null;
      return;
    }
    this.#text += Buffer.from(bytes.subarray(0, BYTES_MAX)).toString('latin1');
  }

  /** What the server said, safe to show, if the connection that ended at `at` was refused as busy. */
  refusal(at: number): string | null {
    if (this.#text === null || at - this.#connectedAt > WITHIN_MS) return null;
    if (!soundsBusy(this.#text)) return null;
    return this.#text
      .replace(/[^\x20-\x7e]+/g, ' ')
      .trim()
      .slice(0, 80);
  }
}
