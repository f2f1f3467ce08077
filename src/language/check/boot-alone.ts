/**
 * `boot standby as active` swaps the roles while the state runs, so no other line of that state may
 * name a role: nobody could say which node it means. Called by check.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Span } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { attemptsOf } from './walk.ts';

export function checkBootAlone(scope: Scope, sink: DiagnosticSink): void {
  for (const state of scope.tree.states) {
    const boot = attemptsOf(state).find((one) => one.kind === 'boot' && one.role === 'standby');
    if (boot === undefined) continue;
    const lines = new Set<number>();
    for (const span of rolesIn(state)) {
      if (span.line === boot.span.line || lines.has(span.line)) continue;
      lines.add(span.line);
      const message = `which node is this? the boot at line ${boot.span.line} swaps the roles`;
      const hint = "let 'boot standby as active' stand in a state of its own";
      sink.error('boot-not-alone', span, message, hint);
    }
  }
}

function rolesIn(state: Tree.State): Span[] {
  const spans: Span[] = [];
  const addCondition = (condition: Tree.Condition | null): void => {
    if (condition?.kind === 'service') spans.push(condition.span);
  };
  for (const { trigger, condition } of state.reactions) {
    if (trigger.kind === 'text') spans.push(trigger.role.span);
    if (trigger.kind === 'operator' && trigger.role !== null) spans.push(trigger.role.span);
    addCondition(condition);
  }
  for (const after of state.afters) {
    if (after.silenceOn !== null) spans.push(after.silenceOn.span);
    addCondition(after.condition);
  }
  for (const action of state.actions) if (action.kind === 'effects') addCondition(action.condition);
  for (const attempt of attemptsOf(state)) {
    if (attempt.kind === 'boot') spans.push(attempt.word);
    if (attempt.kind === 'do' || attempt.kind === 'verb' || attempt.kind === 'every') {
      spans.push(attempt.role.span);
    }
    addCondition(attempt.condition);
    for (const outcome of attempt.outcomes) addCondition(outcome.condition);
  }
  return spans;
}
