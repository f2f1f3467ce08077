/**
 * Goes to every point that a script can reach while an adversary decides each answer, each silence,
 * each failure, each word of an operator and each restart. Pure; the same program always gives the
 * same numbers.
 */
import { type Cause, type Config, configKey, type Frame, type Standing } from './config.ts';
import { ANYTHING } from './knowledge.ts';
import { type Found, type Step, search } from './search.ts';
import type { Space } from './space.ts';
import { interruptKey, interrupts, nextOf, outcomes, type Turn } from './state-moves.ts';
import { type Course, costOf, courseCost, Summaries, type Via } from './summaries.ts';

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

export function explore(
  space: Space,
  allows: (choice: Choice, from: Config) => boolean = () => true,
): Explored {
  const explorer = new Explorer(space);
  const { start, lasting } = startsOf(space);
  const found = search<Config, Via>({
    roots: [start],
    laterRoots: lasting,
    keyOf: configKey,
    stepsFrom: (config) => explorer.steps(config).filter((choice) => allows(choice, config)),
    nodesMax: POINTS_MAX,
  });
  const points = found.nodes.length + explorer.points;
  return { found, points, complete: found.complete };
}

class Explorer {
  readonly #space: Space;
  readonly #summaries: Summaries;
  readonly #interrupted = new Set<string>();

  constructor(space: Space) {
    this.#space = space;
    this.#summaries = new Summaries(space);
  }

  get points(): number {
    return this.#summaries.points;
  }

  steps(config: Config): Choice[] {
    const idle = this.#interrupts(config, null, null, null);
    return [...idle, ...nextOf(this.#space, config).flatMap((turn) => this.#take(config, turn))];
  }

  #take(config: Config, turn: Turn): Choice[] {
    if (turn.kind === 'go')
      return [choice(turn.config, { cause: turn.cause, course: null }, costOf(turn.cause))];
    const isOther = this.#isOther(turn.frame);
    const summary = this.#summaries.of(turn.frame, isOther ? this.#blank(config) : config, []);
    const back = (at: Standing): Config =>
      isOther ? this.#restored(config, at) : { ...config, ...at };
    const interrupted = summary.passes.flatMap(({ standing, busy, course }) =>
      this.#interrupts(back(standing), busy, course, turn.cause),
    );
    const ended = summary.ends.flatMap(({ at, ending, course }) => {
      const cause = lastCause(course, turn.cause);
      return outcomes(this.#space, back(at), turn, ending, cause).map((one) =>
        choice(one.config, { cause: one.cause, course, begun: turn.cause }),
      );
    });
    return [...ended, ...interrupted];
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

  #restored(config: Config, at: Standing): Config {
    const { knowledge } = this.#space;
    if (at.known[this.#followed()] === knowledge.unknown) return config;
    const known: [number, number] = [config.known[0], config.known[1]];
    known[this.#followed()] = knowledge.after(known[this.#followed()] ?? ANYTHING, {
      kind: 'owner-runs',
    });
    return { ...config, known };
  }

  /** The same for all points that agree in what they know: followed from the first of them. */
  #interrupts(
    config: Config,
    busy: readonly string[] | null,
    course: Course | null,
    begun: Cause | null,
  ): Choice[] {
    const key = `${interruptKey(config)} ${busy === null ? 'idle' : busy.join()}`;
    if (this.#interrupted.has(key)) return [];
    this.#interrupted.add(key);
    return interrupts(this.#space, config, busy).map((one) => {
      const via = { cause: one.cause, course, ...(begun === null ? {} : { begun }) };
      return choice(one.config, via, INTERRUPT_COST);
    });
  }
}

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
  const known =
    space.follows === 'active' ? ([unknown, ANYTHING] as const) : ([ANYTHING, unknown] as const);
  const at = (state: number): Config => ({ state, action: 0, owner: 0, known });
  const lasting = space.program.states.flatMap((state, index) =>
    state.lasting ? [at(index)] : [],
  );
  return { start: at(space.program.startState), lasting };
}
