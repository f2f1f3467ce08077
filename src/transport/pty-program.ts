/**
 * A program whose terminal is a pty of its own, through script(1), which loses no byte and holds the
 * program back when nobody reads. What is typed it takes at once and keeps until the program reads.
 * Used by the exec transport.
 *
 *   setpriv --pdeathsig KILL script -c TEXT  ->  sh -c TEXT  ->  setpriv --pdeathsig KILL PROGRAM ARG...
 *
 * TEXT is made of constants and numbers alone; the program's words reach it as environment variables
 * and are never read by a shell. It makes the terminal raw, tells its pid, and becomes the program.
 *
 * When this process ends by force the kernel kills script and program at once. That is needed: script
 * types ^D when its input ends, and on a console that can log a person out or let a boot go on. For the
 * same reason its input stays open here until it has ended. Must never leave anything running.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../clock/clock.ts';
import { membersOf, signalMember } from './session-members.ts';

export interface PtyHandlers {
  /** The program itself runs, in a terminal that is raw. */
  begun(): void;
  /** Output, also errors. The buffer is not used again. */
  data(bytes: Buffer): void;
  /** Everything it said was given before. `status` as a shell has it; null: it was never started. */
  ended(status: number | null, why: string): void;
}

/** What script itself says, and what came before the program began. */
const OWN_WORDS_MAX = 1000;
const TERM_AFTER_MS = 1000;
const KILL_AFTER_MS = 3000;
/** Written before the program begins: from here on every byte is the program's. */
const READY = /^\x06(\d{1,10})\n/;

const ON_DEATH = ['--pdeathsig', 'KILL', '--'];
const RAW = 'stty raw -echo -iexten cs8 -parenb rows 24 cols 80';

export class PtyProgram {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #clock: Clock;
  readonly #handlers: PtyHandlers;
  /** Of the program, its process group and its session; null: it has not begun. */
  #pid: number | null = null;
  #head = '';
  #ownWords = '';
  #hasEnded = false;
  #isEnding = false;
  readonly #timers = new Set<() => void>();

  /** `argv`: the first word is the whole path of the program. Never throws. */
  constructor(argv: readonly string[], clock: Clock, handlers: PtyHandlers) {
    this.#clock = clock;
    this.#handlers = handlers;
    this.#child = spawn(
      'setpriv',
      [...ON_DEATH, 'script', '-q', '-e', '-f', '-c', shellText(argv.length), '/dev/null'],
      { detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: environmentFor(argv) },
    );
    this.#listen();
  }

  get input(): Writable {
    return this.#child.stdin;
  }

  pause(isPaused: boolean): void {
    if (isPaused) this.#child.stdout.pause();
    else this.#child.stdout.resume();
  }

  /**
   * Hangs up, as a terminal does; ends what goes on after a second, kills what does after three.
   * `ended` is still called. Safe at any time.
   */
  end(): void {
    if (this.#isEnding || this.#hasEnded) return;
    this.#isEnding = true;
    this.#child.stdout.resume(); // nobody reads it any more, and it must not wait for that
    this.#signal('SIGHUP');
    this.#after(TERM_AFTER_MS, () => this.#signal('SIGTERM'));
    this.#after(KILL_AFTER_MS, () => void this.#kill());
  }

  #listen(): void {
    const child = this.#child;
    child.stdin.on('error', () => {}); // it may end without reading
    child.stdout.on('error', () => {});
    child.stderr.on('error', () => {});
    child.stdout.on('data', (bytes: Buffer) => this.#received(bytes));
    child.stderr.on('data', (bytes: Buffer) => this.#hearOwn(bytes.toString('latin1')));
    child.once('error', (error) => {
      if (child.pid === undefined) this.#finish(null, error.message);
    });
    child.once('exit', () => void this.#sweep());
    child.once('close', (status) => this.#finish(status, this.#ownWords));
  }

  #received(bytes: Buffer): void {
    if (this.#pid !== null) return this.#handlers.data(bytes);
    this.#head += bytes.toString('latin1');
    const ready = READY.exec(this.#head);
    if (ready === null) {
      if (this.#head.length > OWN_WORDS_MAX || !this.#head.startsWith('\x06')) this.#noProgram();
      return;
    }
    this.#pid = Number(ready[1]);
    const rest = this.#head.slice(ready[0].length);
    this.#head = '';
    if (this.#isEnding) this.#signal('SIGHUP');
    else this.#handlers.begun();
    if (rest !== '') this.#handlers.data(Buffer.from(rest, 'latin1'));
  }

  /** The shell has complained instead of beginning. */
  #noProgram(): void {
    this.#hearOwn(this.#head);
    this.#head = '';
  }

  #hearOwn(text: string): void {
    this.#ownWords = (this.#ownWords + text).slice(-OWN_WORDS_MAX);
  }

  /** To the program's group; to script, as long as there is no program. */
  #signal(signal: NodeJS.Signals): void {
    const group = this.#pid ?? this.#child.pid;
    if (this.#hasEnded || group === undefined) return;
    try {
      process.kill(-group, this.#pid === null && signal === 'SIGHUP' ? 'SIGTERM' : signal);
    } catch {
      // The group is empty: all have ended.
    }
  }

  async #kill(): Promise<void> {
    const members = this.#pid === null ? [] : await membersOf(this.#pid);
    for (const member of members) await signalMember(member, 'SIGKILL');
    if (!this.#hasEnded) this.#child.kill('SIGKILL');
  }

  /** The program has ended. What it has started may go on, with the console in its hands. */
  async #sweep(): Promise<void> {
    const left = this.#pid === null ? [] : await membersOf(this.#pid);
    if (left.length === 0) return;
    for (const member of left) await signalMember(member, 'SIGTERM');
    this.#clock.after(TERM_AFTER_MS, () => {
      for (const member of left) void signalMember(member, 'SIGKILL');
    });
  }

  #finish(status: number | null, why: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const cancel of this.#timers) cancel();
    this.#child.stdin.destroy();
    this.#handlers.ended(status, why);
  }

  #after(ms: number, run: () => void): void {
    this.#timers.add(this.#clock.after(ms, run));
  }
}

/** The same for every program with so many words. */
function shellText(words: number): string {
  const names = Array.from({ length: words }, (_, index) => `CLUSTERD_WORD_${index}`);
  return [
    RAW,
    `set -- ${names.map((name) => `"$${name}"`).join(' ')}`,
    `unset ${names.join(' ')}`,
    `printf '\\006%s\\n' "$$"`,
    `exec setpriv ${ON_DEATH.join(' ')} "$@"`,
  ].join(' && ');
}

/** English, so that its words can be known; no colours and no cursor, since nobody draws a screen. */
function environmentFor(argv: readonly string[]): NodeJS.ProcessEnv {
  const words = argv.map((word, index) => [`CLUSTERD_WORD_${index}`, word]);
  return {
    ...process.env,
    ...Object.fromEntries(words),
    TERM: 'dumb',
    LC_ALL: 'C',
    SHELL: '/bin/sh',
  };
}
