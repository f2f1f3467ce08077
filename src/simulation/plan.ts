/**
 * What will go wrong in a run, drawn from its seed before it begins: which kinds of fault, at which
 * instants, around which main event, under which policy. Plain data, so that a story can begin with
 * it. Integer arithmetic and one generator: the same everywhere.
 */
import type { Target } from '../machine/target.ts';
import { Random } from '../sim/random.ts';
import { FAULT_NAMES, FAULTS, type FaultName, type Faults } from './faults.ts';
import { MAIN_EVENTS, type MainEvent } from './main-events.ts';

export interface PlannedStrike {
  readonly fault: FaultName;
  readonly when: Instant;
}

/**
 * `time`: so many milliseconds after the beginning of the troubles. `effect`: right after the daemon
 * has carried out so many effects since the main event: the instants that matter are close together
 * in the middle of a takeover and far apart elsewhere. `boot`: so many milliseconds after the daemon
 * has decided to boot a node, while it writes that down and types the line.
 */
export type Instant =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'effect'; readonly count: number }
  | { readonly kind: 'boot'; readonly ms: number };

export interface Plan {
  readonly seed: number;
  readonly onSilence: Target['onSilence'];
  readonly serviceLost: Target['serviceLost'];
  /** Milliseconds between typed characters. */
  readonly paceMs: number;
  /** How the site is found. `moved`: production runs on the second node, nobody told the daemon. */
  readonly start: 'usual' | 'moved' | 'cold';
  /** The firmware's default alias leads to the shared disk: a machine without values boots from it. */
  readonly hasBadAlias: boolean;
  /** The journal knows of the boot of the active node, parked before; else it is empty. */
  readonly hasHistory: boolean;
  readonly main: MainEvent;
  readonly mainAtMs: number;
  /** How long troubles may strike. */
  readonly windowMs: number;
  readonly kinds: readonly FaultName[];
  readonly strikes: readonly PlannedStrike[];
}

const POLICIES = ['power', 'confirm', 'trust'] as const;
const HOUR_MS = 3_600_000;
const KINDS_MAX = 5;
/** Of a hundred runs so many have the main event alone. */
const ALONE_PERCENT = 40;
const STRIKES_MAX = 12;
/** About so many effects has a takeover, with what comes before and after it. */
const EFFECTS_OF_TAKEOVER = 350;
/** From the decision to boot to its RETURN, and a little more. */
const BOOT_MS = 4_000;
/** Of a hundred runs with faults the daemon dies before one of its effects in so many. */
const KILLED_PERCENT = 30;

export interface PlanLimits {
  readonly faults: Faults;
  /** Absent: drawn. */
  readonly onSilence?: Target['onSilence'];
}

export function drawPlan(seed: number, limits: PlanLimits): Plan {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ 0x5eed);
  const enabled = FAULT_NAMES.filter((name) => limits.faults[name] > 0);
  const policy = POLICIES[random.below(POLICIES.length)] ?? 'power';
  const serviceLost = random.chance(0.5) ? 'takeover' : 'alarm';
  const isAlone = enabled.length === 0 || random.below(100) < ALONE_PERCENT;
  const main = drawMain(random);
  const windowMs = 20_000 + random.below(70_000);
  const kinds = isAlone ? [] : drawKinds(random, enabled);
  const isKilled = random.below(100) < KILLED_PERCENT && limits.faults['killed-at-effect'] > 0;
  if (!isAlone && isKilled && !kinds.includes('killed-at-effect')) kinds.push('killed-at-effect');
  const strikes = kinds.flatMap((fault) =>
    drawInstants(random, limits.faults[fault], fault, windowMs),
  );
  return {
    seed,
    onSilence: limits.onSilence ?? policy,
    serviceLost,
    paceMs: random.chance(0.06) ? 2 : 0,
    start: isAlone ? 'usual' : drawStart(random),
    hasBadAlias: random.chance(0.15),
    hasHistory: random.chance(0.8),
    main,
    mainAtMs: isAlone ? 0 : random.below(15_000),
    windowMs: isAlone ? 0 : windowMs,
    kinds,
    strikes,
  };
}

function drawStart(random: Random): Plan['start'] {
  const number = random.below(100);
  if (number < 4) return 'moved';
  return number < 7 ? 'cold' : 'usual';
}

function drawMain(random: Random): MainEvent {
  const all = MAIN_EVENTS.reduce((sum, { weight }) => sum + weight, 0);
  let number = random.below(all);
  for (const event of MAIN_EVENTS) {
    number -= event.weight;
    if (number < 0) return event;
  }
  throw new Error('the weights of the main events do not add up');
}

function drawKinds(random: Random, enabled: readonly FaultName[]): FaultName[] {
  const count = Math.min(enabled.length, 1 + random.below(KINDS_MAX));
  const left = [...enabled];
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)).flat();
}

function drawInstants(
  random: Random,
  rate: number,
  fault: FaultName,
  windowMs: number,
): PlannedStrike[] {
  // What is no rate per hour holds from one instant on. What was drawn strikes at least once.
  const expected = FAULTS[fault].unit === 'per hour' ? (rate * windowMs) / HOUR_MS : 1;
  const whole = Math.floor(expected);
  const drawn = whole + (random.chance(expected - whole) ? 1 : 0);
  const count = Math.min(STRIKES_MAX, Math.max(1, drawn));
  return Array.from({ length: count }, () => ({ fault, when: drawInstant(random, windowMs) }));
}

function drawInstant(random: Random, windowMs: number): Instant {
  const number = random.below(100);
  if (number < 40) return { kind: 'time', ms: random.below(windowMs) };
  if (number < 60) return { kind: 'boot', ms: random.below(BOOT_MS) };
  return { kind: 'effect', count: random.below(EFFECTS_OF_TAKEOVER) };
}

/** The plan in a few lines, for the head of a story. */
export function describePlan(plan: Plan): string[] {
  const troubles = plan.kinds.length === 0 ? 'nothing else' : plan.kinds.join(', ');
  return [
    `seed ${plan.seed}: ${plan.main.name}, and ${troubles}`,
    `on-silence ${plan.onSilence}, service-lost ${plan.serviceLost}, start ${plan.start}, ` +
      `journal ${plan.hasHistory ? 'with a history' : 'empty'}`,
  ];
}
