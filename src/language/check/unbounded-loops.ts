/**
 * Can the script boot, resume, reset or fence again and again without end? Every cycle of states
 * that does so must pass a state with a bound. Called by check.ts.
 *
 * A state whose bound is used up is not entered; its `else` is taken instead. So the cycles that
 * remain for ever are those of the graph in which every way into a bounded state leads to its
 * `else` state. Requests of operators are left out: a person is a bound.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { components, isCycle, wayBack } from './components.ts';
import type { StateGraph } from './graph.ts';
import { attemptsOf, triedSteps } from './walk.ts';

/** Returns the states of the cycles that it has reported. */
export function checkUnboundedLoops(
  scope: Scope,
  graph: StateGraph,
  sink: DiagnosticSink,
): ReadonlySet<Tree.State> {
  const reported = new Set<Tree.State>();
  const next = (state: Tree.State): Tree.State[] =>
    graph.edges(state).flatMap(({ to, cause }) => {
      if (cause === 'operator' || cause === 'bound') return [];
      const landed = whenUsedUp(scope, to);
      return landed === null ? [] : [landed];
    });
  const unbounded = graph.states.filter((state) => state.bound === null);
  const acting = new ActingDialogues(scope);
  for (const group of components(unbounded, next)) {
    if (!isCycle(group, next) || group.some((state) => state.boundDamaged)) continue;
    const actor = unbounded.find((state) => group.includes(state) && acts(acting, state));
    if (actor === undefined) continue;
    for (const state of group) reported.add(state);
    const way = wayBack(actor, group, next).map((state) => state.name.text);
    const message = `this can ${what(acting, actor)} without end: ${way.join(' -> ')}`;
    const hint = 'write as the first line of one of them: at most 2 in 2h else -> STATE "..."';
    sink.error('unbounded-loop', actor.name.span, message, hint);
  }
  return reported;
}

/** Where a `->` to this state leads once all bounds are used up; null: round in a circle. */
function whenUsedUp(scope: Scope, state: Tree.State): Tree.State | null {
  const passed = new Set<Tree.State>();
  let at: Tree.State | undefined = state;
  while (at !== undefined && at.bound !== null) {
    if (passed.has(at)) return null;
    passed.add(at);
    at = scope.states.get(at.bound.otherwise.state.text);
  }
  return at ?? null;
}

/** Dialogues that fence or reset, themselves or through others. */
class ActingDialogues {
  readonly #scope: Scope;
  readonly #known = new Map<Tree.Dialogue, boolean>();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  has(name: string): boolean {
    const dialogue = this.#scope.dialogues.get(name);
    return dialogue !== undefined && this.#acts(dialogue);
  }

  #acts(dialogue: Tree.Dialogue): boolean {
    const known = this.#known.get(dialogue);
    if (known !== undefined) return known;
    this.#known.set(dialogue, false);
    const acts = triedSteps(dialogue).some((step) => {
      if (step.kind === 'verb') return step.verb === 'fence' || step.verb === 'reset';
      return step.kind === 'do' && this.has(step.dialogue.text);
    });
    this.#known.set(dialogue, acts);
    return acts;
  }
}

function acts(acting: ActingDialogues, state: Tree.State): boolean {
  return attemptsOf(state).some((attempt) => deedOf(acting, attempt) !== null);
}

function what(acting: ActingDialogues, state: Tree.State): string {
  const deeds = attemptsOf(state).map((attempt) => deedOf(acting, attempt));
  return deeds.find((deed) => deed !== null) ?? 'act';
}

function deedOf(
  acting: ActingDialogues,
  attempt: ReturnType<typeof attemptsOf>[number],
): string | null {
  switch (attempt.kind) {
    case 'boot':
      return 'boot';
    case 'verb':
      return attempt.verb === 'fence' || attempt.verb === 'resume' ? attempt.verb : null;
    case 'do':
    case 'every':
      return acting.has(attempt.dialogue.text) ? 'fence' : null;
    case 'run':
      return null;
  }
}
