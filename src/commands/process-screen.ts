/**
 * The terminal of this process as a screen: the alternate picture, raw keys, and the way back. Made
 * by terminal.ts. Whatever ends the process (a key, a signal, a fault, a terminal that is gone), the
 * terminal is given back: only SIGKILL leaves it as it is.
 */
import { writeSync } from 'node:fs';
import {
  KeyReader,
  Painter,
  type Screen,
  type ScreenLine,
  type ScreenListener,
  type Size,
} from './screen.ts';

/** Alternate picture, no cursor; and back. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[0m\x1b[?25h\x1b[?1049l';

/** Ends like a program that the signal has ended. */
const ENDING: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGQUIT', 131],
];

export class ProcessScreen implements Screen {
  readonly #painter = new Painter();
  readonly #keys = new KeyReader();
  readonly #undo: (() => void)[] = [];
  #listener: ScreenListener | null = null;
  #isShown = false;

  open(listener: ScreenListener): void {
    this.#listener = listener;
    for (const [signal, status] of ENDING) this.#on(signal, () => listener.onEnd(status));
    this.#on('SIGTSTP', () => this.#suspend());
    this.#on('SIGCONT', () => this.#resume());
    this.#on('exit', () => this.#leave());
    const { stdin, stdout } = process;
    const onData = (data: Buffer) => this.#take(data.toString('latin1'));
    const onGone = () => listener.onEnd(129);
    const onResize = () => listener.onRedraw();
    stdin.on('data', onData).on('end', onGone).on('error', onGone);
    stdout.on('resize', onResize).on('error', onGone);
    this.#undo.push(() => {
      stdin.off('data', onData).off('end', onGone).off('error', onGone);
      stdout.off('resize', onResize).off('error', onGone);
      stdin.pause();
    });
    this.#enter();
  }

  size(): Size {
    // A serial terminal does not know its size, and says 0.
    return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
  }

  draw(lines: readonly ScreenLine[]): void {
    if (!this.#isShown) return;
    const text = this.#painter.paint(lines, this.size());
    if (text !== '') process.stdout.write(text);
  }

  close(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#leave();
  }

  #on(event: NodeJS.Signals | 'exit', listener: () => void): void {
    process.on(event, listener);
    this.#undo.push(() => process.off(event, listener));
  }

  #take(data: string): void {
    for (const key of this.#keys.take(data)) {
      if (key.kind === 'suspend') this.#suspend();
      else this.#listener?.onKey(key);
    }
  }

  #enter(): void {
    this.#isShown = true;
    this.#painter.forget();
    process.stdin.setRawMode(true);
    process.stdin.resume();
    process.stdout.write(ENTER);
  }

  /** At once, whatever waits: the process may be about to end. */
  #leave(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    try {
      process.stdin.setRawMode(false);
      writeSync(1, LEAVE);
    } catch {
      // The terminal is gone.
    }
  }

  #suspend(): void {
    this.#leave();
    process.kill(process.pid, 'SIGSTOP');
  }

  #resume(): void {
    if (this.#isShown) return;
    this.#enter();
    this.#listener?.onRedraw();
  }
}
