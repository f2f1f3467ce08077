/**
 * Every course that a dialogue or a verb may take, worked out once for each state of knowledge in
 * which it may begin: with what it ends and what is known then, and what may be known in between,
 * when something interrupts it. What one calls is a summary of its own. Used by explore.ts.
 */
import {
  type Busy,
  busyWith,
  type Cause,
  type Frame,
  frameKey,
  passKey,
  type Running,
  roleOf,
  runningKey,
  type Standing,
  standingKey,
} from './config.ts';
import { dialogueMoves, dialogueTakes, type Move } from './dialogue-moves.ts';
import { type Found, type Step, search } from './search.ts';
import type { Ending, Space } from './space.ts';
import { verbMoves, verbTakes } from './verb-moves.ts';
import { permits, type World } from './world.ts';

/** A point within one dialogue or verb, or its end. */
export type Inner =
  | { readonly kind: 'running'; readonly running: Running }
  | { readonly kind: 'ended'; readonly at: Standing; readonly ending: Ending };

/** What the world decided, and before that the course of what was called, if anything was. */
export interface Via {
  readonly cause: Cause;
  readonly course: Course | null;
  /** Calls right before that one, without a step in between: the verbs' own. */
  readonly earlier?: Behind;
  /** Why that course was begun, where it was for time to pass. */
  readonly begun?: Cause;
}

/** Courses one right behind the other, last first. */
export interface Behind {
  readonly course: Course;
  readonly earlier: Behind | null;
}

/** The way to a point of a summary and, when it is one within a call, on to a point in there. */
export interface Course {
  readonly summary: Summary;
  readonly at: number;
  readonly inner: Course | null;
}

/** Something may interrupt here: what is known, and which verbs are under way. */
export interface Pass {
  readonly standing: Standing;
  readonly busy: Busy;
  readonly course: Course;
}

export interface Summary {
  readonly found: Found<Inner, Via>;
  readonly ends: readonly {
    readonly at: Standing;
    readonly ending: Ending;
    readonly course: Course;
  }[];
  /** One for each that differs in what it says. */
  readonly passes: readonly Pass[];
}

/** No dialogue is so long; the script as a whole has its own bound. */
const NODES_MAX = 100_000;

export class Summaries {
  readonly #space: Space;
  readonly #world: World | null;
  readonly #known = new Map<string, Map<number, Summary>>();
  #points = 0;
  #complete = true;

  /** `world`: what may happen; null: everything. */
  constructor(space: Space, world: World | null) {
    this.#space = space;
    this.#world = world;
  }

  /** Points of all courses together. */
  get points(): number {
    return this.#points;
  }

  /** Every course was looked at to its end. */
  get complete(): boolean {
    return this.#complete;
  }

  of(frame: Frame, { owner, known }: Standing, busy: Busy): Summary {
    const of = this.#ofFrame(frame);
    const key = passKey({ owner, known }, busy);
    const before = of.get(key);
    if (before !== undefined) return before;
    const passes = new Passes();
    const found = search<Inner, Via>({
      roots: [{ kind: 'running', running: { owner, known, busy, frames: [frame] } }],
      keyOf: innerKey,
      stepsFrom: (inner, at) =>
        inner.kind === 'ended' ? [] : this.#steps(inner.running, at, passes),
      nodesMax: NODES_MAX,
    });
    const summary = finished(found, passes);
    this.#points += found.nodes.length;
    this.#complete &&= found.complete;
    of.set(key, summary);
    return summary;
  }

