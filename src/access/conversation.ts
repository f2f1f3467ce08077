/**
 * One conversation with a terminal server or service processor: what came, cut into lines by the
 * machine's own eyes, and typing with its echo. Dialogues (dialogue-run.ts) wait on it. Text is only
 * looked at while something waits for it, so that nothing is lost between two steps and what follows
 * the last one can be handed on. Must never show what it types as a secret.
 */
import type { Clock } from '../clock/clock.ts';
import { emptyConsole, nextLine, splitPieces, takePiece } from '../machine/console.ts';

/** As the machine's `prompt-quiet`: so long nothing came, and half a line may be a prompt. */
export const PROMPT_QUIET_MS = 500;
const SETTLE_MS_MAX = 5000;
const ECHO_MS = 3000;
const ECHO_MS_PER_CHAR = 50;
const RETURN = '\r';

export interface ConversationParts {
  readonly clock: Clock;
  /** Between two typed characters, ms. */
  readonly paceMs: number;
  /** False: wait for `drained`. */
  write(bytes: Uint8Array): boolean;
  drained(): Promise<void>;
}

/** A line, or the quiet end of one, behind what was typed last. */
export interface HeardLine {
  readonly text: string;
  /** What stands before this column was there before we typed. */
  readonly from: number;
  /** It has not ended. */
  readonly unfinished: boolean;
}

/** Something that is waited for. True: it has come, and no more is looked at. */
interface Waiter {
  hears(line: HeardLine): boolean;
  /** After each piece of text, and when `at` has come. */
  looks(): boolean;
  /** When to look again, monotonic ms. */
  at(): number;
  over(): void;
}

