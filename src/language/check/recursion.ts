/**
 * Does a dialogue call itself, directly or through others or through the engine's verbs? Called by
 * check.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Span } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { components, isCycle, wayBack } from './components.ts';
import { HOW_TOS_OF_VERB } from './how-tos.ts';
import { triedSteps } from './walk.ts';

interface Call {
  readonly callee: Tree.Dialogue;
  readonly span: Span;
}

export function checkRecursion(scope: Scope, sink: DiagnosticSink): void {
  const calls = new Map(
    scope.tree.dialogues.map((dialogue) => [dialogue, callsOf(scope, dialogue)]),
  );
  const next = (dialogue: Tree.Dialogue): Tree.Dialogue[] =>
    (calls.get(dialogue) ?? []).map((call) => call.callee);
  for (const group of components(scope.tree.dialogues, next)) {
    if (!isCycle(group, next)) continue;
    const first = scope.tree.dialogues.find((dialogue) => group.includes(dialogue));
    if (first === undefined) continue;
    const way = wayBack(first, group, next);
    const call = calls.get(first)?.find((one) => one.callee === way[1]);
    const names = way.map((dialogue) => dialogue.name.text).join(' -> ');
    const message = `'${first.name.text}' runs itself: ${names}`;
    const hint = "repeat with 'after N tries of D', or with 'every' in a state";
    sink.error('recursion', call?.span ?? first.name.span, message, hint);
  }
}

function callsOf(scope: Scope, dialogue: Tree.Dialogue): Call[] {
  return triedSteps(dialogue).flatMap((step): Call[] => {
    if (step.kind === 'run') return [];
    if (step.kind === 'do') {
      const callee = scope.dialogues.get(step.dialogue.text);
      return callee === undefined ? [] : [{ callee, span: step.dialogue.span }];
    }
    return HOW_TOS_OF_VERB[step.verb].flatMap((howTo) => {
      const callee = scope.howTos.get(howTo);
      return callee === undefined ? [] : [{ callee, span: step.word }];
    });
  });
}