  #ofFrame(frame: Frame): Map<number, Summary> {
    const name = frame.kind === 'verb' ? frame.verb : frame.dialogue;
    const key = `${name} ${frameKey(frame)}`;
    let of = this.#known.get(key);
    if (of === undefined) {
      of = new Map();
      this.#known.set(key, of);
    }
    return of;
  }

  #steps(running: Running, at: number, passes: Passes): Step<Inner, Via>[] {
    const frame = running.frames[0];
    if (frame === undefined) throw new Error('a task without frames');
    passes.add(running, running.busy, at, null);
    const moves =
      frame.kind === 'dialogue'
        ? dialogueMoves(this.#space, running, frame)
        : verbMoves(this.#space, running, frame);
    const asked = { frame, role: roleOf(running, frame.node) };
    const world = this.#world;
    const possible =
      world === null
        ? moves
        : moves.filter(({ cause }) => permits(world, this.#space, cause, asked));
    const steps: Step<Inner, Via>[] = [];
    for (const move of possible) this.#follow(move, at, passes, null, steps);
    return steps;
  }

  /** `behind`: after the course of a call, which costs what it costs there. */
  #stepTo(node: Inner, cause: Cause, behind: Behind | null): Step<Inner, Via> {
    if (behind === null) return { node, via: { cause, course: null }, cost: this.costOf(cause) };
    const { course, earlier } = behind;
    let cost = courseCost(course);
    for (let one = earlier; one !== null; one = one.earlier) cost += courseCost(one.course);
    const via = earlier === null ? { cause, course } : { cause, course, earlier };
    return { node, via, cost };
  }

  /** In a world of its own what comes first happens; else the best story is looked for. */
  costOf(cause: Cause): number {
    return this.#world === null ? storyCost(cause) : timeCost(cause);
  }

  /** To the next point of this dialogue: where it calls another, over all ends of that. */
  #follow(
    { running, cause, ending }: Move,
    at: number,
    passes: Passes,
    behind: Behind | null,
    steps: Step<Inner, Via>[],
  ): void {
    if (ending !== null) {
      const { owner, known } = running;
      steps.push(this.#stepTo({ kind: 'ended', at: { owner, known }, ending }, cause, behind));
      return;
    }
    const [caller, called] = running.frames;
    if (caller === undefined) throw new Error('a task without frames');
    if (called === undefined) {
      steps.push(this.#stepTo({ kind: 'running', running }, cause, behind));
      return;
    }
    const busy =
      caller.kind === 'verb' ? busyWith(running.busy, caller.verb, caller.node) : running.busy;
    const summary = this.of(called, running, busy);
    for (const pass of summary.passes) passes.add(pass.standing, pass.busy, at, pass.course);
    for (const end of summary.ends) {
      const { owner, known } = end.at;
      const back: Running = { owner, known, busy: running.busy, frames: [caller] };
      const last = end.course.summary.found.arrivals[end.course.at]?.via?.cause ?? cause;
      const moves =
        caller.kind === 'dialogue'
          ? dialogueTakes(this.#space, back, caller, end.ending, last)
          : verbTakes(this.#space, back, caller, end.ending, last);
      const next: Behind = { course: end.course, earlier: behind };
      for (const one of moves) this.#follow(one, at, passes, next, steps);
    }
  }
}

export function courseCost(course: Course | null): number {
  if (course === null) return 0;
  const cost = course.summary.found.costs[course.at] ?? 0;
  return Math.max(1, cost + courseCost(course.inner));
}

/** Tenths of a second. */
export function timeCost({ leastMs }: Cause): number {
  return 1 + Math.round(leastMs / 100);
}

/** A story in which nothing unusual goes wrong is the better one. */
const UNUSUAL_COST = 25;

function storyCost({ what }: Cause): number {
  const isOdd = ['failure', 'noise', 'journal', 'known'].includes(what.kind);
  const isUnusual =
    isOdd ||
    (what.kind === 'silence' && what.again) ||
    (what.kind === 'operator' && what.request === 'out-of-service');
  return isUnusual ? UNUSUAL_COST : 1;
}

function innerKey(inner: Inner): number | string {
  if (inner.kind === 'ended') {
    return `${inner.ending.ok ? '' : inner.ending.name}! ${standingKey(inner.at)}`;
  }
  return runningKey(inner.running);
}

class Passes {
  readonly #byKey = new Map<
    number,
    {
      readonly standing: Standing;
      readonly busy: Busy;
      readonly at: number;
      readonly inner: Course | null;
    }
  >();

  add({ owner, known }: Standing, busy: Busy, at: number, inner: Course | null): void {
    const standing = { owner, known };
    const key = passKey(standing, busy);
    if (!this.#byKey.has(key)) this.#byKey.set(key, { standing, busy, at, inner });
  }

  of(summary: Summary): Pass[] {
    return [...this.#byKey.values()].map(({ standing, busy, at, inner }) => {
      return { standing, busy, course: { summary, at, inner } };
    });
  }
}

function finished(found: Found<Inner, Via>, passes: Passes): Summary {
  const made: {
    found: Summary['found'];
    ends: Summary['ends'][number][];
    passes: readonly Pass[];
  } = { found, ends: [], passes: [] };
  found.nodes.forEach((node, at) => {
    if (node.kind !== 'ended') return;
    made.ends.push({
      at: node.at,
      ending: node.ending,
      course: { summary: made, at, inner: null },
    });
  });
  made.passes = passes.of(made);
  return made;
}
