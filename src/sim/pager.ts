/** Shows lines page by page, as a bare `printenv` does; every key is eaten until the end. */

const QUESTION = 'More [<space>,<cr>,q,n,p,c] ? ';

export class Pager {
  readonly #lines: readonly string[];
  readonly #pageLines: number;
  readonly #print: (text: string) => void;
  #next = 0;

  constructor(lines: readonly string[], pageLines: number, print: (text: string) => void) {
    this.#lines = lines;
    this.#pageLines = pageLines;
    this.#print = print;
  }

  /** True: there is more, and the question stands. */
  start(): boolean {
    return this.#show(this.#pageLines);
  }

  /** One key. True: still asking. */
  key(char: string): boolean {
    switch (char) {
      case ' ':
      case 'n':
        return this.#answer(() => this.#show(this.#pageLines));
      case '\r':
        return this.#answer(() => this.#show(1));
      case 'p':
        this.#next = Math.max(0, this.#next - 2 * this.#pageLines);
        return this.#answer(() => this.#show(this.#pageLines));
      case 'c':
        return this.#answer(() => this.#show(this.#lines.length));
      case 'q':
        return this.#answer(() => false);
      default:
        return true;
    }
  }

  #answer(proceed: () => boolean): boolean {
    this.#print(`\r${' '.repeat(QUESTION.length)}\r`);
    return proceed();
  }

  #show(count: number): boolean {
    const page = this.#lines.slice(this.#next, this.#next + count);
    this.#next += page.length;
    for (const line of page) this.#print(`${line}\r\n`);
    const more = this.#next < this.#lines.length;
    if (more) this.#print(QUESTION);
    return more;
  }
}
