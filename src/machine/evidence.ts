/**
 * The law of evidence: which proofs hold against a node at this moment, and what they permit.
 * Computed from recorded facts (facts.ts) alone; no script grants anything. Called before every
 * boot and resume, twice: when the verb begins and again right before the key that cannot be taken
 * back. Source: the project's design, section 5, and domain facts, section 8.
 */
import type { ParkedLine } from '../language/program.ts';
import { type Engine, isIdentityOf } from './engine.ts';
import { type Condition, DOUBT_BYTES_MAX } from './facts.ts';
import type { NodeIndex } from './protocol.ts';
import { type MachineState, otherNode } from './state.ts';

export type Grade =
  | 'parked'
  | 'held'
  | 'fenced'
  | 'off'
  | 'attested'
  | 'trusted'
  | 'out-of-service';

export interface Evidence {
  readonly grade: Grade;
  /** Since when it holds, monotonic ms. */
  readonly at: number;
  /** Must be asked or read again before it counts: too old, or bytes came that nobody asked for. */
  readonly stale: boolean;
  /** In words for log and status. */
  readonly note: string;
}

/** Read-backs older than this are read again before a fence counts. */
export const FENCED_MS = 60_000;
export const OFF_MS = 30_000;
export const TRUSTED_MS = 30_000;
export const ATTESTED_MS = 15 * 60_000;

/** The lines of `parked` that apply to this node: optional settings without a value drop out. */
export function parkedLines(engine: Engine, node: NodeIndex): readonly ParkedLine[] {
  return engine.program.parked.filter((line) =>
    line.value.every(
      (part) => part.kind === 'text' || engine.valueOf(part.name, node) !== undefined,
    ),
  );
}

function secondsAgo(now: number, at: number): string {
  return `${Math.max(0, Math.round((now - at) / 1000))} s ago`;
}

/** When the oldest of the needed read-backs was made; null when one is missing or different. */
export function readBackSince(engine: Engine, state: MachineState, node: NodeIndex): number | null {
  const facts = state.nodes[node].facts;
  const never = Number.NEGATIVE_INFINITY;
  const after = Math.max(facts.resetAt ?? never, facts.writtenAt ?? never);
  let oldest: number | null = null;
  for (const line of parkedLines(engine, node)) {
    const read = facts.reads[line.variable];
    if (read === undefined || !read.equal || read.at < after) return null;
    oldest = Math.min(oldest ?? read.at, read.at);
  }
  return oldest;
}

export function fencedEvidence(
  engine: Engine,
  state: MachineState,
  node: NodeIndex,
): Evidence | null {
  const { facts, channel } = state.nodes[node];
  const { resetAt, promptAt } = facts;
  if (channel !== 'connected' || resetAt === null || promptAt === null) return null;
  if (facts.condition !== 'firmware' || facts.resumable !== null) return null;
  if (promptAt < resetAt || facts.identity !== 'proven' || facts.identityAt < resetAt) return null;
  const readAt = readBackSince(engine, state, node);
  if (readAt === null || facts.doubtBytes > DOUBT_BYTES_MAX) return null;
  const stale = state.now - readAt > FENCED_MS || facts.doubtBytes > 0;
  const count = Object.keys(facts.reads).length;
  const note =
    `reset banner ${secondsAgo(state.now, resetAt)}, identity proven, ` +
    `${count} parked values read back ${secondsAgo(state.now, readAt)}`;
  return { grade: 'fenced', at: readAt, stale, note };
}

function parkedEvidence(engine: Engine, state: MachineState, node: NodeIndex): Evidence | null {
  const { facts } = state.nodes[node];
  if (node === state.owner || facts.condition !== 'firmware' || facts.resumable !== null)
    return null;
  if (facts.identity === 'contradicted' || facts.identity === 'unknown') return null;
  // Whichever machine it is that showed another identity, it is not known to be this one any more.
  if (facts.identityShown !== null) return null;
  // A bare prompt may have a system asleep under it that somebody's BREAK stopped unseen.
  if (facts.resetAt === null && !facts.sleepRuledOut) return null;
  const readAt = readBackSince(engine, state, node);
  if (readAt === null) return null;
  const note = `parked values read back ${secondsAgo(state.now, readAt)}, not seen to leave since`;
  return { grade: 'parked', at: readAt, stale: false, note };
}

function offEvidence(state: MachineState, node: NodeIndex): Evidence | null {
  const { offAt } = state.nodes[node].facts;
  if (offAt === null) return null;
  const stale = state.now - offAt > OFF_MS;
  const note = `the power device said off ${secondsAgo(state.now, offAt)}`;
  return { grade: 'off', at: offAt, stale, note };
}

