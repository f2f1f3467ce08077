/**
 * Points of the space that the prover explores. A `Config` is where a script stands between tasks and
 * what is known of the node that is followed; a `Running` point is one within a task. What the
 * journal says, the net, and which node is in service are left to the adversary: any answer, at any
 * time. Node 0 owns the disk between tasks; a boot makes it node 1 until its task ends, then the
 * nodes change names. Plain data.
 */
import type { HowTo, NodeVerb, Role, Span } from '../language/program.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { Known } from './knowledge.ts';

export type Frame = DialogueFrame | VerbFrame;

export interface DialogueFrame {
  readonly kind: 'dialogue';
  readonly dialogue: number;
  readonly node: NodeIndex;
  readonly step: number;
  /** Where a repetition of what was typed begins. */
  readonly retryFrom: number;
}

export type VerbName = NodeVerb | 'resume' | 'boot' | 'command';

export interface VerbFrame {
  readonly kind: 'verb';
  readonly verb: VerbName;
  readonly node: NodeIndex;
  /** Position in the verb; its meaning is the verb's own. */
  readonly phase: Phase;
}

export type Phase = HowTo | 'begin' | 'reread' | 'verify';

const PHASES: readonly Phase[] = [
  ...(['begin', 'hold', 'identify', 'read', 'write', 'reread', 'verify'] as const),
  ...(['reset', 'fence', 'boot', 'resume'] as const),
];

/** Who owns the disk, and what is known of both nodes. */
export interface Standing {
  readonly owner: NodeIndex;
  readonly known: readonly [Known, Known];
}

/** Within a dialogue or a verb: its frame, and behind it that of what it is about to call. */
export interface Running extends Standing {
  readonly frames: readonly Frame[];
  /** Verbs that are under way around it and change what a text means. */
  readonly busy: Busy;
}

/** One bit for each such verb and node: sets of them are compared all the time. */
export type Busy = number;
export const NOT_BUSY: Busy = 0;

const MATTERING: readonly VerbName[] = ['boot', 'reset', 'identify'];

function busyBit(verb: VerbName, node: NodeIndex): Busy {
  const at = MATTERING.indexOf(verb);
  return at < 0 ? 0 : 1 << (2 * at + node);
}

export function busyWith(busy: Busy, verb: VerbName, node: NodeIndex): Busy {
  return busy | busyBit(verb, node);
}

export function isBusyWith(busy: Busy, verb: VerbName, node: NodeIndex): boolean {
  return (busy & busyBit(verb, node)) !== 0;
}

export interface Config extends Standing {
  readonly state: number;
  /** Next action of the state; its length when all are done. */
  readonly action: number;
}

export function nodeOf({ owner }: Standing, role: Role): NodeIndex {
  if (role === 'active') return owner;
  return owner === 0 ? 1 : 0;
}

export function roleOf({ owner }: Standing, node: NodeIndex): Role {
  return owner === node ? 'active' : 'standby';
}

// ---- keys: numbers, since a hundred thousand points are looked up by them ----------------------------

/** More states of knowledge have never come up; knowledge.ts watches it. */
export const KNOWN_MAX = 2046;
const KNOWN_SPAN = KNOWN_MAX + 2;
const STANDINGS = 2 * KNOWN_SPAN * KNOWN_SPAN;
const STEPS = 1024;
const BUSY = 64;

export function standingKey({ owner, known }: Standing): number {
  return owner + 2 * (known[0] + 1 + KNOWN_SPAN * (known[1] + 1));
}

/** Of where something may interrupt, and what is under way there; null: nothing. */
export function passKey(standing: Standing, busy: Busy | null): number {
  return standingKey(standing) * (BUSY + 1) + (busy ?? BUSY);
}

export function configKey(config: Config): number {
  return (config.state * STEPS + config.action) * STANDINGS + standingKey(config);
}

/** Of points of one dialogue, whose number is the same for all. */
export function frameKey(frame: Frame): number {
  if (frame.kind === 'verb') return 2 * PHASES.indexOf(frame.phase) + frame.node;
  return 2 * (STEPS * frame.step + frame.retryFrom) + frame.node;
}

export function runningKey(running: Running): number {
  const frame = running.frames[0];
  return (frame === undefined ? 0 : frameKey(frame)) * STANDINGS + standingKey(running);
}

/** Why the machine got from one point to the next. Times in ms. */
export interface Cause {
  readonly what: Decision;
  /** The line of the script that says so; null where only the engine decides. */
  readonly span: Span | null;
  /** Time that surely passes. */
  readonly leastMs: number;
  /** Time that may pass, when every answer comes at the last moment. */
  readonly mostMs: number;
}

/** What the world decided. `step`: nothing, the machine just goes on. */
export type Decision =
  | { readonly kind: 'step' }
  /** The machine goes on by something that it may know already. */
  | { readonly kind: 'known' }
  | { readonly kind: 'text'; readonly role: Role; readonly text: number }
  | { readonly kind: 'answer'; readonly role: Role; readonly of: 'match' | 'identity' | 'unknown' }
  | { readonly kind: 'quiet'; readonly role: Role }
  /** It never falls quiet, where quiet is waited for. */
  | { readonly kind: 'noise'; readonly role: Role }
  | { readonly kind: 'silence'; readonly role: Role; readonly again: boolean }
  | { readonly kind: 'failure'; readonly role: Role; readonly name: string }
  | { readonly kind: 'net'; readonly level: 'alive' | 'dead' | 'blind' }
  | { readonly kind: 'operator'; readonly request: string; readonly role: Role | null }
  | { readonly kind: 'time' }
  | { readonly kind: 'restart' }
  /** What the journal says after a restart. */
  | { readonly kind: 'journal'; readonly unfinished: 'none' | 'takeover' | 'boot' }
  | { readonly kind: 'power'; readonly role: Role; readonly off: boolean }
  | { readonly kind: 'command'; readonly ok: boolean }
  | { readonly kind: 'bound' };
