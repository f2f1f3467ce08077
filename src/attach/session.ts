/**
 * One attached terminal: takes its messages, keeps its one open question, and sends it what it is to
 * see. What it wants is done by its cluster (cluster-desk.ts). Made by cluster-desk.ts for each
 * stream. Must never throw for what a terminal sends: garbage ends that terminal alone.
 */
import type { Clock } from '../clock/clock.ts';
import type { StreamListener, StreamWire } from '../control/stream.ts';
import { assertNever } from '../language/assert-never.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import { type FromTerminal, parseFromTerminal, type ToTerminal } from './messages.ts';
import { Outbox } from './outbox.ts';

/** What a terminal may want; each call must not throw. */
export interface SessionHost {
  typed(session: Session, data: string): void;
  wantsToWrite(session: Session, isForced: boolean): void;
  wantsToSpy(session: Session): void;
  wantsBreak(session: Session): void;
  wantsWho(session: Session): void;
  wantsInfo(session: Session): void;
  wantsReplay(session: Session, lines: number): void;
  gone(session: Session): void;
}

export interface SessionOptions {
  readonly id: number;
  readonly node: NodeIndex;
  /** As logs and others see it. */
  readonly operator: string;
  readonly host: SessionHost;
  readonly wire: StreamWire;
  readonly clock: Clock;
  readonly turn: (run: () => void) => void;
}

interface Question {
  readonly id: number;
  readonly expected: string;
  readonly sure: () => void;
  readonly cancelTimer: () => void;
}

/** Nobody answers: the question is taken back. */
const ANSWER_WITHIN_MS = 120_000;
/** For the last words to be taken. */
const END_WITHIN_MS = 1_000;

export class Session implements StreamListener {
  readonly id: number;
  readonly node: NodeIndex;
  readonly operator: string;
  readonly sinceWall: number;
  readonly #options: SessionOptions;
  readonly #outbox: Outbox;
  #question: Question | null = null;
  #questions = 0;
  #heardAt: number;
  #isOver = false;

  constructor(options: SessionOptions) {
    const { id, node, operator, clock, wire, turn } = options;
    const { at, wall } = clock.now();
    this.id = id;
    this.node = node;
    this.operator = operator;
    this.sinceWall = wall;
    this.#heardAt = at;
    this.#options = options;
    this.#outbox = new Outbox(wire, turn);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Since the terminal sent anything, an answer to a ping included. */
  get silentForMs(): number {
    return this.#options.clock.now().at - this.#heardAt;
  }

  // ---- what it is sent ----

  /** Nothing goes out before this; `first` stands before what came meanwhile. */
  start(first: readonly ToTerminal[]): void {
    if (!this.#isOver) this.#outbox.start(first);
  }

  text(latin1: string): void {
    this.#outbox.text(latin1);
  }

  remark(text: string): void {
    this.#outbox.message({ kind: 'remark', text });
  }

  tell(lines: readonly string[]): void {
    this.#outbox.message({ kind: 'told', lines });
  }

  mode(isWriting: boolean): void {
    this.#outbox.message({ kind: 'mode', isWriting });
  }

  /** Who does not read what is there would not answer either. */
  ping(): void {
    if (!this.#outbox.isBlocked) this.#outbox.message({ kind: 'ping' });
  }

  /** One question at a time: an older one is taken back. `sure`: the answer was the expected one. */
  ask(lines: readonly string[], prompt: string, expected: string, sure: () => void): void {
    this.withdraw();
    this.#questions += 1;
    const id = this.#questions;
    const cancelTimer = this.#options.clock.after(ANSWER_WITHIN_MS, () => {
      this.withdraw();
      this.remark('no answer: nothing is done');
    });
    this.#question = { id, expected, sure, cancelTimer };
    this.#outbox.message({ kind: 'question', id, lines, prompt });
  }

  withdraw(): void {
    const question = this.#question;
    this.#question = null;
    if (question === null) return;
    question.cancelTimer();
    this.#outbox.message({ kind: 'withdrawn', id: question.id });
  }

  /** The last word; `closed` follows. */
  end(why: string): void {
    if (this.#isOver) return;
    this.#outbox.end(why);
    this.#options.clock.after(END_WITHIN_MS, () => this.#options.wire.destroy());
    this.closed();
  }

  // ---- what comes from it ----

  received(line: string): void {
    if (this.#isOver) return;
    this.#heardAt = this.#options.clock.now().at;
    if (this.#outbox.isFull) return this.end('this terminal asks and does not read');
    const message = parseFromTerminal(line);
    if (message === null)
      this.end('that was not understood; are daemon and command of the same version?');
    else this.#take(message);
  }

  drained(): void {
    this.#outbox.drained();
  }

  closed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#question?.cancelTimer();
    this.#question = null;
    this.#options.host.gone(this);
  }

  #take(message: FromTerminal): void {
    const { host } = this.#options;
    switch (message.kind) {
      case 'type':
        // Typed before the terminal knew of the question: not meant as its answer, nor for later.
        if (this.#question === null) host.typed(this, message.data);
        return;
      case 'write':
        return host.wantsToWrite(this, message.force);
      case 'spy':
        return host.wantsToSpy(this);
      case 'break':
        return host.wantsBreak(this);
      case 'answer':
        return this.#answered(message.id, message.text);
      case 'who':
        return host.wantsWho(this);
      case 'info':
        return host.wantsInfo(this);
      case 'replay':
        return host.wantsReplay(this, message.lines);
      case 'pong':
        return;
      default:
        assertNever(message);
    }
  }

  #answered(id: number, text: string): void {
    const question = this.#question;
    if (question === null || question.id !== id) return;
    this.#question = null;
    question.cancelTimer();
    if (text.trim() === question.expected) question.sure();
    else this.remark(`that was not '${question.expected}': nothing is done`);
  }
}
