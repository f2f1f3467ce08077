/**
 * What waits to go to one attached terminal. Bounded: a terminal that is slow or stopped loses the
 * oldest console text, and is told how much, so that it can hold up neither the console nor the
 * daemon. What is no console text is few and never lost. Used by session.ts.
 * Text that comes in one turn of the event loop goes out as one message, after the machine has had
 * its look at it.
 */
import type { StreamWire } from '../control/stream.ts';
import type { ToTerminal } from './messages.ts';

/** Console text that waits for a slow terminal, characters. */
export const WAITING_CHARS_MAX = 256 * 1024;
/** What is no console text, for a terminal that takes nothing; then it is let go. */
const WAITING_MESSAGES_MAX = 2_000;
/** One message. */
const MESSAGE_CHARS_MAX = 16 * 1024;

type Item = { text: string } | { readonly message: ToTerminal };

export class Outbox {
  readonly #wire: StreamWire;
  readonly #turn: (run: () => void) => void;
  readonly #onTurn = () => this.#flush();
  #items: Item[] = [];
  #waitingChars = 0;
  #lostChars = 0;
  #isAsked = false;
  #isBlocked = false;
  /** Nothing goes out before `start`. */
  #isStarted = false;

  constructor(wire: StreamWire, turn: (run: () => void) => void) {
    this.#wire = wire;
    this.#turn = turn;
  }

  /** More waits than a terminal can be behind with. */
  get isFull(): boolean {
    return this.#items.length > WAITING_MESSAGES_MAX;
  }

  /** It takes nothing at the moment. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** `first` goes out before everything that came meanwhile. */
  start(first: readonly ToTerminal[]): void {
    this.#items.unshift(...first.map((message) => ({ message })));
    this.#isStarted = true;
    this.#askForTurn();
  }

  text(data: string): void {
    const last = this.#items.at(-1);
    if (last !== undefined && 'text' in last && last.text.length < MESSAGE_CHARS_MAX) {
      last.text += data;
    } else this.#items.push({ text: data });
    this.#waitingChars += data.length;
    if (this.#waitingChars > WAITING_CHARS_MAX) this.#dropOldest();
    this.#askForTurn();
  }

  message(message: ToTerminal): void {
    this.#items.push({ message });
    this.#askForTurn();
  }

  drained(): void {
    this.#isBlocked = false;
    this.#askForTurn();
  }

  /** Sends what waits, as far as the wire takes it, then the last word, and closes. */
  end(why: string): void {
    this.#flush();
    this.#items = [];
    this.#wire.send(JSON.stringify({ kind: 'end', why } satisfies ToTerminal));
    this.#wire.end();
  }

  #askForTurn(): void {
    if (this.#isAsked || this.#isBlocked || !this.#isStarted) return;
    this.#isAsked = true;
    this.#turn(this.#onTurn);
  }

  #flush(): void {
    this.#isAsked = false;
    while (!this.#isBlocked) {
      const message = this.#next();
      if (message === null) return;
      if (!this.#wire.send(JSON.stringify(message))) this.#isBlocked = true;
    }
  }

  #next(): ToTerminal | null {
    const [first] = this.#items;
    if (first === undefined) return null;
    if ('message' in first) {
      this.#items.shift();
      return first.message;
    }
    if (this.#lostChars > 0) return this.#takeLoss();
    const data = first.text.slice(0, MESSAGE_CHARS_MAX);
    if (data.length === first.text.length) this.#items.shift();
    else first.text = first.text.slice(data.length);
    this.#waitingChars -= data.length;
    return { kind: 'text', data };
  }

  #takeLoss(): ToTerminal {
    const lost = this.#lostChars;
    this.#lostChars = 0;
    return {
      kind: 'remark',
      text: `${lost} characters are not shown: this terminal was too slow; the transcript has them`,
    };
  }

  #dropOldest(): void {
    this.#items = this.#items.filter((item) => {
      if ('message' in item || this.#waitingChars <= WAITING_CHARS_MAX) return true;
      this.#waitingChars -= item.text.length;
      this.#lostChars += item.text.length;
      return false;
    });
  }
}
