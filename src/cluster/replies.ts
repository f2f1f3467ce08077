/**
 * Operators' requests that wait for the machine's reply, by number.
 * Called by the runner. An operator must never wait for ever: no reply in time is said so.
 */
import type { Clock } from '../clock/clock.ts';

export interface OperatorAnswer {
  readonly accepted: boolean;
  readonly text: string;
}

const REPLY_MS = 15_000;
const NO_REPLY: OperatorAnswer = {
  accepted: false,
  text: 'the machine took the request and has not answered; see clusterd status',
};

interface Waiting {
  readonly settle: (answer: OperatorAnswer) => void;
  readonly cancel: () => void;
}

export class Replies {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  open(): { readonly reply: number; readonly answer: Promise<OperatorAnswer> } {
    const reply = this.#next++;
    const answer = new Promise<OperatorAnswer>((settle) => {
      const cancel = this.#clock.after(REPLY_MS, () => this.#settle(reply, NO_REPLY));
      this.#waiting.set(reply, { settle, cancel });
    });
    return { reply, answer };
  }

  answer(reply: number, accepted: boolean, text: string): void {
    this.#settle(reply, { accepted, text });
  }

  /** Answers everybody who still waits with a refusal. */
  close(text: string): void {
    for (const reply of [...this.#waiting.keys()]) this.#settle(reply, { accepted: false, text });
  }

  #settle(reply: number, answer: OperatorAnswer): void {
    const waiting = this.#waiting.get(reply);
    if (waiting === undefined) return;
    this.#waiting.delete(reply);
    waiting.cancel();
    waiting.settle(answer);
  }
}
