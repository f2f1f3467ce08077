/**
 * `done` and `failed` lines: is every failure of an action caught, can each line be reached, does
 * each failure that is named exist? Called by check.ts.
 */
import { assertNever } from '../assert-never.ts';
import { type DiagnosticSink, didYouMean } from '../diagnostics.ts';
import type { Span } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { type Failures, FailureTable } from './failures.ts';
import { attemptsOf, triedSteps } from './walk.ts';

type Outcomes = readonly Tree.OutcomeOf<unknown>[];
type Attempt = ReturnType<typeof attemptsOf>[number];

export function checkOutcomes(scope: Scope, sink: DiagnosticSink): void {
  const table = new FailureTable(scope);
  for (const state of scope.tree.states) {
    for (const attempt of attemptsOf(state)) {
      checkLines(sink, attempt.outcomes, failuresOf(table, attempt));
      checkCaught(sink, attempt);
    }
  }
  for (const dialogue of scope.tree.dialogues) {
    for (const step of triedSteps(dialogue)) checkLines(sink, step.outcomes, table.ofStep(step));
  }
}

function failuresOf(table: FailureTable, attempt: Attempt): Failures {
  switch (attempt.kind) {
    case 'do':
    case 'every':
      return table.ofDialogue(attempt.dialogue.text);
    case 'verb':
      return table.ofVerb(attempt.verb);
    case 'boot':
      return table.ofVerb('boot');
    case 'run':
      return table.ofRun();
    default:
      return assertNever(attempt);
  }
}

const isBare = (outcome: Outcomes[number]): boolean =>
  outcome.on === 'failed' && outcome.names.length === 0 && outcome.condition === null;

function checkCaught(sink: DiagnosticSink, attempt: Attempt): void {
  if (attempt.damaged || attempt.outcomes.some(isBare)) return;
  const hint = 'write below it, last: failed -> STATE "..."  (or: failed log "... $failure")';
  const message = "not every failure of this is caught: a bare 'failed' is missing";
  sink.error('missing-failed', attempt.word, message, hint);
}

function checkLines(sink: DiagnosticSink, outcomes: Outcomes, failures: Failures): void {
  let doneAbove: Span | null = null;
  let bareAbove: Span | null = null;
  // All lines below a bare `failed` have one cause.
  let reported: Span | null = null;
  const caught = new Map<string, Span>();
  for (const outcome of outcomes) {
    checkNames(sink, outcome, failures);
    const shadow: Span | null =
      outcome.on === 'done' ? doneAbove : (bareAbove ?? allCaught(outcome, caught));
    if (shadow !== null) {
      const message = `never reached: line ${shadow.line} takes it`;
      if (shadow !== reported) {
        sink.error('unreachable-outcome', outcome.span, message, 'put it above that line');
      }
      reported = shadow;
      continue;
    }
    if (outcome.condition !== null) continue;
    if (outcome.on === 'done') doneAbove = outcome.span;
    else if (outcome.names.length === 0) bareAbove = outcome.span;
    for (const name of outcome.names) caught.set(name.text, outcome.span);
  }
}

/** The line above that catches the last of its names, when all are caught. */
function allCaught(outcome: Outcomes[number], caught: ReadonlyMap<string, Span>): Span | null {
  if (outcome.names.length === 0) return null;
  const spans = outcome.names.map((name) => caught.get(name.text));
  return spans.includes(undefined) ? null : (spans.at(-1) ?? null);
}

function checkNames(sink: DiagnosticSink, outcome: Outcomes[number], failures: Failures): void {
  if (failures.open) return;
  for (const name of outcome.names) {
    if (failures.names.has(name.text)) continue;
    const known = [...failures.names].sort();
    const hint = didYouMean(name.text, known) ?? `it can fail as ${known.join(', ')}`;
    sink.error('unknown-failure', name.span, `this never fails as '${name.text}'`, hint);
  }
}
