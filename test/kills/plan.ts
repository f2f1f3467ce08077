/**
 * Which nights are played: what strikes the active node, when the daemon is killed, and when it comes
 * back. All from a seed; only real processes and sockets make two plays of one night differ.
 */
import type { Policy } from './daemon-process.ts';

export const STRIKES = {
  panic: 'panic ACTIVE',
  'panic without a dump': 'panic ACTIVE no-dump',
  hang: 'hang ACTIVE',
  'hang deaf to BREAK': 'hang ACTIVE deaf',
  'power failure': 'power off ACTIVE',
} as const;
export type Strike = keyof typeof STRIKES;

export interface Kill {
  /** Of the takeover's measured length, 0 to 1. `start-up`: seconds after the daemon was started. */
  readonly at:
    | { readonly kind: 'takeover'; readonly share: number }
    | { readonly kind: 'start-up'; readonly seconds: number };
  /** Init starts it again after so long. */
  readonly restartMs: number;
}

export interface Night {
  readonly number: number;
  readonly strike: Strike;
  readonly policy: Policy;
  /** Under this policy nothing but a person's word stands in for proof here. */
  readonly isAttended: boolean;
  readonly kills: readonly Kill[];
}

/** Panics and hangs most often, as in life. */
const KINDS: readonly (readonly [Strike, Policy])[] = [
  ['panic', 'power'],
  ['panic', 'confirm'],
  ['panic', 'trust'],
  ['hang', 'power'],
  ['hang', 'confirm'],
  ['panic without a dump', 'confirm'],
  ['power failure', 'power'],
  ['power failure', 'trust'],
  ['hang deaf to BREAK', 'power'],
  ['power failure', 'confirm'],
];

export function kindOf({ strike, policy }: Pick<Night, 'strike' | 'policy'>): string {
  return `${strike}, on-silence ${policy}`;
}

/** Without the kinds that take a minute and more. */
const SHORT_KINDS = KINDS.filter(([strike]) => strike.startsWith('panic'));

export function planNights(count: number, seed: number, isShort: boolean): readonly Night[] {
  const random = randomFrom(seed);
  const kinds = isShort ? SHORT_KINDS : KINDS;
  return Array.from({ length: count }, (_, number) => planNight(number, kinds, random));
}

function planNight(number: number, kinds: typeof KINDS, random: () => number): Night {
  const [strike, policy] = kinds[number % kinds.length] ?? ['panic', 'power'];
  const restartMs = () => 1000 + Math.floor(4000 * random());
  const kills: Kill[] = [{ at: { kind: 'takeover', share: random() }, restartMs: restartMs() }];
  // Some are killed again: in what is left of the takeover, or before they are ready.
  const again = random();
  if (again < 0.2) {
    kills.push({ at: { kind: 'takeover', share: random() }, restartMs: restartMs() });
  } else if (again < 0.4) {
    kills.push({ at: { kind: 'start-up', seconds: 5 * random() }, restartMs: restartMs() });
  }
  const isAttended = policy === 'confirm' && /power|deaf/.test(strike);
  return { number, strike, policy, isAttended, kills };
}

/** Mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
