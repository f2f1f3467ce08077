/**
 * A console through a program of this host, in a terminal of its own: `ipmitool ... sol activate`,
 * `virsh console`, `ssh -tt`, `console` of conserver, `conman`. Made by `createTransport`.
 * The connection is there when the program has said something and stays, or has stayed silent for a
 * while; when the program ends, the connection is lost, with its last words. There is no BREAK on this
 * wire: programs take sequences of bytes for one. Must never let a shell read the program's words.
 */
import { basename } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import {
  endedError,
  notConnected,
  notOpen,
  notStarted,
  programError,
  tooSlow,
} from './exec-error.ts';
import { findProgram } from './find-program.ts';
import { type Notice, ProgramNotice, readyWords } from './program-notice.ts';
import { PtyProgram } from './pty-program.ts';
import type { Answer } from './reach.ts';
import { PENDING_BYTES_MAX } from './socket-wire.ts';
import {
  type CloseReason,
  type Transport,
  TransportError,
  type TransportHandlers,
} from './transport.ts';

/** The terminal is made within so long. */
const BEGIN_MS_MAX = 10_000;
/** A program that says something and goes on for so long is connected. */
const AFTER_WORDS_MS = 300;
/** So is one that says nothing for so long. */
const SILENT_MS = 4000;

/** A program that says when it is connected has so long for it. */
const READY_MS_MAX = 60_000;
/** More of what is said before that waits in the terminal. */
const HELD_BYTES_MAX = 64 * 1024;

const EMPTY = Buffer.alloc(0);

type Stage =
  /** `open` waits for the program's first words, or its end. */
  | { readonly kind: 'opening'; readonly settle: (error: TransportError | null) => void }
  | { readonly kind: 'open' }
  | { readonly kind: 'over' };

export class ExecTransport implements Transport {
  readonly answersInBand = false;
  readonly #argv: readonly string[];
  readonly #name: string;
  readonly #clock: Clock;
  readonly #notice = new ProgramNotice();
  readonly #ready: RegExp | null;
  readonly #wakeAtEnd = new Set<() => void>();
  #program: PtyProgram | null = null;
  #handlers: TransportHandlers | null = null;
  #stage: Stage = { kind: 'over' };
  /** What was said before `open` has resolved. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** It said what it says when it is connected; the next moments tell whether it stays. */
  #isSettling = false;
  #isPaused = false;
  #isClosed = false;
  #cancelTimer: () => void = () => {};

  constructor(argv: readonly string[], clock: Clock) {
    this.#argv = argv;
    this.#name = basename(argv[0] ?? '');
    this.#ready = readyWords(argv);
    this.#clock = clock;
  }

