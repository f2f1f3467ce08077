/**
 * Undoes PARMRK of termios: the kernel doubles 255, and marks a damaged byte with 255 0 before it and a
 * BREAK as 255 0 0. Used by transport/serial.ts. The result does not depend on how bytes are cut.
 * Damaged bytes are counted and left out, as without marks. A parity error looks like a framing error.
 */
import type { LineFault } from './line-fault.ts';

const MARK = 255;

type Place = 'data' | 'mark' | 'fault';

export class ParityMarks {
  readonly #noticed: (fault: LineFault) => void;
  #place: Place = 'data';

  constructor(noticed: (fault: LineFault) => void) {
    this.#noticed = noticed;
  }

  /** The bytes without marks: the same array where there are none; may overwrite it. */
  strip(bytes: Uint8Array): Uint8Array {
    if (this.#place === 'data' && !bytes.includes(MARK)) return bytes;
    let kept = 0;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index] ?? 0;
      if (this.#isData(byte)) bytes[kept++] = byte;
    }
    return bytes.subarray(0, kept);
  }

  #isData(byte: number): boolean {
    switch (this.#place) {
      case 'data':
        if (byte === MARK) this.#place = 'mark';
        return byte !== MARK;
      case 'mark':
        this.#place = byte === 0 ? 'fault' : 'data';
        return byte !== 0; // 255 255; anything else cannot be
      default:
        this.#place = 'data';
        this.#noticed(byte === 0 ? 'break' : 'framing');
        return false;
    }
  }
}
