/**
 * What is to be typed on one console: characters and BREAKs in order, paced, bounded. Used by
 * transport/line.ts. What could not be typed is dropped in one piece and reported, never kept for
 * later: half a command is worse than none.
 */
import type { Clock } from '../clock/clock.ts';
import type { Transport } from './transport.ts';

export interface TypingQueueOptions {
  readonly clock: Clock;
  readonly paceMs: number;
  onDropped(detail: string): void;
  /** Nothing typed could be written for 10 s (`true`), or could again (`false`). */
  onBlocked(blocked: boolean): void;
}

/** Characters waiting; a BREAK counts as one. */
export const TYPING_CHARACTERS_MAX = 4096;
const BLOCKED_AFTER_MS = 10_000;
/** A BREAK may be a sequence with pauses: it is not blocked before this. */
const BREAK_MS_MAX = 30_000;

const BREAK = Symbol('break');

export class TypingQueue {
  readonly #options: TypingQueueOptions;
  readonly #next = (): void => this.#proceed();
  #transport: Transport | null = null;
  #items: (string | typeof BREAK)[] = [];
  /** Characters of the first item that are typed already. */
  #typed = 0;
  #waiting = 0;
  /** The pace, the wire or a BREAK is waited for. */
  #isHeld = false;
  #cancelTimer: (() => void) | null = null;
  #isBlocked = false;

  constructor(options: TypingQueueOptions) {
    this.#options = options;
  }

  /** A connection is there. */
  attach(transport: Transport): void {
    this.#transport = transport;
  }

  /** The connection is gone, and all that waits with it. */
  detach(why: string): void {
    this.#transport = null;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#isHeld = false;
    this.#isBlocked = false;
    this.#drop(why);
  }

  type(data: string): void {
    this.#add(data, data.length);
  }

  sendBreak(): void {
    this.#add(BREAK, 1);
  }

  discard(): void {
    this.#items = [];
    this.#typed = 0;
    this.#waiting = 0;
  }

  #add(item: string | typeof BREAK, characters: number): void {
    if (characters === 0) return;
    this.#items.push(item);
    this.#waiting += characters;
    if (this.#transport === null) this.#drop('the console is not connected');
    else if (this.#waiting > TYPING_CHARACTERS_MAX) {
      this.#drop(`more than ${TYPING_CHARACTERS_MAX} were waiting`);
    } else if (!this.#isHeld) this.#proceed();
  }

  #drop(why: string): void {
    const breaks = this.#items.filter((item) => item === BREAK).length;
    const characters = this.#waiting - breaks;
    this.discard();
    if (characters > 0) this.#options.onDropped(`${characters} characters not typed: ${why}`);
    if (breaks > 0) this.#options.onDropped(`BREAK not sent: ${why}`);
  }

  #proceed(): void {
    this.#isHeld = false;
    this.#cancelTimer = null;
    while (this.#typeNext()) {
      // As long as the wire takes it; with a pace, one at a time.
    }
  }

  /** Types the next character, or starts the next BREAK. True: the one after it may follow now. */
  #typeNext(): boolean {
    const transport = this.#transport;
    const item = this.#items[0];
    if (transport === null || item === undefined) return false;
    this.#isHeld = true;
    if (item === BREAK) {
      this.#take(1, true);
      this.#holdFor(transport, this.#break(transport), BREAK_MS_MAX);
      return false;
    }
    const left = item.length - this.#typed;
    const count = this.#options.paceMs > 0 ? 1 : left;
    const bytes = Buffer.from(item.slice(this.#typed, this.#typed + count), 'latin1');
    this.#take(count, count === left);
    if (transport.write(bytes)) return this.#pace();
    this.#holdFor(transport, transport.drained(), BLOCKED_AFTER_MS);
    return false;
  }

  /** Leaves the time between two characters. True: there is none to leave. */
  #pace(): boolean {
    this.#isHeld = this.#options.paceMs > 0;
    if (!this.#isHeld) return true;
    this.#cancelTimer = this.#options.clock.after(this.#options.paceMs, this.#next);
    return false;
  }

  #take(count: number, wholeItem: boolean): void {
    this.#waiting -= count;
    this.#typed = wholeItem ? 0 : this.#typed + count;
    if (wholeItem) this.#items.shift();
  }

  #break(transport: Transport): Promise<void> {
    return transport.sendBreak().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : 'unknown';
      this.#options.onDropped(`BREAK not sent: ${why}`);
    });
  }

  /** Goes on when `over` resolves; says so when that takes longer than `limitMs`. */
  #holdFor(transport: Transport, over: Promise<void>, limitMs: number): void {
    this.#cancelTimer = this.#options.clock.after(limitMs, () => {
      this.#cancelTimer = null;
      this.#isBlocked = true;
      this.#options.onBlocked(true);
    });
    over.then(
      () => this.#released(transport),
      () => this.#released(transport),
    );
  }

  #released(transport: Transport): void {
    if (this.#transport !== transport) return;
    this.#cancelTimer?.();
    if (this.#isBlocked) {
      this.#isBlocked = false;
      this.#options.onBlocked(false);
    }
    if (this.#pace()) this.#proceed();
  }
}
