/**
 * One person typing on one console: every key goes to the line at once, except a RETURN that would
 * start, resume or reset a system or destroy data, and a key that stops it: these are held until the
 * person has confirmed. What was typed goes to the log, a line at a time and with the name; nothing
 * of a line that was typed where the console asked for a secret.
 * Made by write-lock.ts when the lock is given. Frees it after a time without a key.
 */
import type { Clock } from '../clock/clock.ts';
import { quoteBytes } from '../log/escape.ts';
import type { Danger } from './danger.ts';
import { TypedLine } from './typed-line.ts';

export interface WriterParts {
  readonly clock: Clock;
  /** Without a key for so long: the lock is given back. */
  readonly idleMs: number;
  /** Types on the console. */
  send(latin1: string): void;
  /** The line with the cursor, as the screen has it. */
  shown(): string;
  judge(typed: string, shown: string): Danger | null;
  /** Asks the person; `sure` is called when the answer is the right one. */
  confirmLine(danger: Danger, sure: () => void): void;
  confirmBreakKey(sure: () => void): void;
  /** What was typed, for transcript and log. */
  record(what: string): void;
  /** To the person alone. */
  tell(text: string): void;
  idle(forMs: number): void;
}

/** Said so long before the lock is given back; at half the time where that is short. */
const WARNING_MS = 60_000;
const SECRET = /(assword|assphrase|PIN|[Ss]ecret|[Rr]esponse|[Tt]oken)[^:]{0,40}: *$/;
/** On a Solaris console with the alternate abort sequence: RETURN, ~, ^B is a BREAK. */
const ABORT_KEY = '\x02';
const RECORD_CHARS_MAX = 500;
/** Shown by name; a log line for each would be one line for each key of an editor. */
const KEYS_MAX = 200;

export class Writer {
  readonly #parts: WriterParts;
  readonly #line = new TypedLine();
  /** All keys since the last record. */
  #keys = '';
  #isSecret = false;
  #lastKey = '';
  #typedAt: number;
  #cancelTimer: () => void = () => {};
  #isWarned = false;
  #isOver = false;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#typedAt = parts.clock.now().at;
    this.#arm();
  }

  /** Since the last key. */
  get idleForMs(): number {
    return this.#parts.clock.now().at - this.#typedAt;
  }

  /** Nothing is taken any more behind a key that has to be confirmed. */
  type(data: string): void {
    this.#touch();
    for (let from = 0; from < data.length; ) {
      const end = keyBeforeStop(data, from);
      if (end > from) this.#pass(data.slice(from, end));
      if (end === data.length) return;
      if (!this.#passStop(data[end] ?? '')) {
        this.#tellDropped(data.length - end - 1);
        return;
      }
      from = end + 1;
    }
  }

  /** A BREAK, or anything else that counts as being there. */
  touch(): void {
    this.#touch();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimer();
    this.#record();
  }

  /** False: it is held. */
  #passStop(key: string): boolean {
    if (key === ABORT_KEY) return this.#passAbort(key);
    const typed = this.#line.text;
    const danger = this.#isSecret ? null : this.#parts.judge(typed, this.#parts.shown());
    if (danger === null) {
      this.#sendReturn(key);
      return true;
    }
    this.#parts.confirmLine(danger, () => {
      if (!this.#isOver) this.#sendReturn(key);
    });
    return false;
  }

  #passAbort(key: string): boolean {
    if (this.#lastKey !== '~') {
      this.#pass(key);
      return true;
    }
    this.#parts.confirmBreakKey(() => {
      if (!this.#isOver) this.#pass(key);
    });
    return false;
  }

  #sendReturn(key: string): void {
    this.#touch();
    this.#keys += key;
    this.#lastKey = key;
    this.#parts.send(key);
    this.#line.take();
    this.#record();
  }

  #pass(keys: string): void {
    if (this.#keys === '') this.#isSecret = SECRET.test(this.#parts.shown());
    for (const key of keys) this.#line.add(key);
    this.#keys += keys;
    this.#lastKey = keys.at(-1) ?? '';
    this.#parts.send(keys);
    if (this.#keys.length > KEYS_MAX && !this.#isSecret) this.#record();
  }

  #record(): void {
    const keys = this.#keys;
    this.#keys = '';
    if (keys === '') return;
    const what = this.#isSecret
      ? 'a line that is not recorded'
      : quoteBytes(keys.slice(0, RECORD_CHARS_MAX));
    this.#isSecret = false;
    this.#parts.record(what);
  }

  #tellDropped(count: number): void {
    if (count > 0) this.#parts.tell(`${count} characters behind it were thrown away`);
  }

  // ---- idleness ----

  #touch(): void {
    this.#typedAt = this.#parts.clock.now().at;
    if (!this.#isWarned) return;
    this.#isWarned = false;
    this.#arm();
  }

  #arm(): void {
    this.#cancelTimer();
    const { clock, idleMs } = this.#parts;
    const due = this.#typedAt + (this.#isWarned ? idleMs : this.#warnsAfterMs);
    this.#cancelTimer = clock.after(Math.max(1, due - clock.now().at), () => this.#look());
  }

  get #warnsAfterMs(): number {
    const { idleMs } = this.#parts;
    return Math.max(idleMs - WARNING_MS, idleMs / 2);
  }

  #look(): void {
    if (this.#isOver) return;
    const { idleMs, tell, idle } = this.#parts;
    const idleForMs = this.idleForMs;
    if (idleForMs >= idleMs) {
      idle(idleForMs);
      return;
    }
    if (!this.#isWarned && idleForMs >= this.#warnsAfterMs) {
      this.#isWarned = true;
      const seconds = Math.ceil((idleMs - idleForMs) / 1000);
      tell(`nothing typed for a while: the write lock is given back in ${seconds} s`);
    }
    this.#arm();
  }
}

/** Where the next RETURN or abort key stands, or the end. */
function keyBeforeStop(data: string, from: number): number {
  for (let index = from; index < data.length; index++) {
    const key = data[index];
    if (key === '\r' || key === '\n' || key === ABORT_KEY) return index;
  }
  return data.length;
}
