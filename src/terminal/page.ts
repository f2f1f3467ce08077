/**
 * What stands on the screen: console text as it comes, and lines of clusterd that stand alone between
 * it. Knows whether the cursor stands within a line, and shows a short unfinished line (a prompt)
 * again behind what had to be put after it. Used by attached-terminal.ts.
 */
import { SafeText } from './safe-text.ts';
import type { Screen } from './screen.ts';

/** Longer than a prompt with a command. */
const REPEATED_CHARS_MAX = 160;
const PLAIN = /^[^\x00-\x1f\x7f]*$/;

export class Page {
  readonly #screen: Screen;
  readonly #safe: SafeText | null;
  /** What was shown since the last line end. */
  #line = '';

  /** `isRaw`: console text is shown byte for byte. */
  constructor(screen: Screen, isRaw: boolean) {
    this.#screen = screen;
    this.#safe = isRaw ? null : new SafeText();
  }

  /** False: the screen takes nothing more for now. */
  text(latin1: string): boolean {
    if (this.#safe === null) {
      this.#follow(latin1);
      return this.#screen.writeBytes(latin1);
    }
    const text = this.#safe.filter(latin1);
    this.#follow(text);
    return this.#screen.write(text);
  }

  /** Lines of ours; the unfinished line of the console stands below them again. */
  lines(lines: readonly string[]): void {
    const { isTerminal } = this.#screen;
    if (!isTerminal) {
      for (const line of lines) this.#screen.note(`${line}\n`);
      return;
    }
    const after = this.#isRepeatable() ? this.#line : '';
    this.#screen.write(`${this.#newLine()}${lines.map((line) => `${line}\r\n`).join('')}${after}`);
    this.#line = after;
  }

  /** A question of ours, with the cursor behind it; gives back what shows the console's line again. */
  question(lines: readonly string[], prompt: string): () => void {
    const after = this.#isRepeatable() ? this.#line : '';
    this.#screen.write(`${this.#newLine()}${lines.map((line) => `${line}\r\n`).join('')}${prompt}`);
    this.#line = '';
    return () => {
      this.#screen.write(`\r\n${after}`);
      this.#line = after;
    };
  }

  remark(text: string): void {
    this.lines([`[clusterd: ${text}]`]);
  }

  /** Leaves the cursor at the beginning of a line of a usual terminal. */
  end(): void {
    if (!this.#screen.isTerminal) return;
    this.#screen.write(`${this.#safe?.reset() ?? ''}${this.#line === '' ? '' : '\r\n'}`);
    this.#line = '';
  }

  #newLine(): string {
    return this.#line === '' ? '' : '\r\n';
  }

  #isRepeatable(): boolean {
    return this.#line.length <= REPEATED_CHARS_MAX && PLAIN.test(this.#line);
  }

  #follow(text: string): void {
    const lineEnd = text.lastIndexOf('\n');
    const rest = lineEnd < 0 ? this.#line + text : text.slice(lineEnd + 1);
    // Of a line without end only that it is long matters.
    this.#line = rest.slice(0, REPEATED_CHARS_MAX + 1);
    if (/^\r+$/.test(this.#line)) this.#line = '';
  }
}
