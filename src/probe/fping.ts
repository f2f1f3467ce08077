/**
 * Pings all addresses with a few fping processes: each has those that are asked equally often, and
 * not more than it can ask in time, so that one cluster with a short interval does not make all others
 * be asked as often, and a change of some addresses touches one process. Where fping cannot be started
 * at all, ping.ts takes over. Called by Reachability as its `ping` prober. Needs fping 5 with
 * CAP_NET_RAW.
 */
import type { Clock } from '../clock/clock.ts';
import { FpingGroup } from './fping-group.ts';
import type { OnProbeResult, ProbeQuestion, Prober } from './prober.ts';

export interface FpingOptions {
  readonly clock: Clock;
  readonly onResult: OnProbeResult;
  /** Takes over for good when fping cannot be started. */
  readonly fallback: () => Prober;
  /** One clause for the daemon's log. */
  readonly onTrouble: (text: string) => void;
  /** Default `fping`, found in PATH. */
  readonly program?: string;
}

/** One address a millisecond is what fping allows; half of that leaves room. */
const GROUP_MAX = 1_000;

export class Fping implements Prober {
  readonly #options: FpingOptions;
  #questions: readonly ProbeQuestion[] = [];
  #groups: FpingGroup[] = [];
  #fallback: Prober | null = null;

  constructor(options: FpingOptions) {
    this.#options = options;
  }

  ask(questions: readonly ProbeQuestion[]): void {
    this.#questions = questions;
    if (this.#fallback !== null) this.#fallback.ask(questions);
    else this.#share(questions);
  }

  stop(): void {
    this.#questions = [];
    for (const group of this.#groups) group.stop();
    this.#groups = [];
    this.#fallback?.stop();
  }

  /** Addresses stay in the group in which they are. */
  #share(questions: readonly ProbeQuestion[]): void {
    const left = new Map(questions.map((question) => [placeOf(question), question]));
    const shares = new Map<FpingGroup, ProbeQuestion[]>();
    for (const group of this.#groups) {
      const kept = group.questions.flatMap((question) => left.get(placeOf(question)) ?? []);
      for (const question of kept) left.delete(placeOf(question));
      shares.set(group, kept);
    }
    for (const question of left.values()) this.#roomFor(question, shares).push(question);
    this.#groups = [...shares].flatMap(([group, share]) => (share.length === 0 ? [] : [group]));
    for (const [group, share] of shares) if (this.#fallback === null) group.ask(share);
  }

  #roomFor({ intervalMs }: ProbeQuestion, shares: Map<FpingGroup, ProbeQuestion[]>) {
    const max = Math.max(1, Math.min(GROUP_MAX, Math.floor(intervalMs / 2)));
    for (const [group, share] of shares) {
      if (group.intervalMs === intervalMs && share.length < max) return share;
    }
    const share: ProbeQuestion[] = [];
    shares.set(this.#newGroup(intervalMs), share);
    return share;
  }

  #newGroup(intervalMs: number): FpingGroup {
    const { clock, program = 'fping', onResult, onTrouble } = this.#options;
    const onUnavailable = (why: string) => this.#giveUp(why);
    return new FpingGroup(intervalMs, { clock, program, onResult, onTrouble, onUnavailable });
  }

  #giveUp(why: string): void {
    if (this.#fallback !== null) return;
    const { onTrouble, fallback } = this.#options;
    onTrouble(`fping cannot be started (${why}); using ping instead`);
    this.#fallback = fallback();
    for (const group of this.#groups) group.stop();
    this.#groups = [];
    this.#fallback.ask(this.#questions);
  }
}

function placeOf({ host, intervalMs }: ProbeQuestion): string {
  return `${intervalMs} ${host}`;
}
