/**
 * What the engine itself has recorded about one node, and how a recognised line changes it.
 * Evidence (evidence.ts) is computed from these facts and from nothing else. Facts of a console die
 * with its connection: what was not seen may have happened.
 */
import type { Fact } from '../language/program.ts';

export type Condition =
  | 'unknown'
  | 'running' // a system answered
  | 'firmware' // at the firmware prompt, nothing to resume
  | 'held' // stopped by a BREAK, could go on
  | 'ended' // the system ended by itself
  | 'leaving' // loads or runs a system
  | 'resetting'; // banner seen, prompt not yet

export interface ReadBack {
  readonly at: number;
  readonly equal: boolean;
}

export interface Resumable {
  readonly at: number;
  readonly ours: boolean;
  /** Known from an earlier connection or from the journal only: enough for doubt, not for `go`. */
  readonly carried: boolean;
}

export interface Facts {
  condition: Condition;
  /** `carried`: proven on an earlier connection of the same line, nothing contradicting since. */
  identity: 'unknown' | 'proven' | 'carried' | 'contradicted';
  /** When it was last shown to be right, or was first contradicted. */
  identityAt: number;
  /** What the console showed last, when it was not what CList says. */
  identityShown: string | null;
  /** What contradicted it; kept while the machine is asked anew. For people, not for the law. */
  contradictedBy: string | null;
  /** When the banner of a reset came, or null. */
  resetAt: number | null;
  /** When a firmware prompt came after that, or at all. */
  promptAt: number | null;
  /** By firmware variable. */
  reads: Readonly<Record<string, ReadBack>>;
  writtenAt: number | null;
  /** Stopped by a BREAK and able to go on; `ours`: by one that we sent. */
  resumable: Resumable | null;
  /**
   * The owner of the disk was seen running while we watched this node: no system with the disk can
   * sleep under its prompt. Ends with whatever could put one there unseen.
   */
  sleepRuledOut: boolean;
  /** When our last BREAK went out, the node stood at its prompt, freshly reset. */
  cleanAtBreak: boolean;
  /** Somebody at the prompt asked for the banner: up to the next prompt it is none of a reset. */
  asked: boolean;
  /** We typed, as often as a dialogue does, and not one byte has come since. */
  unanswered: boolean;
  /** Bytes that no dialogue of ours asked for since the last proof. */
  doubtBytes: number;
  /** BREAKs sent since the console last said anything. */
  breaksUnanswered: number;
  /** A BREAK of ours whose effect has not been seen yet. */
  breakPending: boolean;
  /** Bytes since the node was last said to be off, by whatever they were caused. */
  offBytes: number;
  /** When every power device of the node last said off, or null. */
  offAt: number | null;
  attested: { readonly at: number; readonly by: string } | null;
  trustedAt: number | null;
}

export function emptyFacts(): Facts {
  return {
    condition: 'unknown',
    identity: 'unknown',
    identityAt: 0,
    identityShown: null,
    contradictedBy: null,
    resetAt: null,
    promptAt: null,
    reads: {},
    writtenAt: null,
    resumable: null,
    sleepRuledOut: false,
    cleanAtBreak: false,
    asked: false,
    unanswered: false,
    doubtBytes: 0,
    breaksUnanswered: 0,
    breakPending: false,
    offBytes: 0,
    offAt: null,
    attested: null,
    trustedAt: null,
  };
}

/** Spelled out: a spread of so many fields costs ten times as much, and step makes one each time. */
export function copyFacts(facts: Facts): Facts {
  return {
    condition: facts.condition,
    identity: facts.identity,
    identityAt: facts.identityAt,
    identityShown: facts.identityShown,
    contradictedBy: facts.contradictedBy,
    resetAt: facts.resetAt,
    promptAt: facts.promptAt,
    reads: facts.reads,
    writtenAt: facts.writtenAt,
    resumable: facts.resumable,
    sleepRuledOut: facts.sleepRuledOut,
    cleanAtBreak: facts.cleanAtBreak,
    asked: facts.asked,
    unanswered: facts.unanswered,
    doubtBytes: facts.doubtBytes,
    breaksUnanswered: facts.breaksUnanswered,
    breakPending: facts.breakPending,
    offBytes: facts.offBytes,
    offAt: facts.offAt,
    attested: facts.attested,
    trustedAt: facts.trustedAt,
  };
}

