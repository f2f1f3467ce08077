/**
 * Tells of something that fails again and again: when it begins, when it ends, and once an hour where
 * its words have changed meanwhile. Servers put a new number into each refusal, and an alarm with
 * other words is told to everybody anew. Used by outboxes and the heartbeat.
 */
import type { Clock } from '../clock/clock.ts';

const CHANGED_WORDS_MS = 3_600_000;

export class SteadyTrouble {
  readonly #clock: Clock;
  readonly #tell: (text: string | null) => void;
  #told: { readonly text: string; readonly at: number } | null = null;

  /** `tell`: null when it is over. */
  constructor(clock: Clock, tell: (text: string | null) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** It failed. `isNews`: other words are told at once. */
  begin(text: string, isNews = false): void {
    const { at } = this.#clock.now();
    const told = this.#told;
    if (told !== null && told.text === text) return;
    if (told !== null && !isNews && at - told.at < CHANGED_WORDS_MS) return;
    this.#told = { text, at };
    this.#tell(text);
  }

  /** It works. */
  end(): void {
    if (this.#told === null) return;
    this.#told = null;
    this.#tell(null);
  }
}
