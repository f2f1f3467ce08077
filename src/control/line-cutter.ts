/**
 * Cuts a byte stream into lines of bounded length. Called by server and client of the control
 * socket. Holds at most one unfinished line.
 */
export class LineCutter {
  readonly #maxBytes: number;
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The finished lines without their ends; null when a line is longer than the bound. */
  take(chunk: Buffer): string[] | null {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      if (!this.#hold(chunk.subarray(from, end))) return null;
      lines.push(Buffer.concat(this.#held).toString('utf8'));
      this.#held = [];
      this.#heldBytes = 0;
      from = end + 1;
    }
    return this.#hold(chunk.subarray(from)) ? lines : null;
  }

  #hold(part: Buffer): boolean {
    this.#heldBytes += part.length;
    if (this.#heldBytes > this.#maxBytes) return false;
    if (part.length > 0) this.#held.push(part);
    return true;
  }
}
