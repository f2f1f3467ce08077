/**
 * Can states lead to each other in a circle without any time passing? The machine would have to
 * stop such a cluster. Called by check.ts.
 *
 * Explores what a state does at once on entry: levels of the address that already hold, effects
 * with `->`, bounds that are used up, and what fails at once because a console is unreachable, a
 * proof is missing or no power device is there. What is assumed about settings, levels and
 * consoles on the way stays assumed, so only circles that can really be walked are reported.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Role } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { factOf, valuesOf } from './endings.ts';
import { alwaysIn } from './graph.ts';
import { goOf, triedSteps } from './walk.ts';

/** What is assumed: the values that a subject may still have. */
type World = ReadonlyMap<string, readonly string[]>;

interface Hop {
  readonly to: Tree.State;
  readonly world: World;
}

/** Enough for any script that people write; the search gives up silently beyond. */
const VISITS_MAX = 20_000;

/** `known`: states of loops that were reported for another reason. */
export function checkTimelessLoops(
  scope: Scope,
  known: ReadonlySet<Tree.State>,
  sink: DiagnosticSink,
): void {
  const reported = new Set(known);
  const search = new Search(scope);
  for (const state of scope.states.values()) {
    if (reported.has(state)) continue;
    const way = search.wayBackTo(state);
    if (way === null || way.some((one) => reported.has(one) || one.boundDamaged)) continue;
    for (const one of way) reported.add(one);
    const names = way.map((one) => one.name.text).join(' -> ');
    const message = `this can go round without any time passing: ${names}`;
    const hint = "put a wait in between: 'after', 'every', or a dialogue that takes time";
    sink.error('no-time-cycle', state.name.span, message, hint);
  }
}

class Search {
  readonly #scope: Scope;
  #visits = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** The states of a circle through `goal`, it at both ends; null: none. */
  wayBackTo(goal: Tree.State): readonly Tree.State[] | null {
    this.#visits = 0;
    return this.#walk(goal, goal, [goal], new Map());
  }

