/**
 * Operators' requests that wait for the machine's reply, by number.
 * Called by the runner. An operator must never wait for ever: no reply in time is said so.
 */
import type { Clock } from '../clock/clock.ts';
import type { LookAnswer } from '../machine/protocol.ts';

export interface OperatorAnswer {
  readonly accepted: boolean;
  readonly text: string;
}

const REPLY_MS = 15_000;
const NO_REPLY: OperatorAnswer = {
  accepted: false,
  text: 'the machine took the request and has not answered; see clusterd status',
};

const LOOK_MS = 4 * 60_000;
const NO_LOOK: LookAnswer = {
  done: false,
  failure: 'not-looked',
  note: 'no end within 4 minutes',
  heard: [],
};

interface WaitingLook {
  readonly settle: (answer: LookAnswer) => void;
  readonly cancel: () => void;
}

interface Waiting {
  readonly settle: (answer: OperatorAnswer) => void;
  readonly cancel: () => void;
}

export class Replies {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  readonly #looks = new Map<number, WaitingLook>();
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

  /** As `open`, for what a look comes to. */
  openLook(): { readonly reply: number; readonly answer: Promise<LookAnswer> } {
    const reply = this.#next++;
    const answer = new Promise<LookAnswer>((settle) => {
      const cancel = this.#clock.after(LOOK_MS, () => this.looked(reply, NO_LOOK));
      this.#looks.set(reply, { settle, cancel });
    });
    return { reply, answer };
  }

  looked(reply: number, answer: LookAnswer): void {
    const waiting = this.#looks.get(reply);
    if (waiting === undefined) return;
    this.#looks.delete(reply);
    waiting.cancel();
    waiting.settle(answer);
  }

  /** Answers everybody who still waits with a refusal. */
  close(text: string): void {
    for (const reply of [...this.#looks.keys()]) this.looked(reply, { ...NO_LOOK, note: text });
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
