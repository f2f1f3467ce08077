/**
 * What an access library must have, and what of a script's language means nothing in it: its tasks,
 * an answer about power that whole lines give, a text that tells that the console was left. Called
 * by compile-access.ts.
 */
import { stepGoesOn } from '../check/dead-lines.ts';
import { isAnchored } from '../check/patterns.ts';
import { conditionsOfDialogue, expectSteps, variablesOf } from '../check/walk.ts';
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Span } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { BUILT_IN_CHOICES } from '../words.ts';
import { KICKED_OFF, LOGGED_OUT } from './access-program.ts';

const ASK_POWER = 'to ask-power';

export function checkAccess(scope: Scope, sink: DiagnosticSink): void {
  checkHeading(scope, sink);
  checkTasks(scope, sink);
  checkForeign(scope, sink);
  checkAnswers(scope, sink);
}

function checkHeading({ tree }: Scope, sink: DiagnosticSink): void {
  const [first, ...more] = tree.access;
  for (const { span } of more) {
    const hint = `the first is at line ${first?.span.line ?? 1}`;
    sink.error('duplicate-name', span, 'a second access line', hint);
  }
}

function checkTasks(scope: Scope, sink: DiagnosticSink): void {
  const { tree } = scope;
  const place = tree.access[0]?.span;
  const task = (name: string) => tree.dialogues.find((dialogue) => dialogue.name.text === name);
  if (place === undefined || tree.incomplete || task('to ?') !== undefined) return;
  if (task('to open') === undefined && task(ASK_POWER) === undefined) {
    const hint = 'write the block: to open  (and log in there), or: to ask-power';
    sink.error('missing-task', place, 'nobody can use this: it has no task', hint);
  }
  const off = task('to switch-off');
  if (off !== undefined && task(ASK_POWER) === undefined) {
    const hint = 'write the block: to ask-power';
    const message = 'what was switched off is asked afterwards, and nothing here tells how';
    sink.error('missing-task', off.name.span, message, hint);
  }
  if (task('to break') !== undefined && task('to open') === undefined) {
    const message = 'a BREAK is sent where the console is open, and nothing here opens it';
    sink.error('missing-task', task('to break')?.name.span ?? place, message, 'write: to open');
  }
  const open = task('to open');
  const leaves = [LOGGED_OUT, KICKED_OFF].some((name) => scope.texts.has(name));
  if (open === undefined || leaves || tree.mentioned.has(LOGGED_OUT)) return;
  const hint = `name what is seen then, for example: prompt ${LOGGED_OUT} /^sc> /`;
  const message = 'nothing tells that the console was left again';
  sink.warning('no-logged-out', open.name.span, message, hint);
}

/** What only a script can know. */
function checkForeign({ tree }: Scope, sink: DiagnosticSink): void {
  const refuse = (span: Span, what: string, hint: string): void =>
    sink.error('not-in-access', span, `${what} in an access library`, hint);
  for (const { name, means } of tree.texts) {
    if (means === null) continue;
    refuse(name.span, "'means'", 'remove it: what the node itself says stands in its own library');
  }
  for (const { name, matches } of tree.texts) {
    const isWatched = name.text === LOGGED_OUT || name.text === KICKED_OFF;
    if (!isWatched || !matches.some(({ quoted }) => variablesOf(quoted).length > 0)) continue;
    const message = `'${name.text}' has a variable: only 'expect' can look for it`;
    sink.error('variable-in-reaction', name.span, message, 'write the text itself');
  }
  for (const { name, ofNode } of tree.settings) {
    if (ofNode) refuse(name.span, "'of node'", 'remove it: each login has its own values');
  }
  for (const dialogue of tree.dialogues) {
    const [parameter] = dialogue.parameters;
    if (parameter !== undefined) refuse(parameter.span, 'a parameter', 'use a setting');
    for (const condition of conditionsOfDialogue(dialogue)) {
      const isOwn = condition.kind === 'setting' && !isBuiltIn(condition.name.text);
      if (!isOwn) refuse(condition.span, 'this condition', 'compare a setting: if NAME is VALUE');
    }
  }
}

function isBuiltIn(name: string): boolean {
  return Object.hasOwn(BUILT_IN_CHOICES, name);
}

