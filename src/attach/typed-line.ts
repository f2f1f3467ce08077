/**
 * The line that a person is typing, as the usual line editors take it: erased characters are gone,
 * ^U wipes it. Used by writer.ts for the log and to know what a RETURN would send. What it cannot
 * know (a history, a completion) is on the screen: see shown-line.ts.
 */
const CHARS_MAX = 1024;

export class TypedLine {
  #text = '';

  get text(): string {
    return this.#text;
  }

  /** One key. */
  add(key: string): void {
    switch (key) {
      case '\b':
      case '\x7f':
        this.#text = this.#text.slice(0, -1);
        break;
      case '\x15': // ^U
      case '\x03': // ^C
        this.#text = '';
        break;
      case '\x17': // ^W
        this.#text = this.#text.replace(/\S+\s*$/, '');
        break;
      default:
        if (key >= ' ' && this.#text.length < CHARS_MAX) this.#text += key;
    }
  }

  /** The line, which is then empty. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}
