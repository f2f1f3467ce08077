/**
 * Is one cluster's service reachable? Judged from answers and missing answers, nothing else.
 * Pure: times come in as monotonic milliseconds. Called by Reachability.
 *
 * Silence counts only while it was asked for, and only while a reference answered: otherwise our own
 * network, or our own prober, is what failed.
 */
import type { NetLevel } from '../language/program.ts';

export interface ReachTiming {
  /** Between two questions. */
  readonly intervalMs: number;
  /** Unanswered for so long: dead. */
  readonly deadAfterMs: number;
  /** Unanswered for so long: late. Default: a third of `deadAfterMs`. */
  readonly warnAfterMs?: number;
  /** Not dead before, after the first question and after a boot. Default: twice `deadAfterMs`. */
  readonly initialDeadMs?: number;
}

export interface Judgement {
  readonly level: NetLevel;
  /** One clause for log and status. */
  readonly detail: string;
}

/** Results that followed each other without a gap. */
interface Chain {
  readonly since: number;
  readonly last: number;
}

export class ClusterReach {
  readonly #service: string | null;
  readonly #deadAfterMs: number;
  readonly #warnAfterMs: number;
  readonly #initialDeadMs: number;
  readonly #gapMs: number;
  readonly #startedAt: number;
  #judgement: Judgement;
  #late: string | null = null;
  /** Nothing becomes dead before this moment. */
  #graceUntil: number;
  #answeredAt: number | null = null;
  #failure = 'no answer';
  #asked: Chain | null = null;
  #referenceAnswers: Chain | null = null;
  /** Silence before this moment means nothing. */
  #voidedAt: number;

  /** `service`: how it is called in details; null: the cluster has none. */
  constructor(service: string | null, timing: ReachTiming, now: number) {
    this.#service = service;
    this.#deadAfterMs = timing.deadAfterMs;
    this.#warnAfterMs = timing.warnAfterMs ?? timing.deadAfterMs / 3;
    this.#initialDeadMs = timing.initialDeadMs ?? 2 * timing.deadAfterMs;
    this.#graceUntil = now + this.#initialDeadMs;
    // Well below the dead time: when our own network fails, the references must be missed first.
    this.#gapMs = Math.min(timing.deadAfterMs / 2, 2 * timing.intervalMs + 2000);
    this.#startedAt = now;
    this.#voidedAt = now;
    const detail = service === null ? 'the cluster has no service to ask' : 'nothing is known yet';
    this.#judgement = { level: 'blind', detail };
  }

  get judgement(): Judgement {
    return this.#judgement;
  }

  /** The service does not answer, and is not dead yet: one clause; null: it is not late. */
  get late(): string | null {
    return this.#late;
  }

  /** A node boots: its service takes as long as a start does. What is dead already stays so. */
  booted(now: number): void {
    this.#graceUntil = now + this.#initialDeadMs;
  }

  serviceResult(at: number, answered: boolean, detail: string): void {
    this.#asked = this.#link(this.#asked, at);
    if (answered) this.#answeredAt = at;
    else this.#failure = detail;
  }

  referenceResult(at: number, answered: boolean): void {
    if (answered) this.#referenceAnswers = this.#link(this.#referenceAnswers, at);
  }

  /** This process stood still: the answers of that time may have been missed. */
  voidSilence(now: number): void {
    this.#voidedAt = now;
    if (this.#judgement.level === 'dead') {
      const detail = 'clusterd itself stood still, silence before that means nothing';
      this.#judgement = { level: 'blind', detail };
    }
  }

  /** Since when the service is silent; null while it answers or has never been asked. */
  silentSince(now: number): number | null {
    if (this.#service === null || this.#asked === null) return null;
    return this.#isAnswering(now) ? null : (this.#answeredAt ?? this.#startedAt);
  }

  /** `commonCause`: why this silence is not the cluster's own, or null. */
  judge(now: number, commonCause: string | null): Judgement {
    this.#judgement = this.#judgeAnew(now, commonCause);
    this.#late = commonCause === null ? this.#lateness(now) : null;
    return this.#judgement;
  }

  #judgeAnew(now: number, commonCause: string | null): Judgement {
    const service = this.#service;
    if (service === null) return this.#judgement;
    if (this.#isAnswering(now)) return { level: 'alive', detail: `${service} answers` };
    if (commonCause !== null) {
      this.#voidedAt = now;
      return { level: 'blind', detail: commonCause };
    }
    if (!this.#isCurrent(this.#referenceAnswers, now)) {
      const detail = 'no reference answers either: our own network, or the way there, is down';
      return this.#answeredAt === null && this.#asked === null
        ? this.#judgement
        : { level: 'blind', detail };
    }
    if (!this.#isCurrent(this.#asked, now)) {
      return { level: 'blind', detail: `${service} could not be asked` };
    }
    const silentMs = now - this.#countsSince();
    if (silentMs < this.#deadAfterMs) return this.#undecided(service);
    if (now < this.#graceUntil && this.#judgement.level !== 'dead') {
      const detail = `${service}: no answer, and ${this.#initialDeadMs / 1000} s from a start or a boot are not over`;
      return { level: 'blind', detail };
    }
    const seconds = Math.floor((now - (this.#answeredAt ?? this.#startedAt)) / 1000);
    const detail = `${service}: no answer for ${seconds} s (${this.#failure}), references answer`;
    return { level: 'dead', detail };
  }

  #lateness(now: number): string | null {
    const service = this.#service;
    if (service === null || this.#judgement.level === 'dead' || this.#isAnswering(now)) return null;
    if (!this.#isCurrent(this.#asked, now) || !this.#isCurrent(this.#referenceAnswers, now)) {
      return null;
    }
    const silentMs = now - this.#countsSince();
    if (silentMs < this.#warnAfterMs) return null;
    return `${service}: no answer for ${Math.floor(silentMs / 1000)} s (${this.#failure})`;
  }

  /** Silent, and not for long enough: what was alive stays so, what was not known stays unknown. */
  #undecided(service: string): Judgement {
    if (this.#judgement.level === 'alive') return this.#judgement;
    return { level: 'blind', detail: `${service} does not answer, for how long is not known yet` };
  }

  #countsSince(): number {
    return Math.max(
      this.#answeredAt ?? this.#startedAt,
      this.#voidedAt,
      this.#asked?.since ?? 0,
      this.#referenceAnswers?.since ?? 0,
    );
  }

  #isAnswering(now: number): boolean {
    return this.#answeredAt !== null && now - this.#answeredAt <= this.#gapMs;
  }

  #isCurrent(chain: Chain | null, now: number): boolean {
    return chain !== null && now - chain.last <= this.#gapMs;
  }

  #link(chain: Chain | null, at: number): Chain {
    const goesOn = chain !== null && at - chain.last <= this.#gapMs;
    return { since: goesOn ? chain.since : at, last: at };
  }
}
