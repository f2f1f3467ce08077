/**
 * Goes to every point that a script can reach while an adversary decides each answer, each silence,
 * each failure, each word of an operator and each restart. Pure; the same program always gives the
 * same numbers.
 */
import {
  type Busy,
  type Cause,
  type Config,
  configKey,
  type Frame,
  NOT_BUSY,
  passKey,
  type Standing,
} from './config.ts';
import { ANYTHING, type Known } from './knowledge.ts';
import { type Found, type Step, search } from './search.ts';
import type { Space } from './space.ts';
import { interrupts, nextOf, outcomes, type Turn } from './state-moves.ts';
import { type Course, courseCost, Summaries, timeCost, type Via } from './summaries.ts';
import { permits, type World } from './world.ts';

/** More points than this: the script is not explored to its end, and that is said. */
const POINTS_MAX = 500_000;

export interface Explored {
  readonly found: Found<Config, Via>;
  /** Points of scripts and dialogues together. */
  readonly points: number;
  readonly complete: boolean;
}

/** A choice that the world has at a point, and where it leads. */
export type Choice = Step<Config, Via>;

export interface Exploring {
  /** Where to begin; without it: every start of the daemon. */
  readonly from?: Config;
  /** What may happen; without it: everything. */
  readonly world?: World;
  /** More points than this are not looked at; POINTS_MAX by default. */
  readonly pointsMax?: number;
  /** Told of each choice at each point, with the index of the point. */
  readonly onChoice?: (config: Config, at: number, choice: Choice) => void;
}

export function explore(space: Space, how: Exploring = {}): Explored {
  const explorer = new Explorer(space, how.world ?? null);
  const { start, lasting } = startsOf(space);
  const found = search<Config, Via>({
    roots: [how.from ?? start],
    laterRoots: how.from === undefined ? lasting : [],
    keyOf: configKey,
    stepsFrom: (config, at) => {
      const steps = explorer.steps(config);
      if (how.onChoice !== undefined) for (const one of steps) how.onChoice(config, at, one);
      return steps;
    },
    nodesMax: how.pointsMax ?? POINTS_MAX,
  });
  const points = found.nodes.length + explorer.points;
  return { found, points, complete: found.complete && explorer.complete };
}

class Explorer {
  readonly #space: Space;
  readonly #summaries: Summaries;
  readonly #interrupted: Set<number>[] = [];

  readonly #world: World | null;

  constructor(space: Space, world: World | null) {
    this.#space = space;
    this.#world = world;
    this.#summaries = new Summaries(space, world);
  }