/** `succeed off` stands in `to ask-power` and nowhere else, and a whole line decides it. */
function checkAnswers(scope: Scope, sink: DiagnosticSink): void {
  for (const dialogue of scope.tree.dialogues) {
    const asks = dialogue.name.text === ASK_POWER;
    for (const result of resultsOf(dialogue)) checkResult(result, asks, sink);
    if (!asks || dialogue.damaged) continue;
    for (const step of expectSteps(dialogue)) {
      for (const { seen, result } of step.alternatives) {
        if (result.kind === 'succeed') checkAnchored(scope, seen, sink);
      }
    }
    checkTold(scope, dialogue, sink);
    const last = dialogue.steps.at(-1);
    if (last === undefined || !stepGoesOn(last)) continue;
    const hint = 'end it with: fail NAME';
    const { span } = last.kind === 'expect' ? (last.timeout ?? last) : last;
    sink.error('answer-missing', span, 'it may end here without an answer', hint);
  }
}

function checkResult(result: Tree.Result, asks: boolean, sink: DiagnosticSink): void {
  if (result.kind !== 'succeed') return;
  if (asks && result.answer === undefined) {
    const hint = 'write: succeed off, or: succeed on';
    sink.error('answer-missing', result.span, "'to ask-power' succeeds with its answer", hint);
  }
  if (!asks && result.answer !== undefined) {
    const hint = 'write: succeed';
    const message = "only 'to ask-power' tells whether the power is on";
    sink.error('unexpected-token', result.span, message, hint);
  }
}

function checkAnchored(scope: Scope, seen: Tree.Seen, sink: DiagnosticSink): void {
  const text = seen.kind === 'text' ? scope.texts.get(seen.name.text) : undefined;
  const matches = seen.kind === 'match' ? [seen.match] : (text?.matches ?? []);
  for (const match of matches) {
    if (!match.quoted.sound || isAnchored(match)) continue;
    const message = 'a line that tells whether the power is on must match as a whole, from ^ to $';
    const hint = 'for example: /^Power state: off$/';
    sink.error('answer-not-anchored', match.quoted.span, message, hint);
  }
  if (seen.kind !== 'quiet') return;
  const message = 'silence tells nothing about power';
  sink.error('answer-not-anchored', seen.duration.span, message, 'wait for a line that does');
}

/** An answer that no line gives on the spot must have been given by one on every way to it. */
function checkTold(scope: Scope, { steps }: Tree.Dialogue, sink: DiagnosticSink): void {
  steps.forEach((step, index) => {
    const answers = step.kind === 'expect' ? timeoutOf(step) : resultsOf({ steps: [step] });
    const before = step.kind === 'expect' ? [] : steps.slice(0, index);
    for (const { kind, span } of answers) {
      if (kind !== 'succeed' || before.some((one) => tells(scope, one))) continue;
      const message = 'no line has told this on every way here';
      const hint =
        'before it, expect the whole line: expect /^Power state: off$/, and fail otherwise';
      sink.error('answer-not-told', span, message, hint);
    }
  });
}

function timeoutOf({ timeout }: Tree.Expect): readonly Tree.Result[] {
  return timeout === null ? [] : [timeout.result];
}

/** Nobody comes past this step but by a whole line. */
function tells(scope: Scope, step: Tree.Step): boolean {
  if (step.kind !== 'expect' || step.damaged) return false;
  if (timeoutOf(step).some(({ kind }) => kind === 'continue')) return false;
  const passing = step.alternatives.filter(({ result }) => result.kind === 'continue');
  return passing.length > 0 && passing.every(({ seen }) => isWholeLine(scope, seen));
}

function isWholeLine(scope: Scope, seen: Tree.Seen): boolean {
  if (seen.kind === 'match') return isAnchored(seen.match);
  const text = seen.kind === 'text' ? scope.texts.get(seen.name.text) : undefined;
  return text?.matches.every(isAnchored) ?? false;
}

function resultsOf({ steps }: Pick<Tree.Dialogue, 'steps'>): Tree.Result[] {
  return steps.flatMap((step) => {
    switch (step.kind) {
      case 'expect':
        return [
          ...step.alternatives.map(({ result }) => result),
          ...(step.timeout === null ? [] : [step.timeout.result]),
        ];
      case 'do':
      case 'verb':
      case 'run':
        return step.outcomes.map(({ then }) => then);
      case 'if':
      case 'result':
        return [step.result];
      default:
        return [];
    }
  });
}
