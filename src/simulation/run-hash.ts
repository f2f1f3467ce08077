/**
 * A checksum of everything that happened in a run: two runs with the same one were the same, byte
 * for byte. Two lanes of 32 bits, integer arithmetic only, so that every machine agrees.
 * It finds differences, it guards against nobody.
 */
export class RunHash {
  #one = 0x811c9dc5;
  #two = 0x9e3779b9;

  add(text: string): void {
    let one = this.#one;
    let two = this.#two;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      one = Math.imul(one ^ code, 0x01000193);
      two = Math.imul(two ^ code, 0x85ebca6b) ^ (two >>> 13);
    }
    // The end of each text counts, too: 'ab' and 'c' are not 'a' and 'bc'.
    this.#one = Math.imul(one ^ 0x1ff, 0x01000193);
    this.#two = Math.imul(two ^ 0x1ff, 0x85ebca6b) ^ (two >>> 13);
  }

  /** A whole number, or one of which only the whole part counts. */
  addNumber(number: number): void {
    this.#one = Math.imul(this.#one ^ (number | 0), 0x01000193);
    this.#two = Math.imul(this.#two ^ (number | 0), 0x85ebca6b) ^ (this.#two >>> 13);
  }

  /** 16 hexadecimal digits. */
  get text(): string {
    const hex = (number: number) => (number >>> 0).toString(16).padStart(8, '0');
    return hex(this.#one) + hex(this.#two);
  }
}
