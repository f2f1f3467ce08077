/**
 * What the machine can know of its two nodes, as few states as the law can tell apart. Facts are
 * changed by the machine's own functions (machine/facts.ts) and judged by its own law
 * (machine/evidence.ts), so the prover cannot be of another opinion than the daemon. Only their
 * times are made small: an order is kept, an age is not. Used by explore.ts; pure.
 */
import type { Fact, Role } from '../language/program.ts';
import type { Engine } from '../machine/engine.ts';
import { fencedEvidence, judgeBoot, judgeResume, judgeTrust } from '../machine/evidence.ts';
import {
  emptyFacts,
  type Facts,
  recordBootOrdered,
  recordBreak,
  recordBytes,
  recordFact,
  recordOwnerRuns,
} from '../machine/facts.ts';
import { emptyState, type MachineState } from '../machine/state.ts';
import { KNOWN_MAX } from './config.ts';

/** One of the states of knowledge of a node; equal numbers are equal knowledge. */
export type Known = number;

/**
 * Of a node that is not followed: anything may be known. The law judges each question by the facts of
 * one node alone, so the two are followed one after the other, and nothing is lost by it.
 */
export const ANYTHING: Known = -1;

/** The answers that may be given to a question about what is known. */
export interface Answers {
  readonly mayBe: boolean;
  readonly mayNotBe: boolean;
}

const EITHER: Answers = { mayBe: true, mayNotBe: true };

function answer(is: boolean): Answers {
  return { mayBe: is, mayNotBe: !is };
}

/** What may happen to what is known of a node. */
export type Happening =
  | { readonly kind: 'means'; readonly fact: Fact; readonly ours: boolean }
  | { readonly kind: HappeningKind };
export type HappeningKind =
  | 'text' // it wrote something that means nothing by itself
  | 'break'
  | 'identity'
  | 'read' // every parked value was read back equal
  | 'written'
  | 'off'
  | 'not-off'
  | 'attested'
  | 'trusted'
  | 'owner-runs'
  | 'held-before' // the journal says so: something may sleep under its prompt
  | 'booted' // our RETURN behind its boot line
  | 'resumed';

const KINDS: readonly Happening['kind'][] = [
  ...(['text', 'break', 'identity', 'read', 'written', 'off', 'not-off', 'attested'] as const),
  ...(['trusted', 'owner-runs', 'held-before', 'booted', 'resumed', 'means'] as const),
];
const FACTS: readonly Fact[] = [
  ...(['firmware', 'held', 'ended', 'reset', 'leaving', 'running'] as const),
  ...(['lost-values', 'asked'] as const),
];
/** Twice as many places for facts: ordered by us, and not. */
const HAPPENINGS = 32;

function numberOf(happening: Happening): number {
  if (happening.kind !== 'means') return KINDS.indexOf(happening.kind);
  return KINDS.length - 1 + 2 * FACTS.indexOf(happening.fact) + (happening.ours ? 1 : 0);
}

/** More than line noise: a node that is off does not write so much. */
const TEXT_BYTES = 100;
/** So many BREAKs without effect `trust` asks for; they are not counted here. */
const BREAKS_MIN = 2;

export class Knowledge {
  readonly #engine: Engine;
  readonly #facts: Facts[] = [];
  readonly #byText = new Map<string, Known>();
  readonly #results: Known[] = [];
  readonly #answers = new Map<string, Answers[]>();
  readonly unknown: Known;

  readonly #isStandby: boolean;

  constructor(engine: Engine, follows: Role) {
    this.#engine = engine;
    this.#isStandby = follows === 'standby';
    this.unknown = this.#intern(emptyFacts());
  }

  /** How many different ones have come up. */
  get size(): number {
    return this.#facts.length;
  }

  facts(known: Known): Facts {
    const facts = this.#facts[known];
    if (facts === undefined) throw new Error(`no knowledge ${known}`);
    return facts;
  }

  after(known: Known, happening: Happening): Known {
    if (known === ANYTHING) return ANYTHING;
    const key = known * HAPPENINGS + numberOf(happening);
    const before = this.#results[key];
    if (before !== undefined) return before;
    const facts = { ...this.facts(known) };
    this.#change(facts, happening);
    const result = this.#intern(facts);
    this.#results[key] = result;
    return result;
  }