  #walk(
    goal: Tree.State,
    at: Tree.State,
    way: readonly Tree.State[],
    world: World,
  ): readonly Tree.State[] | null {
    this.#visits += 1;
    if (this.#visits > VISITS_MAX) return null;
    for (const hop of this.#hops(at, world)) {
      if (hop.to === goal) return [...way, goal];
      if (way.includes(hop.to)) continue;
      const found = this.#walk(goal, hop.to, [...way, hop.to], hop.world);
      if (found !== null) return found;
    }
    return null;
  }

  #hops(state: Tree.State, world: World): Hop[] {
    const hops: Hop[] = [];
    const add = (effects: readonly Tree.Effect[], when: World | null): void => {
      const go = goOf(effects);
      const to = go === null ? undefined : this.#scope.states.get(go.state.text);
      if (to !== undefined && when !== null) hops.push({ to, world: when });
    };
    // Bounded entries end by themselves; what could go on for ever is their `else`.
    if (state.bound !== null) {
      add([state.bound.otherwise], world);
      return hops;
    }
    const reactions = [
      ...alwaysIn(this.#scope, state).flatMap((block) => block.reactions),
      ...state.reactions,
    ];
    for (const { trigger, condition, effects } of reactions) {
      if (trigger.kind !== 'net' || trigger.duration !== null) continue;
      const held = this.#assume(world, 'net', trigger.level);
      add(effects, held === null ? null : this.#suppose(held, condition));
    }
    this.#addActions(state, world, add);
    return hops;
  }

  #addActions(
    state: Tree.State,
    world: World,
    add: (effects: readonly Tree.Effect[], when: World | null) => void,
  ): void {
    let rest: World | null = world;
    for (const action of state.actions) {
      if (rest === null || action.kind === 'broken') return;
      const done: World | null = this.#suppose(rest, action.condition);
      const skipped: World | null = this.#supposeNot(rest, action.condition);
      if (action.kind === 'effects') {
        add(action.effects, done);
        if (goOf(action.effects) !== null) rest = skipped;
        continue;
      }
      const after: World | null = done === null ? null : this.#addInstantFailure(action, done, add);
      // The two ways on may assume different things; what is surely common is enough.
      rest = skipped !== null && after !== null ? world : (skipped ?? after);
    }
  }

  /** What happens when the action fails at once. Returns what holds where the state goes on. */
  #addInstantFailure(
    action: Exclude<Tree.Action, { kind: 'effects' | 'broken' }>,
    world: World,
    add: (effects: readonly Tree.Effect[], when: World | null) => void,
  ): World | null {
    const failure = this.#instantFailure(action);
    if (failure === null || action.damaged) return null;
    let left: World | null =
      failure.role === null ? world : this.#assume(world, `console of ${failure.role}`, 'lost');
    for (const outcome of action.outcomes) {
      if (left === null) return null;
      const named =
        outcome.names.length === 0 || outcome.names.some(({ text }) => text === failure.name);
      if (outcome.on !== 'failed' || !named) continue;
      const taken = this.#suppose(left, outcome.condition);
      add(outcome.then, taken);
      const others: World | null = this.#supposeNot(left, outcome.condition);
      if (goOf(outcome.then) === null && taken !== null) return taken;
      left = others;
    }
    return left;
  }

  #instantFailure(
    action: Exclude<Tree.Action, { kind: 'effects' | 'broken' }>,
  ): { readonly name: string; readonly role: Role | null } | null {
    switch (action.kind) {
      case 'do': {
        const dialogue = this.#scope.dialogues.get(action.dialogue.text);
        if (dialogue === undefined || !failsUnreachable(this.#scope, dialogue, 0)) return null;
        return { name: 'unreachable', role: action.role.role };
      }
      case 'boot':
        return { name: 'refused', role: null };
      case 'run':
        return null;
      case 'verb':
        if (action.verb === 'power-off') return { name: 'no-device', role: null };
        if (action.verb === 'resume' || action.verb === 'trust-silence') {
          return { name: 'refused', role: null };
        }
        return { name: 'unreachable', role: action.role.role };
    }
  }

  #suppose(world: World, condition: Tree.Condition | null): World | null {
    if (condition === null) return world;
    const { subject, value } = factOf(condition);
    return this.#assume(world, subject, value);
  }

  #supposeNot(world: World, condition: Tree.Condition | null): World | null {
    if (condition === null) return null;
    const { subject, value } = factOf(condition);
    const possible = world.get(subject) ?? valuesOf(this.#scope, subject);
    if (possible === null) return world;
    const left = possible.filter((one) => one !== value);
    return left.length === 0 ? null : new Map(world).set(subject, left);
  }

  #assume(world: World, subject: string, value: string): World | null {
    const possible = world.get(subject);
    if (possible !== undefined && !possible.includes(value)) return null;
    return new Map(world).set(subject, [value]);
  }
}

const DEPTH_MAX = 20;

/** Is the first thing the dialogue does to use its console, and is that failure passed on? */
function failsUnreachable(scope: Scope, dialogue: Tree.Dialogue, depth: number): boolean {
  if (depth > DEPTH_MAX) return false;
  const [first] = dialogue.steps;
  switch (first?.kind) {
    case 'send':
    case 'press':
    case 'break':
    case 'expect':
      return true;
    case 'do': {
      const inner = scope.dialogues.get(first.dialogue.text);
      if (inner === undefined || !passesOn(dialogue)) return false;
      return failsUnreachable(scope, inner, depth + 1);
    }
    case 'verb':
      return first.verb !== 'power-off' && first.verb !== 'trust-silence' && passesOn(dialogue);
    default:
      return false;
  }
}

function passesOn(dialogue: Tree.Dialogue): boolean {
  const [step] = triedSteps(dialogue);
  if (step === undefined || step.condition !== null || step !== dialogue.steps[0]) return false;
  return !step.outcomes.some(
    (outcome) =>
      outcome.on === 'failed' &&
      (outcome.names.length === 0 || outcome.names.some(({ text }) => text === 'unreachable')),
  );
}
