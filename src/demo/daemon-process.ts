/**
 * The real daemon as a child process of the demo, and its real commands. Called by the demo.
 * The child has its own process group, so that ^C reaches the demo alone, which then ends it in
 * order; it ends by itself when the demo is gone (end-with-parent.ts).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Clock } from '../clock/clock.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import type { DemoHome } from './demo-home.ts';

const READY = /^clusterd watches \d+ cluster/m;
const READY_MS = 30_000;
const END_MS = 10_000;
const TAIL_CHARS = 2_000;
/** Beside this file, in the directory that was built. */
const GUARD = pathToFileURL(fileURLToPath(new URL('./end-with-parent.js', import.meta.url))).href;

export interface DaemonPlace {
  /** `dist/main.js`. */
  readonly program: string;
  readonly home: DemoHome;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

export interface CommandResult {
  readonly status: number;
  readonly output: string;
}

export class DaemonProcess {
  /** Resolves when the process is gone, with how it went. */
  readonly gone: Promise<string>;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  #isGone = false;
  #tail = '';

  private constructor(child: ChildProcess, place: DaemonPlace) {
    this.#child = child;
    this.#clock = place.clock;
    const file = createWriteStream(place.home.output);
    // A full disk must not end the demo; the tail is kept.
    file.on('error', () => {});
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#tail = (this.#tail + text).slice(-TAIL_CHARS);
        file.write(text);
      });
    }
    child.stdin?.on('error', () => {});
    this.gone = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (status, signal) => {
        this.#isGone = true;
        file.end();
        resolve(signal === null ? `exit status ${status}` : `signal ${signal}`);
      });
    });
  }

  /** Resolves when it watches. Throws DaemonError `not-running` with what it said instead. */
  static async start(place: DaemonPlace): Promise<DaemonProcess> {
    const words = ['--import', GUARD, place.program, 'run', '--home', place.home.directory];
    const child = spawn(process.execPath, words, {
      stdio: 'pipe',
      detached: true,
      env: place.environment,
    });
    const daemon = new DaemonProcess(child, place);
    const how = await daemon.#untilReady();
    if (how === null) return daemon;
    await daemon.end();
    throw new DaemonError('not-running', `the daemon did not start: ${how}\n${daemon.#tail}`, {
      hint: `what it said stands in ${place.home.output}`,
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it wrote last, for a failure. */
  get tail(): string {
    return this.#tail;
  }

  /** Asks it to end, and makes it end. Safe when it is gone. */
  async end(): Promise<void> {
    if (this.#isGone) return;
    this.#child.kill('SIGTERM');
    const cancel = this.#clock.after(END_MS, () => this.#child.kill('SIGKILL'));
    await this.gone;
    cancel();
  }

  /** Null when it is ready, else why it is not. */
  #untilReady(): Promise<string | null> {
    return new Promise((resolve) => {
      const late = `not ready within ${READY_MS / 1000} s`;
      const cancel = this.#clock.after(READY_MS, () => resolve(late));
      const settle = (how: string | null) => {
        cancel();
        resolve(how);
      };
      this.#child.stdout?.on('data', () => READY.test(this.#tail) && settle(null));
      void this.gone.then(settle);
    });
  }
}

/** Runs a real command of clusterd against the demo's home, as an operator would in a shell. */
export function runClusterd(place: DaemonPlace, words: readonly string[]): Promise<CommandResult> {
  return new Promise((resolve) => {
    const argv = [place.program, ...words, '--home', place.home.directory];
    const child = spawn(process.execPath, argv, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: place.environment,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', (error) => resolve({ status: 1, output: error.message }));
    child.once('close', (status) => resolve({ status: status ?? 1, output }));
  });
}
