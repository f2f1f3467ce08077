/**
 * Collects typed characters into lines and echoes them, as firmware and a cooked tty do. Used by
 * the simulated firmware and the simulated login. Knows nothing of what a line means.
 */

const BACKSPACE = '\b';
const DELETE = '\x7f';
const CTRL_U = '\x15';
const RUBOUT = '\b \b';
const LINE_LIMIT = 255;

export class LineEditor {
  echo = true;
  #line = '';
  #afterReturn = false;
  readonly #print: (text: string) => void;

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  get pending(): string {
    return this.#line;
  }

  clear(): void {
    this.#line = '';
  }

  /** One typed character; returns the line when it was RETURN, else null. */
  feed(char: string): string | null {
    const afterReturn = this.#afterReturn;
    this.#afterReturn = char === '\r';
    if (char === '\r' || (char === '\n' && !afterReturn)) return this.#finish();
    if (char === BACKSPACE || char === DELETE) this.#erase(1);
    else if (char === CTRL_U) this.#erase(this.#line.length);
    else if (char >= ' ') this.#add(char);
    return null;
  }

  #finish(): string {
    const line = this.#line;
    this.#line = '';
    this.#print('\r\n');
    return line;
  }

  #add(char: string): void {
    if (this.#line.length >= LINE_LIMIT) return;
    this.#line += char;
    if (this.echo) this.#print(char);
  }

  #erase(count: number): void {
    const erased = Math.min(count, this.#line.length);
    this.#line = this.#line.slice(0, this.#line.length - erased);
    if (this.echo && erased > 0) this.#print(RUBOUT.repeat(erased));
  }
}
