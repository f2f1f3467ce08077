/**
 * The troubles that a cluster is bought for: what this script makes of each under this CList, whether
 * it needs a person, and how long it takes until the boot is typed. The cases are those of the 2001
 * system's acceptance, each as a world in which the machines behave so.
 */
import type { NetLevel } from '../language/program.ts';
import type { Config } from './config.ts';
import { type Choice, explore } from './explore.ts';
import type { Space } from './space.ts';
import { type Decided, decisionsAt, decisionsTo } from './story.ts';
import type { Behaviour, World } from './world.ts';

export type Goal = 'takeover' | 'boot-again' | 'standby-stopped';

export interface Case {
  readonly name: string;
  readonly goal: Goal;
  /** Whether people help is tried both ways. */
  readonly world: Omit<World, 'people'>;
}

export interface CaseResult {
  readonly name: string;
  readonly goal: Goal;
  /** `automatic`: without anybody; `attended`: a person must say something; `none`: it does not happen. */
  readonly how: 'automatic' | 'attended' | 'none';
  /** Until the boot is typed, ms: when everybody answers at once, and at the last moment. */
  readonly leastMs: number;
  readonly mostMs: number;
  /** States on the way. */
  readonly states: readonly string[];
}

const ALIVE = ['alive'] as const;
const DEAD = ['dead'] as const;
const EITHER = ['alive', 'dead'] as const;

function trouble(
  name: string,
  goal: Goal,
  active: Behaviour,
  standby: Behaviour,
  net: readonly NetLevel[],
): Case {
  return { name, goal, world: { active, standby, net } };
}

export const CASES: readonly Case[] = [
  trouble('the active node panics', 'takeover', 'falls', 'at-prompt', DEAD),
  trouble('it panics, and the standby does not answer', 'boot-again', 'falls', 'silent', DEAD),
  trouble('it hangs; a BREAK still stops it', 'takeover', 'stops-at-break', 'at-prompt', DEAD),
  trouble(
    'it is silent for good: no power, or nothing helps',
    'takeover',
    'silent',
    'at-prompt',
    DEAD,
  ),
  trouble(
    'its console cannot be reached, the service address is dead',
    'takeover',
    'unreachable',
    'at-prompt',
    DEAD,
  ),
  trouble(
    'the service address is dead, its console answers',
    'takeover',
    'runs-until-break',
    'at-prompt',
    DEAD,
  ),
  trouble('somebody boots the standby', 'standby-stopped', 'runs', 'boots-by-hand', EITHER),
];

const HEALTHY: World = { active: 'runs', standby: 'at-prompt', net: ALIVE, people: false };

/** `deadAfterMs`: so long the prober takes to call an address dead. */
export function judgeCases(space: Space, deadAfterMs: number): CaseResult[] {
  const production = restingPoint(space);
  if (production === null) return [];
  return CASES.map((one) => judgeCase(space, production, one, deadAfterMs));
}

/** Where the script rests when all is well. */
function restingPoint(space: Space): Config | null {
  const explored = explore(space, { world: HEALTHY });
  return (
    explored.found.nodes.find((config) => {
      const { ending, actions, lasting } = space.state(config.state);
      return ending === 'rest' && !lasting && config.action >= actions.length;
    }) ?? null
  );
}

function judgeCase(space: Space, from: Config, one: Case, deadAfterMs: number): CaseResult {
  const { name, goal, world } = one;
  for (const people of [false, true]) {
    const course = courseTo(space, from, goal, { ...world, people });
    if (course === null) continue;
    const how = people ? 'attended' : 'automatic';
    return { name, goal, how, ...timesOf(course, deadAfterMs), states: statesOf(space, course) };
  }
  return { name, goal, how: 'none', leastMs: 0, mostMs: 0, states: [] };
}

/** The decisions on the cheapest way to the goal, or null. */
function courseTo(space: Space, from: Config, goal: Goal, world: World): Decided[] | null {
  const arrivals: { readonly config: Config; readonly at: number; readonly choice: Choice }[] = [];
  const { found } = explore(space, {
    from,
    world,
    onChoice: (config, at, choice) => {
      if (isGoal(space, config, choice, goal)) arrivals.push({ config, at, choice });
    },
  });
  const cost = ({ at, choice }: (typeof arrivals)[number]) => (found.costs[at] ?? 0) + choice.cost;
  const best = arrivals.sort((a, b) => cost(a) - cost(b))[0];
  if (best === undefined) return null;
  const { config, at, choice } = best;
  return [...decisionsTo(found, at), ...decisionsAt(config, choice.via, choice.node)];
}

function isGoal(space: Space, config: Config, { via }: Choice, goal: Goal): boolean {
  const action = space.state(config.state).actions[config.action];
  const course = via.course;
  if (course === null || action === undefined) return false;
  const end = course.summary.found.nodes[course.at];
  if (end?.kind !== 'ended' || !end.ending.ok) return false;
  switch (goal) {
    case 'takeover':
      return action.kind === 'boot' && action.role === 'standby';
    case 'boot-again':
      return action.kind === 'boot' && action.role === 'active';
    case 'standby-stopped':
      return action.kind === 'verb' && action.role === 'standby' && STOPS.includes(action.verb);
  }
}

const STOPS: readonly string[] = ['hold', 'fence', 'power-off'];

function timesOf(way: readonly Decided[], deadAfterMs: number) {
  let [leastMs, mostMs] = [0, 0];
  let known = 'alive';
  for (const { cause } of way) {
    // A repeated dialogue may be due at once; whoever answers may do so at once.
    leastMs += cause.what.kind === 'step' ? 0 : cause.leastMs;
    mostMs += Math.max(cause.leastMs, cause.mostMs);
    if (cause.what.kind !== 'net' || cause.what.level === known) continue;
    known = cause.what.level;
    leastMs += deadAfterMs;
    mostMs += deadAfterMs;
  }
  return { leastMs, mostMs };
}

function statesOf(space: Space, way: readonly Decided[]): string[] {
  const names = way.map(({ state }) => space.state(state).name);
  return names.filter((name, index) => name !== names[index - 1]);
}
