/**
 * How much of what a console says is text: of some kilobytes in each stretch of time, since all of them
 * would cost. Used by LineHealth to recognise a wrong speed.
 */

const LOOKED_AT_MAX = 4096;
const BEL = 7;
const CR = 13;
const ESC = 27;
const SPACE = 32;
const DEL = 127;

export class TextShare {
  bytes = 0;
  strange = 0;

  see(bytes: Uint8Array): void {
    const end = Math.min(bytes.length, LOOKED_AT_MAX - this.bytes);
    for (let index = 0; index < end; index++) {
      if (isStrange(bytes[index] ?? 0)) this.strange++;
    }
    this.bytes += Math.max(0, end);
  }

  forget(): void {
    this.bytes = 0;
    this.strange = 0;
  }
}

/** Neither printable ASCII nor one of the controls that consoles use: BEL to CR, ESC. NUL is padding. */
function isStrange(byte: number): boolean {
  if (byte >= SPACE) return byte >= DEL;
  if (byte === 0 || byte === ESC) return false;
  return byte < BEL || byte > CR;
}
