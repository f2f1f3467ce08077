/**
 * The line of a console on which the cursor stands, as a terminal shows it: what a person sees, and
 * what a RETURN would send, also when it was called back from a history. Fed with console text while
 * somebody is attached; asked by writer.ts. Bounded; knows just enough of terminals.
 */
const CHARS_MAX = 1024;
/** Escape sequences that came whole. */
const SEQUENCE = /\x1b(?:\[([0-?]*)[ -/]*([@-~])|[ -/]*[0-Z\\^-~])/y;

export class ShownLine {
  #cells: string[] = [];
  #at = 0;
  /** The beginning of an escape sequence whose rest has not come. */
  #half = '';

  get text(): string {
    return this.#cells.join('');
  }

  /** `latin1`: one character per byte. */
  feed(latin1: string): void {
    const text = this.#half + latin1;
    this.#half = '';
    const lineEnd = text.lastIndexOf('\n');
    if (lineEnd >= 0) this.#clear();
    for (let index = lineEnd + 1; index < text.length; ) {
      if (text[index] === '\x1b') {
        const length = this.#sequence(text, index);
        if (length === 0) return;
        index += length;
      } else {
        this.#take(text.charCodeAt(index));
        index += 1;
      }
    }
  }

  #clear(): void {
    this.#cells = [];
    this.#at = 0;
  }

  /** How long it is; 0: its rest is still to come. */
  #sequence(text: string, index: number): number {
    SEQUENCE.lastIndex = index;
    const found = SEQUENCE.exec(text);
    if (found === null) {
      if (text.length - index > 32) return 1;
      this.#half = text.slice(index);
      return 0;
    }
    const [all, count = '', final] = found;
    if (final === 'K') this.#cells.length = Math.min(this.#cells.length, this.#at);
    else if (final === 'C') this.#moveTo(this.#at + (Number.parseInt(count, 10) || 1));
    else if (final === 'D') this.#moveTo(this.#at - (Number.parseInt(count, 10) || 1));
    else if (final === 'H' || final === 'J') this.#clear();
    return all.length;
  }

  #take(code: number): void {
    if (code === 0x0d) this.#at = 0;
    else if (code === 0x08) this.#moveTo(this.#at - 1);
    else if (code === 0x09) this.#put(' ');
    else if (code >= 0x20 && code !== 0x7f) this.#put(String.fromCharCode(code));
  }

  #put(char: string): void {
    if (this.#at >= CHARS_MAX) return;
    this.#cells[this.#at] = char;
    this.#at += 1;
  }

  #moveTo(at: number): void {
    this.#at = Math.max(0, Math.min(at, this.#cells.length));
  }
}
