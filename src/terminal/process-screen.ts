/**
 * The terminal of this process: raw mode, and back on every way out. Whatever ends the program, a
 * signal, an exception or ^Z, the terminal is as it was; after kill -9 that is up to the shell.
 */
import type { Screen, ScreenListener } from './screen.ts';

const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

export function processScreen(): Screen {
  return new ProcessScreen(process.stdin, process.stdout, process.stderr);
}

class ProcessScreen implements Screen {
  readonly isTerminal: boolean;
  readonly #input: NodeJS.ReadStream;
  readonly #output: NodeJS.WriteStream;
  readonly #errors: NodeJS.WriteStream;
  #listener: ScreenListener | null = null;
  #undo: (() => void)[] = [];
  readonly #restore = () => this.#raw(false);

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream, errors: NodeJS.WriteStream) {
    this.#input = input;
    this.#output = output;
    this.#errors = errors;
    this.isTerminal = input.isTTY === true && output.isTTY === true;
  }

  write(text: string): boolean {
    return this.#output.write(text);
  }

  writeBytes(latin1: string): boolean {
    return this.#output.write(Buffer.from(latin1, 'latin1'));
  }

  note(text: string): void {
    this.#errors.write(text);
  }

  begin(listener: ScreenListener): void {
    this.#listener = listener;
    const output = this.#output;
    const failed = () => listener.enough();
    const drained = () => listener.drained();
    output.on('error', failed);
    output.on('drain', drained);
    this.#undo.push(() => void output.off('error', failed).off('drain', drained));
    for (const signal of ENDING_SIGNALS) this.#on(signal, () => listener.enough());
    if (this.isTerminal) this.#beginKeys(listener);
  }

  suspend(): void {
    this.#raw(false);
    process.kill(process.pid, 'SIGSTOP');
  }

  end(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#raw(false);
    this.#listener = null;
  }

  #beginKeys(listener: ScreenListener): void {
    const input = this.#input;
    const data = (chunk: Buffer) => listener.keys(chunk.toString('latin1'));
    const gone = () => listener.over('the terminal is gone');
    input.on('data', data).on('end', gone).on('error', gone);
    process.on('exit', this.#restore);
    this.#on('SIGTSTP', () => this.suspend());
    this.#on('SIGCONT', () => {
      // A shell may have changed the terminal meanwhile, which nobody told us.
      this.#raw(false);
      this.#raw(true);
      listener.resumed();
    });
    this.#undo.push(() => {
      input.off('data', data).off('end', gone).off('error', gone).pause();
      process.off('exit', this.#restore);
    });
    this.#raw(true);
    input.resume();
  }

  #on(signal: NodeJS.Signals, run: () => void): void {
    process.on(signal, run);
    this.#undo.push(() => void process.off(signal, run));
  }

  /** A terminal that is gone cannot be put back. */
  #raw(isRaw: boolean): void {
    if (!this.isTerminal || this.#listener === null) return;
    try {
      this.#input.setRawMode(isRaw);
    } catch {
      this.#listener.over('the terminal is gone');
    }
  }
}