/** A console that is lost says nothing against a node that is off; all that it showed is void. */
export function factsAfterLoss(facts: Facts): Facts {
  return { ...factsAfterReconnect(facts), offAt: facts.offAt, attested: facts.attested };
}

/** What a new connection leaves of the facts: the line may have been anywhere meanwhile. */
export function factsAfterReconnect(facts: Facts): Facts {
  const identity = facts.identity === 'proven' ? 'carried' : facts.identity;
  return {
    ...emptyFacts(),
    identity,
    identityAt: facts.identityAt,
    identityShown: facts.identityShown,
    contradictedBy: facts.contradictedBy,
    resumable: facts.resumable === null ? null : { ...facts.resumable, carried: true },
  };
}

/** Proofs about the firmware that end when the node resets or leaves its prompt. */
function forgetPrompt(facts: Facts): void {
  facts.promptAt = null;
  facts.reads = {};
  facts.doubtBytes = 0;
}

/** A sign of life ends every proof that the node is off. */
export function contradictOff(facts: Facts): void {
  facts.offAt = null;
  facts.attested = null;
  facts.trustedAt = null;
}

function recordHeld(facts: Facts, at: number): void {
  // Who stopped it first stays true when another BREAK meets its prompt.
  const known = facts.resumable !== null && !facts.resumable.carried;
  const ours = known ? facts.resumable?.ours === true : facts.breakPending;
  // A machine that was reset or has ended has nothing to resume. That it says so contradicts: no `go`,
  // but doubt.
  const reset = facts.resetAt !== null || facts.cleanAtBreak;
  const clean = facts.condition === 'ended' || (facts.condition === 'firmware' && reset && !known);
  facts.sleepRuledOut = false;
  facts.breakPending = false;
  facts.resumable = { at, ours, carried: clean };
  forgetPrompt(facts);
  facts.resetAt = null;
  if (!clean) facts.condition = 'held';
}

function recordFirmware(facts: Facts, at: number): void {
  facts.promptAt = at;
  facts.asked = false;
  const stopped = facts.breakPending && facts.resumable === null;
  if (stopped && facts.condition !== 'firmware' && facts.condition !== 'ended') {
    facts.resumable = { at, ours: true, carried: true };
  }
  if (facts.condition !== 'held' && facts.condition !== 'ended') {
    facts.condition = 'firmware';
  }
  facts.breakPending = false;
}

/** Our own BREAK is on its way: what was proven before it has to be proven again. */
export function recordBreak(facts: Facts): void {
  forgetPrompt(facts);
  facts.cleanAtBreak = facts.resetAt !== null && facts.condition === 'firmware';
  facts.resetAt = null;
  facts.breakPending = true;
  facts.breaksUnanswered += 1;
}

/** A banner. At a prompt it may only have been asked for: a reset is believed where one may come. */
function recordBanner(facts: Facts, at: number, ours: boolean): void {
  if (facts.asked) return;
  const atPrompt = ['firmware', 'held', 'ended'].includes(facts.condition);
  forgetPrompt(facts);
  facts.resetAt = ours || !atPrompt ? at : null;
  if (facts.resetAt === null) {
    if (facts.resumable !== null) facts.resumable = { ...facts.resumable, carried: true };
    return;
  }
  facts.writtenAt = null;
  facts.resumable = null;
  facts.breakPending = false;
  facts.condition = 'resetting';
}

function recordLeft(facts: Facts, condition: 'leaving' | 'running'): void {
  forgetPrompt(facts);
  facts.resetAt = null;
  facts.resumable = null;
  facts.sleepRuledOut = false;
  facts.cleanAtBreak = false;
  if (condition === 'running') facts.breakPending = false;
  facts.condition = condition;
}

/** The prompt of a system stood there, too short to be believed: nothing is proven at the firmware's. */
export function recordPassing(facts: Facts): void {
  forgetPrompt(facts);
  contradictOff(facts);
  facts.resetAt = null;
  facts.sleepRuledOut = false;
  facts.condition = 'unknown';
}

/** The owner runs: on the other node, watched meanwhile, nothing can sleep that has the disk. */
export function recordOwnerRuns(other: Facts): void {
  const idle = other.condition === 'firmware' || other.condition === 'unknown';
  if (idle && other.resumable === null) other.sleepRuledOut = true;
}

