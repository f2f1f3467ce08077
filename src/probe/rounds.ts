/**
 * Asks each question again and again on a clock: never twice at a time, spread over the interval,
 * with a limit to how many are under way. Used by the probers that ask one address at a time.
 */
import type { Clock } from '../clock/clock.ts';
import type { ProbeQuestion, Prober } from './prober.ts';

/** Asks once; `done` is called exactly once. The returned function ends it early, without `done`. */
export type AskOnce = (question: ProbeQuestion, done: () => void) => () => void;

interface Round {
  readonly question: ProbeQuestion;
  cancel: () => void;
  isOver: boolean;
}

export class Rounds implements Prober {
  readonly #clock: Clock;
  readonly #askOnce: AskOnce;
  readonly #atOnceMax: number;
  readonly #rounds = new Map<string, Round>();
  #underWay = 0;
  #waiting: Round[] = [];

  constructor(clock: Clock, atOnceMax: number, askOnce: AskOnce) {
    this.#clock = clock;
    this.#atOnceMax = atOnceMax;
    this.#askOnce = askOnce;
  }

  ask(questions: readonly ProbeQuestion[]): void {
    const wanted = new Map(questions.map((question) => [question.key, question]));
    for (const [key, round] of this.#rounds) {
      if (wanted.get(key)?.intervalMs !== round.question.intervalMs) this.#drop(key, round);
    }
    questions.forEach((question, index) => {
      if (this.#rounds.has(question.key)) return;
      const round: Round = { question, cancel: () => {}, isOver: false };
      this.#rounds.set(question.key, round);
      this.#schedule(round, (question.intervalMs * index) / questions.length);
    });
  }

  stop(): void {
    this.ask([]);
  }

  #drop(key: string, round: Round): void {
    round.isOver = true;
    round.cancel();
    this.#rounds.delete(key);
    this.#waiting = this.#waiting.filter((other) => other !== round);
  }

  #schedule(round: Round, delayMs: number): void {
    round.cancel = this.#clock.after(delayMs, () => {
      this.#waiting.push(round);
      this.#askWaiting();
    });
  }

  #askWaiting(): void {
    while (this.#underWay < this.#atOnceMax) {
      const round = this.#waiting.shift();
      if (round === undefined) return;
      this.#begin(round);
    }
  }

  #begin(round: Round): void {
    const begunAt = this.#clock.now().at;
    let isDone = false;
    const leave = () => {
      if (isDone) return false;
      isDone = true;
      this.#underWay--;
      return true;
    };
    this.#underWay++;
    const endEarly = this.#askOnce(round.question, () => {
      if (!leave() || round.isOver) return;
      const spentMs = this.#clock.now().at - begunAt;
      this.#schedule(round, Math.max(0, round.question.intervalMs - spentMs));
      this.#askWaiting();
    });
    if (isDone) return;
    round.cancel = () => {
      if (leave()) endEarly();
      this.#askWaiting();
    };
  }
}
