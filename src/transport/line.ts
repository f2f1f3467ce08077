/**
 * One console for as long as the daemon lives: connects and reconnects with back-off, types paced
 * and in order, and says what the channel is worth (connected, stale, lost, busy). Used by cluster/.
 * Must never queue without bound, never type on a later connection what was meant for an earlier
 * one, and never read what the console says.
 */
import type { Clock } from '../clock/clock.ts';
import { backoffMs, countFailure } from './backoff.ts';
import { FlowLimit } from './flow-limit.ts';
import { HeldText } from './held-text.ts';
import type { LineReport } from './line-fault.ts';
import { LineHealth } from './line-health.ts';
import { ModemReport } from './modem-report.ts';
import type { Answer } from './reach.ts';
import {
  type CloseReason,
  type Transport,
  TransportError,
  type TransportHandlers,
} from './transport.ts';
import { TypingQueue } from './typing-queue.ts';

export type LineStatus = 'connected' | 'stale' | 'lost' | 'busy';

/** When the bytes of one call came; valid during the call. */
export interface Heard {
  /** The last of them: monotonic ms, and ms since 1970. */
  readonly at: number;
  readonly wall: number;
  /** The first of them, ms since 1970. */
  readonly sinceWall: number;
}

export interface LineOptions {
  /** A new transport for each attempt to connect. */
  readonly create: () => Transport;
  readonly clock: Clock;
  /** Between two typed characters, ms; 0: as fast as the wire takes them. */
  readonly paceMs: number;
  /** Spreads the attempts of many lines, the same at each run: the name of the line. */
  readonly seed?: string;
  /** Console bytes, only valid during the call; a Buffer where the wire is a socket. */
  onData(bytes: Uint8Array, heard: Heard): void;
  /** On every change, and when the detail changes while the line is lost or busy. */
  onStatus(status: LineStatus, detail: string): void;
  onModem(line: 'dsr' | 'dcd' | 'cts', on: boolean): void;
  /** What is to be said of the line itself: BREAKs, damaged bytes, a speed that seems wrong. */
  onReport?(report: LineReport): void;
  /** What CList says of its speed: the end of a sentence. */
  readonly speed?: string;
  /** Something was not typed, or a BREAK not sent; one clause that says what and why. */
  onDropped(detail: string): void;
}

const SPEED_UNKNOWN = 'compare the port of the terminal server with the console';

/** How often silence is looked at. */
const TICK_MS = 20_000;
/** Silent for so many ticks: the other end is asked for a sign of life, if it knows the question. */
const SILENT_TICKS_MAX = 3;
const ANSWER_WITHIN_MS = 10_000;