function attestedEvidence(state: MachineState, node: NodeIndex): Evidence | null {
  const { attested } = state.nodes[node].facts;
  if (attested === null) return null;
  if (state.now - attested.at > ATTESTED_MS) return null;
  const note = `${attested.by} confirmed ${secondsAgo(state.now, attested.at)} that it is off`;
  return { grade: 'attested', at: attested.at, stale: false, note };
}

function trustedEvidence(state: MachineState, node: NodeIndex): Evidence | null {
  const { trustedAt } = state.nodes[node].facts;
  if (trustedAt === null) return null;
  const stale = state.now - trustedAt > TRUSTED_MS;
  const note = `TRUSTED, not proven: silent, parked before its last boot, BREAK without effect`;
  return { grade: 'trusted', at: trustedAt, stale, note };
}

function heldEvidence(state: MachineState, node: NodeIndex): Evidence | null {
  const { resumable } = state.nodes[node].facts;
  if (resumable === null) return null;
  const note = `stopped by ${resumable.ours ? 'our' : 'a foreign'} BREAK, could go on`;
  return { grade: 'held', at: resumable.at, stale: false, note };
}

/** An operator's word does not outweigh what the console shows. */
const SHOWS_LIFE: readonly Condition[] = ['running', 'leaving', 'held'];

function serviceEvidence(state: MachineState, node: NodeIndex): Evidence | null {
  const { inService, facts } = state.nodes[node];
  if (inService || SHOWS_LIFE.includes(facts.condition) || facts.resumable !== null) return null;
  return { grade: 'out-of-service', at: state.now, stale: false, note: 'taken out of service' };
}

/** Everything that holds about a node now, strongest first. */
export function evidenceOf(
  engine: Engine,
  state: MachineState,
  node: NodeIndex,
): readonly Evidence[] {
  const all = [
    fencedEvidence(engine, state, node),
    offEvidence(state, node),
    attestedEvidence(state, node),
    trustedEvidence(state, node),
    parkedEvidence(engine, state, node),
    serviceEvidence(state, node),
    heldEvidence(state, node),
  ];
  return all.filter((one) => one !== null);
}

/** What the node's own console has shown outweighs an address that answers; words do not. */
const SEEN_BY_US: readonly Grade[] = ['fenced', 'parked'];

/** What the law says of a boot. `refresh`: a proof exists but must be renewed first. */
export type Verdict =
  | { readonly kind: 'allowed'; readonly evidence: string }
  | { readonly kind: 'refresh'; readonly grade: 'fenced' | 'off' | 'trusted' }
  /** `alive`: only because the service address still answers. */
  | { readonly kind: 'refused'; readonly why: string; readonly alive?: boolean };

const AGAINST_OWNER: readonly Grade[] = ['fenced', 'off', 'attested', 'trusted'];
const FOR_OWNER: readonly Grade[] = [...AGAINST_OWNER, 'parked', 'out-of-service'];

/** Who owns the disk, and why nobody is known to, if so. */
export type Ownership = Pick<MachineState, 'owner' | 'ownerDoubt'>;

/**
 * May `node` be booted from the shared disk now? `before`: who owns the disk; other than in the state
 * between the gate of a boot, which has written the new owner down, and the key that starts it.
 * An owner in doubt is none: each node is then as foreign to the disk as the other.
 */
export function judgeBoot(
  engine: Engine,
  state: MachineState,
  node: NodeIndex,
  before: Ownership = state,
): Verdict {
  const other = otherNode(node);
  const isOwner = node === before.owner && before.ownerDoubt === null;
  const name = engine.target.nodes[other].name;
  const { inService, facts } = state.nodes[node];
  if (!inService) return { kind: 'refused', why: 'it is out of service' };
  if (facts.identityShown !== null) {
    const why = `its console has shown another identity, ${facts.identityShown}: which machine is it?`;
    return { kind: 'refused', why };
  }
  const accepted = isOwner ? FOR_OWNER : AGAINST_OWNER;
  const held = evidenceOf(engine, state, other).filter((one) => accepted.includes(one.grade));
  const alive = state.net.known && state.net.level === 'alive';
  // A console that does not answer shows nothing any more: whoever runs there may be what answers.
  const isShown = !state.nodes[other].facts.unanswered;
  const found = alive ? held.filter((one) => isShown && SEEN_BY_US.includes(one.grade)) : held;
  if (found.length === 0 && held.length > 0) {
    const why = `the service address still answers, so ${name} may run, whatever was said of it`;
    return { kind: 'refused', why, alive: true };
  }
  const live = found.find((one) => !one.stale);
  if (live !== undefined) {
    return { kind: 'allowed', evidence: `${name} is ${live.grade}: ${live.note}` };
  }
  for (const grade of ['fenced', 'off', 'trusted'] as const) {
    if (found.some((one) => one.grade === grade)) return { kind: 'refresh', grade };
  }
  return { kind: 'refused', why: neededAgainst(name, isOwner, before) };
}