  #change(facts: Facts, happening: Happening): void {
    const now = nowOf(facts);
    switch (happening.kind) {
      case 'means':
        recordBytes(facts, TEXT_BYTES, true);
        recordFact(facts, happening.fact, now, happening.ours);
        return;
      case 'text':
        recordBytes(facts, TEXT_BYTES, true);
        return;
      case 'break':
        recordBreak(facts);
        return;
      case 'identity':
        recordBytes(facts, TEXT_BYTES, true);
        Object.assign(facts, { identity: 'proven', identityAt: now, identityShown: null });
        return;
      case 'read':
        facts.reads = Object.fromEntries(
          this.#engine.program.parked.map((line) => [line.variable, { at: now, equal: true }]),
        );
        facts.doubtBytes = 0;
        return;
      case 'written':
        facts.writtenAt = now;
        return;
      case 'off':
        Object.assign(facts, { offAt: now, offBytes: 0 });
        return;
      case 'not-off':
        facts.offAt = null;
        return;
      case 'attested':
        Object.assign(facts, { attested: { at: now, by: 'somebody' }, offBytes: 0 });
        return;
      case 'trusted':
        facts.trustedAt = now;
        return;
      case 'owner-runs':
        recordOwnerRuns(facts);
        return;
      case 'held-before':
        facts.resumable = { at: now, ours: false, carried: true };
        return;
      case 'booted':
        recordBootOrdered(facts);
        return;
      case 'resumed':
        facts.resumable = null;
        return;
    }
  }

  /** May `node` be booted, as far as the facts of the other one, `other`, are concerned? */
  boots(other: Known, isOwner: boolean): Answers {
    return this.#judge(isOwner ? 'boots owner' : 'boots other', other, (state) => {
      state.owner = isOwner ? 1 : 0;
      return judgeBoot(this.#engine, state, 1).kind !== 'refused';
    });
  }

  resumes(known: Known, isOwner: boolean): Answers {
    return this.#judge(isOwner ? 'resumes owner' : 'resumes other', known, (state) => {
      state.owner = isOwner ? 0 : 1;
      return judgeResume(this.#engine, state, 0).kind === 'allowed';
    });
  }

  /** Do the recorded facts prove that this node cannot run? */
  fenced(known: Known): Answers {
    return this.#judge('fenced', known, (state) => fencedEvidence(this.#engine, state, 0) !== null);
  }

  /** What a fence still needs of this node, in words. */
  lacking(known: Known): string[] {
    const { resetAt, condition, identity, identityAt, reads, resumable } = this.facts(known);
    const isRead = Object.keys(reads).length > 0;
    return [
      ...(resetAt === null ? ['reset whose banner was seen'] : []),
      ...(condition === 'firmware' ? [] : ['firmware prompt after it']),
      ...(identity === 'proven' && identityAt === AFTER ? [] : ['identity shown after the reset']),
      ...(isRead ? [] : ['reading of the parked values after the reset']),
      ...(resumable === null ? [] : ['certainty that nothing sleeps under its prompt']),
    ];
  }

  /** Two BREAKs without effect, and all else that CList must allow. */
  trusts(known: Known, isOwner: boolean): Answers {
    return this.#judge(isOwner ? 'trusts owner' : 'trusts other', known, (state) => {
      state.owner = isOwner ? 0 : 1;
      state.nodes[0].facts = { ...state.nodes[0].facts, breaksUnanswered: BREAKS_MIN };
      return judgeTrust(this.#engine, state, 0) === null;
    });
  }

  /** Any other question about the facts of one node. */
  asks(known: Known, name: string, is: (facts: Facts) => boolean): Answers {
    return this.#judge(name, known, (state) => is(state.nodes[0].facts));
  }

  #judge(question: string, known: Known, judge: (state: MachineState) => boolean): Answers {
    if (known === ANYTHING) return EITHER;
    let answers = this.#answers.get(question);
    if (answers === undefined) {
      answers = [];
      this.#answers.set(question, answers);
    }
    const before = answers[known];
    if (before !== undefined) return before;
    const facts = this.facts(known);
    const state = emptyState(nowOf(facts), 0, 0);
    state.parkedBeforeBoot = true;
    state.net = { level: 'dead', since: 0, known: true, detail: '' };
    for (const node of state.nodes) Object.assign(node, { channel: 'connected', fresh: true });
    state.nodes[0].facts = facts;
    const verdict = answer(judge(state));
    answers[known] = verdict;
    return verdict;
  }

  #intern(facts: Facts): Known {
    const small = canonical(facts, this.#isStandby);
    const text = JSON.stringify(small);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const fresh = this.#facts.push(small) - 1;
    if (fresh > KNOWN_MAX) throw new Error('more states of knowledge than the prover has numbers');
    this.#byText.set(text, fresh);
    return fresh;
  }
}

function nowOf(facts: Facts): number {
  return facts.identityAt + LATER;
}

/** Times of facts are small numbers: before the reset, when it came, and after it. */
const BEFORE = 0;
const RESET = 1;
const AFTER = 2;
const LATER = 10;

/** The same facts with nothing in them but what the law or a later fact can tell apart. */
export function canonical(facts: Facts, isStandby: boolean): Facts {
  const never = Number.NEGATIVE_INFINITY;
  const { attested, resumable, resetAt, writtenAt } = facts;
  const since = Math.max(resetAt ?? never, writtenAt ?? never);
  const reads = Object.entries(facts.reads).filter(([, read]) => read.at >= since);
  const isFresh = facts.identityAt >= (resetAt ?? never);
  const isProven = facts.identity === 'proven' && isFresh;
  const isOff = facts.offAt !== null || facts.trustedAt !== null;
  const isLoose = facts.condition === 'leaving' || facts.condition === 'resetting';
  return {
    ...facts,
    condition: isLoose ? 'unknown' : facts.condition,
    identityAt: isProven ? AFTER : BEFORE,
    resetAt: resetAt === null ? null : RESET,
    // A prompt that followed a reset is what `firmware` says.
    promptAt: facts.condition === 'firmware' ? AFTER : null,
    // A reading that is older than a write has been left out above; a reset is never too much.
    writtenAt: null,
    // Off and trusted are one to the law, and a person's word is as good as both.
    offAt: isOff && attested === null ? AFTER : null,
    trustedAt: null,
    identityShown: null,
    contradictedBy: null,
    // Only under a standby's prompt a sleeping system speaks against a boot.
    sleepRuledOut: isStandby && facts.sleepRuledOut,
    cleanAtBreak: facts.breakPending && facts.cleanAtBreak,
    attested: attested === null ? null : { ...attested, at: AFTER },
    resumable: resumable === null ? null : { ...resumable, ours: true, at: BEFORE },
    reads: Object.fromEntries(reads.map(([name, read]) => [name, { ...read, at: AFTER }])),
    // Counts only while the service address answers; here it is silent.
    unanswered: false,
    breaksUnanswered: 0,
    doubtBytes: 0,
    offBytes: 0,
  };
}