export class Line {
  readonly #options: LineOptions;
  readonly #handlers: TransportHandlers;
  readonly #typing: TypingQueue;
  readonly #health: LineHealth;
  readonly #modem: ModemReport;
  readonly #flow: FlowLimit;
  readonly #tick = (): void => this.#lookAtSilence();
  #transport: Transport | null = null;
  /** The transport is open. */
  #isOpen = false;
  #status: LineStatus = 'lost';
  #detail = '';
  #failures = 0;
  #openedAt = 0;
  #heard = false;
  #silentTicks = 0;
  #isUnanswered = false;
  #isBlocked = false;
  readonly #held = new HeldText();
  #holdUntil = 0;
  #isWatched = false;
  #isPaused = false;
  #heldAt = 0;
  #heldWall = 0;
  #heldSinceWall = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#handlers = {
      data: (bytes) => this.#received(bytes),
      modem: (line, on) => this.#modem.see(line, on),
      noticed: (fault, count) => this.#health.noticed(fault, count),
      closed: (reason) => this.#closed(reason),
    };
    const { clock } = options;
    const report = (one: LineReport) => options.onReport?.(one);
    this.#health = new LineHealth(options.speed ?? SPEED_UNKNOWN, clock.now().at, report);
    this.#modem = new ModemReport({
      clock,
      onModem: (line, on) => options.onModem(line, on),
      onFlapping: (what) => report({ level: 'warn', what, trouble: null }),
    });
    this.#flow = new FlowLimit(clock, () => this.#pauseTransport());
    this.#typing = new TypingQueue({
      clock: options.clock,
      paceMs: options.paceMs,
      onDropped: (detail) => options.onDropped(detail),
      onBlocked: (blocked) => this.#blocked(blocked),
    });
  }

  start(): void {
    if (this.#transport === null && this.#cancelTimer === null) this.#connect();
  }

  /** Ends the connection and all attempts, without a word; `start` begins anew. */
  stop(): void {
    this.release();
    this.#setTimer(null);
    this.#typing.detach('the console was given up');
    this.#modem.stop();
    this.#transport?.close();
    this.#forgetTransport();
    this.#status = 'lost';
    this.#failures = 0;
  }

  /** Types latin1 text after all that was typed before. Never waits for a later connection. */
  type(data: string): void {
    this.#typing.type(data);
  }

  /** Forgets what is not typed and the BREAKs that are not begun. */
  discardTyping(): void {
    this.#typing.discard();
  }

  /**
   * Half lines of plain text need not be reported before this time (monotonic ms) unless `release`
   * asks for them; 0: report everything at once, as it is at the start.
   */
  hold(untilAt: number): void {
    this.#holdUntil = this.#isWatched ? 0 : untilAt;
  }

  /** `true`: a person watches it live, and nothing is held back. */
  watch(isWatched: boolean): void {
    this.#isWatched = isWatched;
    if (!isWatched) return;
    this.#holdUntil = 0;
    this.release();
  }

  /** Reports what is held, with the time when it came. */
  release(): void {
    if (this.#held.isEmpty) return;
    this.#options.onData(this.#held.take(), {
      at: this.#heldAt,
      wall: this.#heldWall,
      sinceWall: this.#heldSinceWall,
    });
  }

  /** `true`: the console is not read until `false`, where the wire can do that. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#pauseTransport();
  }

  #pauseTransport(): void {
    if (this.#isOpen) this.#transport?.pause?.(this.#isPaused || this.#flow.isHeld);
  }

  /** A BREAK after all that was typed before. */
  sendBreak(): void {
    this.#typing.sendBreak();
  }

  /** Does the other end (the terminal server) answer? Never when there is no connection. */
  ask(withinMs: number): Promise<Answer> {
    if (this.#transport === null || !this.#isOpen) {
      return Promise.resolve({ answers: false, detail: 'there is no connection' });
    }
    return this.#transport.answers(withinMs);
  }

  #connect(): void {
    const transport = this.#createTransport();
    if (transport === null) return;
    this.#transport = transport;
    transport.open(this.#handlers).then(
      () => {
        if (this.#transport === transport) this.#opened(transport);
      },
      (error: unknown) => {
        if (this.#transport === transport) this.#failed(error);
      },
    );
  }

  #createTransport(): Transport | null {
    try {
      return this.#options.create();
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  #opened(transport: Transport): void {
    this.#isOpen = true;
    if (this.#isPaused) transport.pause?.(true);
    this.#openedAt = this.#options.clock.now().at;
    this.#health.startAgain(this.#openedAt);
    this.#heard = false;
    this.#silentTicks = 0;
    this.#typing.attach(transport);
    this.#setTimer(this.#options.clock.after(TICK_MS, this.#tick));
    this.#report('connected', '');
  }

  #failed(error: unknown): void {
    const busy = error instanceof TransportError && error.code === 'busy';
    const detail = error instanceof Error ? error.message : 'connecting failed';
    this.#retryLater(busy ? 'busy' : 'lost', detail, 0);
  }

  #closed(reason: CloseReason): void {
    const upForMs = this.#options.clock.now().at - this.#openedAt;
    this.#retryLater(reason.kind, reason.detail, upForMs);
  }

  #retryLater(status: 'lost' | 'busy', detail: string, upForMs: number): void {
    this.release();
    this.#forgetTransport();
    this.#failures = countFailure(this.#failures, upForMs);
    const delayMs = backoffMs(this.#failures, this.#options.seed ?? '');
    this.#setTimer(
      this.#options.clock.after(delayMs, () => {
        this.#cancelTimer = null;
        this.#connect();
      }),
    );
    this.#typing.detach('the connection was lost');
    this.#report(status, detail);
  }

  #forgetTransport(): void {
    this.#transport = null;
    this.#isOpen = false;
    this.#isUnanswered = false;
    this.#isBlocked = false;
    this.#flow.stop();
  }

  /** Runs for every chunk of every console: nothing here may cost. */
  #received(bytes: Uint8Array): void {
    this.#heard = true;
    if (this.#isUnanswered) this.#answered();
    const { at, wall } = this.#options.clock.now();
    this.#flow.took(bytes.length, at);
    this.#health.see(bytes);
    const begins = this.#held.isEmpty;
    if (at < this.#holdUntil && this.#held.add(bytes)) {
      this.#heldAt = at;
      this.#heldWall = wall;
      if (begins) this.#heldSinceWall = wall;
      return;
    }
    const joined = begins ? null : this.#held.takeWith(bytes);
    const sinceWall = joined === null ? wall : this.#heldSinceWall;
    this.release();
    this.#options.onData(joined ?? bytes, { at, wall, sinceWall });
  }

  #lookAtSilence(): void {
    this.#setTimer(this.#options.clock.after(TICK_MS, this.#tick));
    this.#health.judge(this.#options.clock.now().at);
    this.#silentTicks = this.#heard ? 0 : this.#silentTicks + 1;
    this.#heard = false;
    const transport = this.#transport;
    if (this.#silentTicks < SILENT_TICKS_MAX || transport === null) return;
    this.#silentTicks = 0;
    if (!transport.answersInBand) return;
    transport.answers(ANSWER_WITHIN_MS).then(
      (answer) => {
        if (this.#transport !== transport || this.#heard) return;
        if (answer.answers) this.#answered();
        else this.#unanswered(answer.detail);
      },
      () => {
        if (this.#transport === transport) this.#unanswered('the question could not be sent');
      },
    );
  }

  #answered(): void {
    this.#isUnanswered = false;
    this.#reportOpen('');
  }

  #unanswered(detail: string): void {
    this.#isUnanswered = true;
    this.#reportOpen(detail);
  }

  #blocked(blocked: boolean): void {
    this.#isBlocked = blocked;
    this.#reportOpen('nothing typed could be written for 10 s');
  }

  #reportOpen(detail: string): void {
    if (!this.#isOpen) return;
    const stale = this.#isUnanswered || this.#isBlocked;
    this.#report(stale ? 'stale' : 'connected', stale ? detail : '');
  }

  #report(status: LineStatus, detail: string): void {
    const known = status === this.#status && (status === 'stale' || detail === this.#detail);
    this.#status = status;
    this.#detail = detail;
    if (!known) this.#options.onStatus(status, detail);
  }

  #setTimer(cancel: (() => void) | null): void {
    this.#cancelTimer?.();
    this.#cancelTimer = cancel;
  }
}