function neededAgainst(other: string, isOwner: boolean, before: Ownership): string {
  if (isOwner) {
    return `${other} must be parked (and nothing asleep under its prompt), fenced, off or out of service`;
  }
  const what = before.ownerDoubt === null ? 'owns the disk' : 'may own the disk';
  return `${other} ${what} and is not proven unable to run (fenced, off or confirmed)`;
}

/** A halt by our own BREAK on a wrong machine may be undone for so long. */
const UNDO_MS = 5 * 60_000;

/**
 * On this line answers another machine than CList says. Is it one that may go on? Not the standby:
 * `go` might continue the very boot that the BREAK stopped.
 */
function isOwnersMachine(engine: Engine, state: MachineState, node: NodeIndex): boolean {
  const { identityShown } = state.nodes[node].facts;
  if (state.ownerDoubt !== null) return false;
  const is = (index: NodeIndex) => isIdentityOf(engine, index, identityShown);
  return is(state.owner) || (node === state.owner && !is(otherNode(state.owner)));
}

const RESUME_IN_DOUBT =
  'nobody is known to own the disk: the other node may have been booted since';

/** What the console of the other node shows may have taken the disk while this one was suspended. */
function lifeBeside(engine: Engine, state: MachineState, node: NodeIndex): string | null {
  const other = otherNode(node);
  const { facts, inService } = state.nodes[other];
  const { name } = engine.target.nodes[other];
  if (facts.resumable !== null)
    return `a system may be asleep on ${name}, which had the disk since`;
  const runs = facts.condition === 'running' || facts.condition === 'leaving';
  return inService && runs ? `a system was seen on ${name}: it may have the disk now` : null;
}

/** May the system that is suspended on `node` go on? */
export function judgeResume(engine: Engine, state: MachineState, node: NodeIndex): Verdict {
  const { facts, channel } = state.nodes[node];
  if (channel !== 'connected') return { kind: 'refused', why: 'its console is not connected' };
  const { resumable } = facts;
  if (resumable === null || resumable.carried) {
    return { kind: 'refused', why: 'it was not seen stopped by a BREAK on this connection' };
  }
  if (facts.identity === 'contradicted') {
    const recent = state.now - resumable.at <= UNDO_MS;
    const undo = resumable.ours && recent && isOwnersMachine(engine, state, node);
    if (!undo) return { kind: 'refused', why: 'another machine is on this line' };
    return { kind: 'allowed', evidence: 'our own BREAK reached the wrong machine; undone' };
  }
  if (node !== state.owner) {
    return { kind: 'refused', why: 'it does not own the disk: the other node was booted since' };
  }
  if (state.ownerDoubt !== null) return { kind: 'refused', why: RESUME_IN_DOUBT };
  if (facts.identity !== 'proven') return { kind: 'refused', why: 'its identity is not proven' };
  const life = lifeBeside(engine, state, node);
  if (life !== null) return { kind: 'refused', why: life };
  const name = engine.target.nodes[node].name;
  return { kind: 'allowed', evidence: `${name} owns the disk and was only suspended` };
}

/** What `trust silence` needs, besides an answer of the terminal server. */
export function judgeTrust(engine: Engine, state: MachineState, node: NodeIndex): string | null {
  const { facts, channel, modem } = state.nodes[node];
  if (engine.target.onSilence !== 'trust') return 'CList does not say `on-silence trust`';
  if (!engine.target.parkingSurvivedPowerCycle)
    return 'parking was not shown to survive a power cycle';
  if (node !== state.owner) return 'it does not own the disk';
  if (state.ownerDoubt !== null) return 'nobody is known to own the disk';
  if (!state.parkedBeforeBoot) return 'it was not read back parked before its last boot';
  if (channel !== 'connected') return 'its console is not connected';
  if (facts.breaksUnanswered < 2) return 'two BREAKs without any effect are needed';
  if (facts.identity === 'contradicted') return 'another machine is on this line';
  if (state.net.level !== 'dead') return `the service address is ${state.net.level}, not dead`;
  if (Object.values(modem).some((on) => on)) return 'a modem line is still asserted';
  return null;
}