  /** In a world of its own a time of minutes passes only where the script rests or waits. */
  #mayCome(config: Config, course: Course | null, { leastMs }: Cause): boolean {
    return this.#world === null || leastMs === 0 || this.#rests(config, course);
  }

  #rests({ state, action }: Pick<Config, 'state' | 'action'>, course: Course | null): boolean {
    return course === null && action >= this.#space.state(state).actions.length;
  }

  #begins(cause: Cause): number {
    return this.#world === null ? 1 : timeCost(cause);
  }

  #interruptCost(cause: Cause): number {
    return this.#world === null ? INTERRUPT_COST : timeCost(cause);
  }

  #permits(cause: Cause): boolean {
    return this.#world === null || permits(this.#world, this.#space, cause, null);
  }

  get points(): number {
    return this.#summaries.points;
  }

  /** Every course of every dialogue was looked at. */
  get complete(): boolean {
    return this.#summaries.complete;
  }

  steps(config: Config): Choice[] {
    const idle = this.#interrupts(config, config, null, null, null);
    return [...idle, ...nextOf(this.#space, config).flatMap((turn) => this.#take(config, turn))];
  }

  #take(config: Config, turn: Turn): Choice[] {
    if (!this.#permits(turn.cause)) return [];
    if (turn.kind === 'go')
      return [
        choice(
          turn.config,
          { cause: turn.cause, course: null },
          this.#summaries.costOf(turn.cause),
        ),
      ];
    const isOther = this.#isOther(turn.frame);
    const summary = this.#summaries.of(
      turn.frame,
      isOther ? this.#blank(config) : config,
      NOT_BUSY,
    );
    const { state, action } = config;
    const begun = turn.cause;
    const cost = this.#begins(begun);
    const choices: Choice[] = [];
    for (const { at, ending, course } of summary.ends) {
      const { owner, known } = isOther ? this.#restored(config, at) : at;
      const cause = lastCause(course, begun);
      for (const one of outcomes(
        this.#space,
        { state, action, owner, known },
        turn,
        ending,
        cause,
      )) {
        choices.push(choice(one.config, { cause: one.cause, course, begun }, cost));
      }
    }
    for (const { standing, busy, course } of summary.passes) {
      const at = isOther ? this.#restored(config, standing) : standing;
      for (const one of this.#interrupts(config, at, busy, course, begun)) choices.push(one);
    }
    return choices;
  }

  /**
   * On the console of the node that is not followed nothing is learned of the other one, but that
   * the owner runs. So its courses are worked out once, not for each state of knowledge.
   */
  #isOther(frame: Frame): boolean {
    const isBoot = frame.kind === 'verb' && frame.verb === 'boot';
    return frame.node !== this.#followed() && !isBoot;
  }

  #followed(): number {
    return this.#space.follows === 'active' ? 0 : 1;
  }

  #blank({ owner }: Config): Standing {
    const known: [number, number] = [ANYTHING, ANYTHING];
    known[this.#followed()] = this.#space.knowledge.unknown;
    return { owner, known };
  }

  #restored(config: Config, at: Standing): Standing {
    const { knowledge } = this.#space;
    if (at.known[this.#followed()] === knowledge.unknown) return config;
    const known: [number, number] = [config.known[0], config.known[1]];
    known[this.#followed()] = knowledge.after(known[this.#followed()] ?? ANYTHING, {
      kind: 'owner-runs',
    });
    return { ...config, known };
  }

  #seenIn(state: number, rests: boolean): Set<number> {
    const at = 2 * state + (rests ? 1 : 0);
    let seen = this.#interrupted[at];
    if (seen === undefined) {
      seen = new Set();
      this.#interrupted[at] = seen;
    }
    return seen;
  }

  /** The same for all points that agree in what they know: followed from the first of them. */
  #interrupts(
    { state, action }: Config,
    at: Standing,
    busy: Busy | null,
    course: Course | null,
    begun: Cause | null,
  ): readonly Choice[] {
    const rests = this.#world !== null && this.#rests({ state, action }, course);
    const seen = this.#seenIn(state, rests);
    const key = passKey(at, busy);
    if (seen.has(key)) return NONE;
    seen.add(key);
    const config: Config = { state, action, owner: at.owner, known: at.known };
    const moves = interrupts(this.#space, config, busy).filter(
      ({ cause }) => this.#permits(cause) && this.#mayCome(config, course, cause),
    );
    return moves.map((one) => {
      const via = { cause: one.cause, course, ...(begun === null ? {} : { begun }) };
      return choice(one.config, via, this.#interruptCost(one.cause));
    });
  }
}

const NONE: readonly Choice[] = [];

/** A story in which little happens by itself is easier to believe. */
const INTERRUPT_COST = 3;

function choice(node: Config, via: Via, cost = 1): Choice {
  return { node, via, cost: cost + courseCost(via.course) };
}

function lastCause({ summary, at }: Course, otherwise: Cause): Cause {
  return summary.found.arrivals[at]?.via?.cause ?? otherwise;
}

/** After a start of the daemon nothing is known but what the journal says. */
function startsOf(space: Space): { readonly start: Config; readonly lasting: readonly Config[] } {
  const { unknown } = space.knowledge;
  const held = space.knowledge.after(unknown, { kind: 'held-before' });
  const at = (state: number, followed: Known): Config => {
    const isActive = space.follows === 'active';
    const known = isActive ? ([followed, ANYTHING] as const) : ([ANYTHING, followed] as const);
    return { state, action: 0, owner: 0, known };
  };
  const { startState, states } = space.program;
  const lasting = states.flatMap((state, index) =>
    state.lasting ? [at(index, unknown), at(index, held)] : [],
  );
  return { start: at(startState, unknown), lasting: [...lasting, at(startState, held)] };
}
