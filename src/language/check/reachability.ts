/**
 * Is there a state `start`, and does a way lead from it to every other state? Called by check.ts.
 */
import { type DiagnosticSink, suggest } from '../diagnostics.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { components } from './components.ts';
import type { StateGraph } from './graph.ts';
import { allEffects, effectsOfState, goOf, startOfFile } from './walk.ts';

export function checkReachability(scope: Scope, graph: StateGraph, sink: DiagnosticSink): void {
  const { tree } = scope;
  const start = scope.states.get('start');
  if (start === undefined) {
    if (tree.states.some((state) => state.name.text === '') || tree.mentioned.has('start')) return;
    const hint = 'the cluster begins in: state start "finds out what runs where"';
    sink.error('no-start', startOfFile(tree.file), "there is no state 'start'", hint);
    return;
  }
  const nameless = tree.states.filter((state) => state.name.text === '');
  const fromNameless = new Set(
    nameless.flatMap(effectsOfState).map(({ effects }) => goOf(effects)?.state.text),
  );
  const meant = misspelt(scope);
  const excused = graph.states.filter(
    ({ name }) =>
      tree.mentioned.has(name.text) || fromNameless.has(name.text) || meant.has(name.text),
  );
  const reached = graph.reachable([start, ...excused]);
  // A state in a library was reported as such.
  const isOwn = (state: Tree.State): boolean => state.name.span.file === tree.file;
  const lost = graph.states.filter((state) => isOwn(state) && !reached.has(state));
  for (const state of rootsOf(graph, lost)) {
    const message = `no line leads to state '${state.name.text}'`;
    const hint = `write somewhere: -> ${state.name.text} "..."  (or remove the state)`;
    sink.error('unreachable-state', state.name.span, message, hint);
  }
}

/** The states that lines with a wrong name probably mean: that mistake is reported there. */
function misspelt(scope: Scope): ReadonlySet<string> {
  const meant = new Set<string>();
  for (const { effects } of allEffects(scope.tree)) {
    const target = goOf(effects)?.state.text;
    if (target === undefined || scope.states.has(target)) continue;
    const guess = suggest(target, scope.states.keys());
    if (guess !== null) meant.add(guess);
  }
  return meant;
}

/** One of each group that no other unreachable state leads to: the rest follows from these. */
function rootsOf(graph: StateGraph, lost: readonly Tree.State[]): Tree.State[] {
  const isLost = new Set(lost);
  const next = (state: Tree.State): Tree.State[] =>
    graph.edges(state).flatMap(({ to }) => (isLost.has(to) ? [to] : []));
  return components(lost, next).flatMap((group) => {
    const inside = new Set(group);
    const led = lost.some(
      (state) => !inside.has(state) && next(state).some((to) => inside.has(to)),
    );
    const first = lost.find((state) => inside.has(state));
    return led || first === undefined ? [] : [first];
  });
}