  async open(handlers: TransportHandlers): Promise<void> {
    if (this.#isClosed) throw notOpen(this.#name);
    const path = this.#locate();
    this.#handlers = handlers;
    await new Promise<void>((resolve, reject) => {
      this.#stage = {
        kind: 'opening',
        settle: (error) => (error === null ? resolve() : reject(error)),
      };
      this.#wait(BEGIN_MS_MAX, () => this.#giveUp(tooSlow(this.#name)));
      this.#start([path, ...this.#argv.slice(1)]);
    });
    setImmediate(() => this.#deliverHeld());
  }

  write(bytes: Uint8Array): boolean {
    const input = this.#stage.kind === 'open' ? this.#program?.input : undefined;
    if (input === undefined) return false;
    input.write(Buffer.from(bytes));
    if (input.writableLength > PENDING_BYTES_MAX) {
      this.#over({ kind: 'lost', detail: `${this.#name} prints but does not read` });
    }
    return input.writableLength === 0;
  }

  drained(): Promise<void> {
    const input = this.#stage.kind === 'open' ? this.#program?.input : undefined;
    if (input === undefined || input.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wakeAtEnd.delete(done);
        resolve();
      };
      this.#wakeAtEnd.add(done);
      input.write(EMPTY, done);
    });
  }

  sendBreak(): Promise<void> {
    return Promise.reject(
      new TransportError(
        'other',
        'a program carries bytes and no BREAK',
        'give the byte sequence that the program takes for one: break bytes "..."',
      ),
    );
  }

  /** That the program runs says nothing of what it is connected to. */
  answers(): Promise<Answer> {
    return Promise.resolve({
      answers: false,
      detail: `${this.#name} cannot be asked whether the other end answers`,
    });
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (this.#stage.kind === 'open' && this.#held.length === 0) this.#program?.pause(isPaused);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#handlers = null;
    if (this.#stage.kind === 'opening') this.#giveUp(notOpen(this.#name));
    else this.#over(null);
  }

  #locate(): string {
    const [program = ''] = this.#argv;
    const found = findProgram(program);
    if (found.kind !== 'found') throw programError(program, found.kind);
    for (const tool of ['setpriv', 'script', 'stty']) {
      const other = findProgram(tool);
      if (other.kind !== 'found') throw programError(tool, other.kind);
    }
    return found.path;
  }

  #start(argv: readonly string[]): void {
    try {
      this.#program = new PtyProgram(argv, this.#clock, {
        begun: () => this.#begun(),
        data: (bytes) => this.#received(bytes),
        ended: (status, why) => this.#ended(status, why),
      });
    } catch (error) {
      this.#giveUp(notStarted(error instanceof Error ? error.message : 'unknown'));
    }
  }

  #begun(): void {
    if (this.#ready === null) this.#wait(SILENT_MS, () => this.#opened());
    else this.#wait(READY_MS_MAX, () => this.#giveUp(notConnected(this.#name)));
  }

  #received(bytes: Buffer): void {
    const notice = this.#notice.see(bytes, this.#clock);
    if (notice !== null) return this.#noticed(notice);
    if (this.#stage.kind === 'opening') this.#hold(bytes);
    else if (this.#held.length > 0) this.#held.push(bytes);
    else this.#handlers?.data(bytes);
  }

  #hold(bytes: Buffer): void {
    const isFirst = this.#held.length === 0;
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    const isFull = this.#heldBytes > HELD_BYTES_MAX;
    if (isFull) this.#program?.pause(true);
    const saysSo = this.#ready?.test(Buffer.concat(this.#held).toString('latin1')) ?? isFirst;
    if (this.#isSettling || !(saysSo || isFull)) return;
    this.#isSettling = true;
    this.#wait(AFTER_WORDS_MS, () => this.#opened());
  }

  #deliverHeld(): void {
    const held = this.#held.splice(0);
    for (const bytes of held) this.#handlers?.data(bytes);
    if (this.#stage.kind === 'open') this.#program?.pause(this.#isPaused);
  }

  #opened(): void {
    const stage = this.#stage;
    if (stage.kind !== 'opening') return;
    this.#stage = { kind: 'open' };
    this.#notice.connected(this.#clock);
    this.#cancelTimer();
    stage.settle(null);
  }

  #noticed({ kind, words }: Notice): void {
    const isDown = kind === 'down';
    if (this.#stage.kind === 'opening') {
      const hint = isDown
        ? 'look at the server between this host and the console'
        : 'somebody else uses this console: ask them to leave it';
      const code = isDown ? 'refused' : 'busy';
      this.#giveUp(new TransportError(code, `${this.#name} said: ${words}`, hint));
    } else this.#over({ kind: kind === 'busy' ? 'busy' : 'lost', detail: `it said: ${words}` });
  }

  #ended(status: number | null, why: string): void {
    const refusal = this.#notice.refusal(this.#clock);
    const last = this.#notice.lastLine;
    const error = status === null ? notStarted(why) : endedError(this.#name, status, last || why);
    if (this.#stage.kind === 'opening') {
      this.#giveUp(
        refusal === null ? error : new TransportError('busy', error.message, error.hint),
      );
      return;
    }
    this.#deliverHeld();
    this.#over({ kind: refusal === null ? 'lost' : 'busy', detail: error.message });
  }

  #giveUp(error: TransportError): void {
    const stage = this.#stage;
    if (stage.kind !== 'opening') return;
    this.#handlers = null;
    this.#held = [];
    this.#over(null);
    stage.settle(error);
  }

  #over(reason: CloseReason | null): void {
    if (this.#stage.kind === 'over') return;
    this.#stage = { kind: 'over' };
    this.#cancelTimer();
    const handlers = this.#handlers;
    this.#handlers = null;
    this.#program?.end();
    for (const wake of [...this.#wakeAtEnd]) wake();
    if (reason !== null) handlers?.closed(reason);
  }

  /** One wait at a time: the next one replaces it. */
  #wait(ms: number, run: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(ms, run);
  }
}
