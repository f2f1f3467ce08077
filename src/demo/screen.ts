/**
 * The terminal of the demo: prints above a prompt at which commands may be typed. Made by the demo
 * for the process's own streams, beside the commands' `Terminal`, which has neither colours, width
 * nor a line of input that stays.
 */
import { createInterface, type Interface } from 'node:readline';
import type { Look } from './timeline-text.ts';

const COLUMNS_MAX = 100;
const COLUMNS_MIN = 60;

export class Screen {
  readonly look: Look;
  readonly #out: (text: string) => void;
  #prompt: Interface | null = null;

  constructor(
    out: (text: string) => void,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#out = out;
    const { isTTY, columns } = process.stdout;
    const width = isTTY === true ? columns : COLUMNS_MAX;
    this.look = {
      columns: Math.max(COLUMNS_MIN, Math.min(COLUMNS_MAX, width)),
      // https://no-color.org: present and not empty, whatever its value.
      isColoured: isTTY === true && (environment.NO_COLOR ?? '') === '',
    };
  }

  print(text: string): void {
    const isPrompting = this.#prompt !== null && process.stdout.isTTY === true;
    if (isPrompting) this.#out('\r\x1b[K');
    this.#out(text);
    if (isPrompting) this.#prompt?.prompt(true);
  }

  /** Calls back with each line typed; `interrupt` at ^C. The end of the input ends nothing. */
  startPrompt(take: (line: string) => void, interrupt: () => void): void {
    const prompt = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: process.stdin.isTTY === true && process.stdout.isTTY === true,
      prompt: 'demo> ',
    });
    this.#prompt = prompt;
    prompt.on('line', (line) => {
      take(line);
      if (this.#prompt !== null && process.stdout.isTTY === true) prompt.prompt();
    });
    prompt.on('SIGINT', interrupt);
    prompt.on('close', () => {
      if (this.#prompt === prompt) this.#prompt = null;
    });
    if (process.stdout.isTTY === true) prompt.prompt();
  }

  stopPrompt(): void {
    const prompt = this.#prompt;
    this.#prompt = null;
    prompt?.close();
  }
}