/** A boot of this node is about to be typed: every proof that it stands still is used up. */
export function recordBootOrdered(facts: Facts): void {
  contradictOff(facts);
  recordHalfLeft(facts);
}

/** What stands behind a prompt without its RETURN may be wiped: nothing has left yet. */
function recordHalfLeft(facts: Facts): void {
  const { resumable } = facts;
  recordLeft(facts, 'leaving');
  // Until its console shows a reset or a boot, what slept there may sleep there still.
  if (resumable !== null) facts.resumable = { ...resumable, carried: true };
}

/**
 * Takes in what a recognised line means. `ours`: a reset that we ordered is under way.
 * `isUnfinished`: the line has no end yet.
 */
export function recordFact(
  facts: Facts,
  fact: Fact,
  at: number,
  ours = false,
  isUnfinished = false,
): void {
  contradictOff(facts);
  switch (fact) {
    case 'firmware':
      return recordFirmware(facts, at);
    case 'held':
      return recordHeld(facts, at);
    case 'ended':
      forgetPrompt(facts);
      facts.resumable = null;
      facts.resetAt = null;
      facts.condition = 'ended';
      return;
    case 'reset':
      return recordBanner(facts, at, ours);
    case 'asked':
      facts.asked = true;
      return;
    case 'leaving':
      return isUnfinished ? recordHalfLeft(facts) : recordLeft(facts, 'leaving');
    case 'running':
      return recordLeft(facts, 'running');
    case 'lost-values':
      return forgetPrompt(facts);
  }
}

/**
 * Neither this machine's identity nor the other's: noise, or a machine that nobody knows. Whose the
 * values were that were read here is open until they are read again.
 */
export function recordForeignIdentity(facts: Facts): void {
  if (facts.identity === 'proven') facts.identity = 'carried';
  facts.reads = {};
}

/** The line shows another machine than CList's. */
export function recordContradiction(facts: Facts, shown: string, at: number): void {
  if (facts.identity !== 'contradicted') facts.identityAt = at;
  facts.identity = 'contradicted';
  facts.contradictedBy = shown;
}

/** More than line noise: a node that writes so much is not off. */
const OFF_BYTES_MAX = 16;
/** Its power device is about to be asked: what the console writes from now on is newer than that. */
export function beginAskingPower(facts: Facts): void {
  facts.offBytes = 0;
}

/** It wrote more than line noise since then. */
export function wroteSince({ offBytes }: Facts): boolean {
  return offBytes > OFF_BYTES_MAX;
}

/** So many bytes that nobody asked for end a fence for good; fewer ask for another reading. */
export const DOUBT_BYTES_MAX = 256;

/** Any byte from the console: silence is over. Counts stop right above their bounds. */
export function recordBytes(facts: Facts, count: number, solicited: boolean): void {
  facts.breaksUnanswered = 0;
  facts.unanswered = false;
  facts.trustedAt = null;
  facts.offBytes = Math.min(facts.offBytes + count, OFF_BYTES_MAX + 1);
  if (facts.offBytes > OFF_BYTES_MAX) contradictOff(facts);
  if (!solicited) facts.doubtBytes = Math.min(facts.doubtBytes + count, DOUBT_BYTES_MAX + 1);
}

/** The process stood still: every proof is older by that than the clock may know. */
export function recordStall(facts: Facts, lateMs: number): void {
  facts.offAt = null;
  facts.trustedAt = null;
  facts.breaksUnanswered = 0;
  if (facts.attested !== null) {
    facts.attested = { ...facts.attested, at: facts.attested.at - lateMs };
  }
  const earlier = (at: number | null) => (at === null ? null : at - lateMs);
  facts.resetAt = earlier(facts.resetAt);
  facts.promptAt = earlier(facts.promptAt);
  facts.writtenAt = earlier(facts.writtenAt);
  facts.identityAt -= lateMs;
  facts.reads = Object.fromEntries(
    Object.entries(facts.reads).map(([name, read]) => [name, { ...read, at: read.at - lateMs }]),
  );
}

/** Would more bytes that nobody asked for change nothing? */
export function isPastDoubt(facts: Facts): boolean {
  return (
    facts.offBytes > OFF_BYTES_MAX &&
    facts.doubtBytes > DOUBT_BYTES_MAX &&
    facts.breaksUnanswered === 0 &&
    !facts.unanswered &&
    facts.offAt === null &&
    facts.attested === null &&
    facts.trustedAt === null
  );
}
