/**
 * What the daemon's prober would find out about the service address, without a packet for each
 * question: it looks when the network has changed, and when a silence has lasted long enough.
 */
import type { Network } from '../sim/network.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** The next question after a change comes within so long. */
const QUESTION_MS = 500;

export type Level = 'alive' | 'dead' | 'blind';

export interface ProberOptions {
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly deadAfterMs: number;
  readonly isOnline: () => boolean;
  readonly onLevel: (level: Level, detail: string) => void;
}

export class SimulatedProber {
  readonly #options: ProberOptions;
  #level: Level | null = null;
  #unansweredSince: number | null = null;
  #isAsking = false;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** As it was told last; null: not yet. */
  get level(): Level | null {
    return this.#level;
  }

  /** Something about reachability may have changed. */
  look(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#options.process.clock.after(QUESTION_MS, () => {
      this.#isAsking = false;
      this.#ask();
    });
  }

  /** What was not answered so far means nothing: the process stood still. */
  voidSilence(): void {
    this.#unansweredSince = null;
    this.look();
  }

  #ask(): void {
    const { network, process, deadAfterMs, isOnline } = this.#options;
    const { at } = process.clock.now();
    const isBlind = !isOnline() || !network.referenceUp;
    if (isBlind || network.serviceUp) this.#unansweredSince = null;
    if (isBlind) return this.#tell('blind', 'the reference does not answer either');
    if (network.serviceUp) return this.#tell('alive', 'answers');
    this.#unansweredSince ??= at;
    const leftMs = this.#unansweredSince + deadAfterMs - at;
    if (leftMs <= 0) this.#tell('dead', `no answer for ${deadAfterMs / 1000} s`);
    else process.clock.after(leftMs, () => this.#ask());
  }

  #tell(level: Level, detail: string): void {
    if (level === this.#level) return;
    this.#level = level;
    this.#options.onLevel(level, detail);
  }
}
