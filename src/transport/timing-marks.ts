/**
 * Timing marks (RFC 860) as a question of life: asked at connect, and believed as a question only
 * when two were answered, since some servers answer one and then hold it for the state in force.
 * Used by transport/telnet.ts.
 */
import type { Clock } from '../clock/clock.ts';
import type { Answer } from './reach.ts';

const TRUSTED_AFTER = 2;

export class TimingMarks {
  readonly #clock: Clock;
  readonly #send: () => void;
  #answered = 0;
  #waiting: readonly ((answer: Answer) => void)[] = [];

  constructor(clock: Clock, send: () => void) {
    this.#clock = clock;
    this.#send = send;
  }

  get trusted(): boolean {
    return this.#answered >= TRUSTED_AFTER;
  }

  /** Sends the first mark of a connection. */
  begin(): void {
    this.#send();
  }

  /**
   * Any answer will do for all who ask: a server that passed over one mark must not make all later
   * ones look unanswered.
   */
  answered(): void {
    this.#answered++;
    if (this.#answered < TRUSTED_AFTER) this.#send();
    for (const settle of this.#waiting)
      settle({ answers: true, detail: 'it answers timing marks' });
  }

  ask(withinMs: number): Promise<Answer> {
    this.#send();
    return new Promise((resolve) => {
      const settle = (answer: Answer): void => {
        cancel();
        this.#waiting = this.#waiting.filter((other) => other !== settle);
        resolve(answer);
      };
      const cancel = this.#clock.after(withinMs, () => {
        settle({ answers: false, detail: `no answer to a timing mark within ${withinMs} ms` });
      });
      this.#waiting = [...this.#waiting, settle];
    });
  }

  /** The connection is over. */
  stop(): void {
    for (const settle of this.#waiting) settle({ answers: false, detail: 'the connection ended' });
  }
}
