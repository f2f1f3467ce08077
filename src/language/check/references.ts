/**
 * Do the names that are used exist? States behind `->` and `except`, texts in reactions and
 * expectations, dialogues behind `do`, with the number of arguments. Called by check.ts.
 */
import { type DiagnosticSink, didYouMean } from '../diagnostics.ts';
import { hasNameless, kindOfName, mayExist, type Scope } from '../scope.ts';
import type { Word } from '../token.ts';
import type * as Tree from '../tree.ts';
import { allEffects, attemptsOf, expectSteps, triedSteps } from './walk.ts';

export function checkReferences(scope: Scope, sink: DiagnosticSink): void {
  const { tree } = scope;
  for (const { effects } of allEffects(tree)) {
    for (const effect of effects)
      if (effect.kind === 'go') need(scope, sink, 'state', effect.state);
  }
  for (const always of tree.always) {
    for (const state of always.except) need(scope, sink, 'state', state);
    checkTriggers(scope, sink, always.reactions);
  }
  for (const state of tree.states) {
    checkTriggers(scope, sink, state.reactions);
    for (const attempt of attemptsOf(state)) {
      if (attempt.kind === 'do' || attempt.kind === 'every') checkStateDo(scope, sink, attempt);
    }
  }
  for (const dialogue of tree.dialogues) checkDialogue(scope, sink, dialogue);
}

function checkTriggers(
  scope: Scope,
  sink: DiagnosticSink,
  reactions: readonly Tree.Reaction[],
): void {
  for (const { trigger } of reactions) {
    if (trigger.kind !== 'text') continue;
    for (const text of trigger.texts) need(scope, sink, 'text', text);
  }
}

function checkStateDo(scope: Scope, sink: DiagnosticSink, line: { readonly dialogue: Word }): void {
  if (!need(scope, sink, 'dialogue', line.dialogue)) return;
  const dialogue = scope.dialogues.get(line.dialogue.text);
  if (dialogue === undefined || dialogue.damaged || dialogue.parameters.length === 0) return;
  const hint = 'write a dialogue without parameters that runs this one';
  const names = dialogue.parameters.map((parameter) => parameter.text).join(', ');
  const message = `'${line.dialogue.text}' needs ${names}, and a state gives no arguments`;
  sink.error('wrong-arguments', line.dialogue.span, message, hint);
}

function checkDialogue(scope: Scope, sink: DiagnosticSink, dialogue: Tree.Dialogue): void {
  for (const step of expectSteps(dialogue)) {
    for (const { seen } of step.alternatives) {
      if (seen.kind === 'text') need(scope, sink, 'text', seen.name);
    }
  }
  for (const step of triedSteps(dialogue)) {
    if (step.kind !== 'do' || !need(scope, sink, 'dialogue', step.dialogue)) continue;
    checkArguments(scope, sink, step);
  }
}

function checkArguments(
  scope: Scope,
  sink: DiagnosticSink,
  step: Extract<Tree.Step, { kind: 'do' }>,
): void {
  const dialogue = scope.dialogues.get(step.dialogue.text);
  if (dialogue === undefined || dialogue.damaged) return;
  const wanted = dialogue.parameters.length;
  const given = step.arguments.length;
  if (wanted === given) return;
  const span = step.arguments[wanted]?.span ?? step.dialogue.span;
  const names = dialogue.parameters.map((parameter) => parameter.text.toUpperCase());
  const message = `'${step.dialogue.text}' takes ${wanted} arguments, here are ${given}`;
  sink.error(
    'wrong-arguments',
    span,
    message,
    `write: do ${[step.dialogue.text, ...names].join(' ')}`,
  );
}

/** Reports a name that does not exist; true when it does. */
function need(
  scope: Scope,
  sink: DiagnosticSink,
  what: 'state' | 'text' | 'dialogue',
  name: Word,
): boolean {
  const maps = { state: scope.states, text: scope.texts, dialogue: scope.dialogues };
  if (maps[what].has(name.text)) return true;
  // A state stands in the script itself; a missing library cannot have brought it.
  if (hasNameless(scope, what)) return false;
  const excused =
    what === 'state' ? scope.tree.mentioned.has(name.text) : mayExist(scope, name.text);
  if (excused) return false;
  const kind = kindOfName(scope, name.text);
  const message =
    kind === null
      ? `there is no ${what} '${name.text}'`
      : `expected a ${what}, but '${name.text}' is ${kind}`;
  const hint = didYouMean(name.text, maps[what].keys()) ?? missingHint(what, name.text);
  sink.error(`unknown-${what}`, name.span, message, hint);
  return false;
}

function missingHint(what: 'state' | 'text' | 'dialogue', name: string): string {
  switch (what) {
    case 'state':
      return `write a block: state ${name} "..."`;
    case 'text':
      return `write: pattern ${name} "..."`;
    case 'dialogue':
      return `write a block: dialogue ${name}`;
  }
}
