/**
 * The answer that a person types to a question, while the terminal is in raw mode: shown as it is
 * typed, erased by the usual keys. Used by attached-terminal.ts.
 */

export type AnswerStep =
  /** Goes to the screen. */
  | { readonly kind: 'shown'; readonly text: string }
  | { readonly kind: 'answered'; readonly text: string }
  /** ESC, ^C or ^D: no answer. */
  | { readonly kind: 'cancelled' };

const CHARS_MAX = 100;

export class AnswerLine {
  #text = '';

  get text(): string {
    return this.#text;
  }

  /** What follows the end of an answer is thrown away: nobody could have meant it. */
  take(keys: string): AnswerStep {
    let shown = '';
    for (const key of keys) {
      if (key === '\r' || key === '\n') return { kind: 'answered', text: this.#text };
      if (key === '\x1b' || key === '\x03' || key === '\x04') return { kind: 'cancelled' };
      shown += this.#edit(key);
    }
    return { kind: 'shown', text: shown };
  }

  #edit(key: string): string {
    if (key === '\b' || key === '\x7f') return this.#erase(1);
    if (key === '\x15') return this.#erase(this.#text.length);
    if (key < ' ' || key > '~' || this.#text.length >= CHARS_MAX) return '';
    this.#text += key;
    return key;
  }

  #erase(count: number): string {
    const erased = Math.min(count, this.#text.length);
    this.#text = this.#text.slice(0, this.#text.length - erased);
    return '\b \b'.repeat(erased);
  }
}
