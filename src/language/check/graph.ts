/**
 * The states as a graph: which line leads from where to where. `always` lines lead from every
 * state that they do not except. Used by the checks of reachability and of loops.
 */
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { type Cause, effectsOfReactions, effectsOfState, goOf } from './walk.ts';

export interface Edge {
  readonly to: Tree.State;
  readonly cause: Cause;
}

export class StateGraph {
  readonly states: readonly Tree.State[];
  readonly #edges: ReadonlyMap<Tree.State, readonly Edge[]>;

  constructor(scope: Scope) {
    this.states = [...scope.states.values()];
    this.#edges = new Map(this.states.map((state) => [state, edgesOf(scope, state)]));
  }

  edges(state: Tree.State): readonly Edge[] {
    return this.#edges.get(state) ?? [];
  }

  /** Everything that can be reached, the roots included. */
  reachable(roots: readonly Tree.State[]): ReadonlySet<Tree.State> {
    const seen = new Set(roots);
    for (const state of seen) for (const { to } of this.edges(state)) seen.add(to);
    return seen;
  }
}

/** The `always` blocks that hold in a state. */
export function alwaysIn(scope: Scope, state: Tree.State): Tree.Always[] {
  return scope.tree.always.filter(
    (block) => !block.except.some((name) => name.text === state.name.text),
  );
}

function edgesOf(scope: Scope, state: Tree.State): Edge[] {
  const always = alwaysIn(scope, state).flatMap((block) => effectsOfReactions(block.reactions));
  return [...effectsOfState(state), ...always].flatMap(({ cause, effects }) => {
    const go = goOf(effects);
    const to = go === null ? undefined : scope.states.get(go.state.text);
    return to === undefined ? [] : [{ to, cause }];
  });
}