export class Conversation {
  readonly #parts: ConversationParts;
  readonly #console;
  #pending = '';
  #mark = { line: 0, column: 0 };
  /** Our own line, which is no answer. */
  #echo: { readonly line: number; readonly text: string } | null = null;
  #byteAt: number;
  #typedAt: number;
  #waiter: Waiter | null = null;
  #cancelTimer: () => void = () => {};
  #last = '';
  #ended: string | null = null;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
    const { at } = parts.clock.now();
    this.#console = emptyConsole(at);
    this.#byteAt = at;
    this.#typedAt = at;
  }

  /** Why there is nobody to talk to any more, or null. */
  get ended(): string | null {
    return this.#ended;
  }

  /** The last line that said anything; as it came. */
  get last(): string {
    return this.#console.tail.trim() === '' ? this.#last : this.#console.tail;
  }

  get quietSince(): number {
    return Math.max(this.#byteAt, this.#typedAt);
  }

  /** Bytes of the other end, one character each. */
  feed(text: string): void {
    this.#pending += text;
    this.#byteAt = this.#parts.clock.now().at;
    this.#console.byteAt = this.#byteAt;
    this.#proceed();
  }

  /** The connection is over. */
  end(why: string): void {
    this.#ended ??= why;
    this.#settle()?.over();
  }

  /** What came and nobody has looked at; it is looked at no more. */
  takeRest(): string {
    const rest = this.#pending;
    this.#pending = '';
    return rest;
  }

  /** Waits for a line that `hears` takes, or a silence that `quietMs` asks for; false: in vain. */
  async wait(
    hears: (line: HeardLine) => boolean,
    quiet: { readonly ms: number; readonly reached: () => void } | null,
    withinMs: number,
  ): Promise<boolean> {
    const deadline = this.#now() + withinMs;
    let lookedAt = '';
    return this.#until((settle) => ({
      hears: (line) => hears(line) && settle(true),
      looks: () => {
        const tail = this.#tail();
        const isNew = tail !== null && `${this.#console.line} ${tail.text}` !== lookedAt;
        if (tail !== null && isNew && this.#isQuietFor(PROMPT_QUIET_MS)) {
          lookedAt = `${this.#console.line} ${tail.text}`;
          if (hears(tail)) return settle(true);
        }
        if (quiet !== null && this.#now() >= this.quietSince + quiet.ms) {
          quiet.reached();
          return settle(true);
        }
        return this.#now() >= deadline && settle(false);
      },
      at: () => Math.min(this.#nextLook(lookedAt, quiet?.ms ?? null), deadline),
      over: () => settle(false),
    }));
  }

  /** Types a line, compares its echo, and presses RETURN. False: the echo was wrong. */
  async send(text: string): Promise<boolean> {
    await this.#settleDown();
    const { line } = this.#console;
    const column = this.#console.tail.length;
    await this.#type(text);
    const deadline = this.#now() + ECHO_MS + ECHO_MS_PER_CHAR * text.length;
    const isRight = await this.#until((settle) => ({
      hears: () => false,
      looks: () => {
        const shown = this.#console.line === line ? this.#console.tail.slice(column) : null;
        if (shown === text) return settle(true);
        const isWrong = shown === null || !text.startsWith(shown) || this.#now() >= deadline;
        return isWrong && settle(false);
      },
      at: () => deadline,
      over: () => settle(false),
    }));
    if (isRight) await this.#return(this.#console.tail);
    return isRight;
  }

  /** Types it blindly, and RETURN. A peer that shows it all the same has not answered by that. */
  async sendSecret(value: string): Promise<void> {
    await this.#settleDown();
    const shown = this.#console.tail + value;
    await this.#type(value);
    await this.#return(shown);
  }

  async press(bytes: string): Promise<void> {
    if (bytes === RETURN) return this.#return(this.#console.tail);
    this.#markHere();
    await this.#type(bytes);
  }

  async #return(line: string): Promise<void> {
    this.#echo = { line: this.#console.line, text: line.trim() };
    this.#markHere();
    await this.#type(RETURN);
  }

  async #type(text: string): Promise<void> {
    const { paceMs, clock } = this.#parts;
    for (const char of text) {
      if (this.#ended !== null) return;
      if (!this.#parts.write(Buffer.from(char, 'latin1'))) await this.#parts.drained();
      this.#typedAt = clock.now().at;
      if (paceMs > 0) await new Promise<void>((resolve) => clock.after(paceMs, resolve));
    }
  }

  /** Nothing is typed into a running display. */
  #settleDown(): Promise<boolean> {
    const deadline = this.#now() + SETTLE_MS_MAX;
    const at = () => Math.min(this.#byteAt + PROMPT_QUIET_MS, deadline);
    return this.#until((settle) => ({
      hears: () => false,
      looks: () => this.#now() >= at() && settle(true),
      at,
      over: () => settle(false),
    }));
  }

  // ---- waiting -------------------------------------------------------------------------------------

  #until(make: (settle: (value: boolean) => true) => Waiter): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter = make((value) => {
        if (this.#waiter === waiter) this.#settle();
        resolve(value);
        return true;
      });
      this.#waiter = waiter;
      if (this.#ended !== null) this.#settle()?.over();
      else this.#proceed();
    });
  }

  #settle(): Waiter | null {
    const waiter = this.#waiter;
    this.#waiter = null;
    this.#cancelTimer();
    return waiter;
  }

  /** Looks at what came, line by line, for as long as somebody waits. */
  #proceed(): void {
    while (this.#waiter !== null && this.#pending !== '') {
      const end = this.#pending.search(/[\r\n]/) + 1;
      const piece = end === 0 ? this.#pending : this.#pending.slice(0, end);
      this.#pending = this.#pending.slice(piece.length);
      this.#take(piece);
    }
    const waiter = this.#waiter;
    if (waiter === null || waiter.looks()) return;
    this.#cancelTimer();
    const inMs = Math.max(1, waiter.at() - this.#now());
    this.#cancelTimer = this.#parts.clock.after(inMs, () => this.#proceed());
  }

  #take(text: string): void {
    const { pieces, escape } = splitPieces(this.#console.escape, text);
    this.#console.escape = escape;
    for (const first of pieces) {
      for (let piece: typeof first | null = first; piece !== null; ) {
        const taken = takePiece(this.#console, piece);
        if (taken.line !== null) this.#finish(taken.line);
        piece = taken.rest;
      }
    }
  }

  #finish(text: string): void {
    const line = this.#console.line;
    const isNews = text.trim() !== '' && !this.#isEcho(text) && line >= this.#mark.line;
    if (text.trim() !== '') this.#last = text;
    if (isNews) this.#waiter?.hears({ text, from: this.#from(), unfinished: false });
    nextLine(this.#console);
  }

  #tail(): HeardLine | null {
    const text = this.#console.tail;
    const isNews = text !== '' && !this.#isEcho(text);
    return isNews ? { text, from: this.#from(), unfinished: true } : null;
  }

  #isEcho(text: string): boolean {
    return this.#echo?.line === this.#console.line && this.#echo.text === text.trim();
  }

  #from(): number {
    return this.#console.line === this.#mark.line ? this.#mark.column : 0;
  }

  #markHere(): void {
    this.#mark = { line: this.#console.line, column: this.#console.tail.length };
  }

  #isQuietFor(ms: number): boolean {
    return this.#now() >= this.#byteAt + ms;
  }

  #nextLook(lookedAt: string, quietMs: number | null): number {
    const tail = this.#tail();
    const isLooked = tail === null || `${this.#console.line} ${tail.text}` === lookedAt;
    const tailAt = isLooked ? Number.POSITIVE_INFINITY : this.#byteAt + PROMPT_QUIET_MS;
    return Math.min(tailAt, quietMs === null ? tailAt : this.quietSince + quietMs);
  }

  #now(): number {
    return this.#parts.clock.now().at;
  }
}
