/**
 * Lines that nothing can reach: steps of a dialogue below one that always ends it, and actions of
 * a state below one whose every outcome leaves. Called by check.ts.
 */
import { assertNever } from '../assert-never.ts';
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Span } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import type { TriedStep } from './walk.ts';
import { goOf } from './walk.ts';

export function checkDeadLines(scope: Scope, sink: DiagnosticSink): void {
  for (const dialogue of scope.tree.dialogues) {
    const end = dialogue.steps.findIndex((step) => !stepGoesOn(step));
    report(sink, dialogue.steps[end], end < 0 ? undefined : dialogue.steps[end + 1], 'dialogue');
  }
  for (const state of scope.tree.states) {
    const end = state.actions.findIndex((action) => !actionGoesOn(action));
    const ended = state.actions[end];
    // What follows an unconditional `->` was reported while parsing.
    if (ended === undefined || ended.kind === 'effects') continue;
    const next = state.actions[end + 1];
    const isEnding = next?.kind === 'effects' && next.condition === null && isLast(state, next);
    report(sink, ended, isEnding && goOf(next.effects) !== null ? undefined : next, 'state');
  }
}

/** The ending is demanded even where nothing reaches it. */
function isLast(state: Tree.State, action: Tree.Action): boolean {
  return state.actions.at(-1) === action;
}

function report(
  sink: DiagnosticSink,
  end: { readonly span: Span } | undefined,
  next: { readonly span: Span } | undefined,
  what: string,
): void {
  if (end === undefined || next === undefined) return;
  const message = `never reached: the ${what} always ends at line ${end.span.line} or below it`;
  sink.error('unreachable-line', next.span, message, 'remove it, or put it above that line');
}

/** May the next step follow? */
export function stepGoesOn(step: Tree.Step): boolean {
  switch (step.kind) {
    case 'send':
    case 'press':
    case 'break':
    case 'if':
    case 'broken':
      return true;
    case 'result':
      return step.result.kind === 'continue';
    case 'expect':
      return expectGoesOn(step);
    case 'do':
    case 'verb':
    case 'run':
      return triedGoesOn(step);
    default:
      return assertNever(step);
  }
}

function expectGoesOn(step: Tree.Expect): boolean {
  if (step.damaged || step.timeout === null || step.timeout.result.kind === 'continue') return true;
  return step.alternatives.some((alternative) => alternative.result.kind === 'continue');
}

/** Without a `done` line a success goes on; without a `failed` line a failure ends the dialogue. */
function triedGoesOn(step: TriedStep): boolean {
  if (step.condition !== null || step.damaged) return true;
  if (step.outcomes.some((outcome) => outcome.then.kind === 'continue')) return true;
  return !step.outcomes.some((outcome) => outcome.on === 'done' && outcome.condition === null);
}

/** May the next action follow? */
export function actionGoesOn(action: Tree.Action): boolean {
  if (action.kind === 'broken') return true;
  if (action.condition !== null) return true;
  if (action.kind === 'effects') return goOf(action.effects) === null;
  if (action.damaged || action.outcomes.some((outcome) => goOf(outcome.then) === null)) return true;
  const sure = action.outcomes.filter((outcome) => outcome.condition === null);
  const bareFailed = sure.some((one) => one.on === 'failed' && one.names.length === 0);
  return !(bareFailed && sure.some((outcome) => outcome.on === 'done'));
}
