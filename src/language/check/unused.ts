/**
 * What a script defines and never uses: warnings, since it may be meant for later. Libraries serve
 * many scripts, so theirs are left out. Called by check.ts.
 */
import { type DiagnosticSink, didYouMean } from '../diagnostics.ts';
import type { Scope } from '../scope.ts';
import type { Word } from '../token.ts';
import type * as Tree from '../tree.ts';
import { RESERVED, TAKEN_BY_CONDITIONS } from '../words.ts';
import {
  allEffects,
  allMatches,
  attemptsOf,
  conditionsOfDialogue,
  conditionsOfState,
  durationsOf,
  expectSteps,
  triedSteps,
  variablesOf,
} from './walk.ts';

export function checkUnused(scope: Scope, sink: DiagnosticSink): void {
  const { tree } = scope;
  const isOwn = (name: Word): boolean => name.span.file === tree.file && name.text !== '';
  const warn = (what: string, name: Word, used: ReadonlySet<string>): void => {
    if (!isOwn(name) || used.has(name.text) || tree.mentioned.has(name.text)) return;
    // It cannot be used as long as it has such a name.
    if (RESERVED.has(name.text) || TAKEN_BY_CONDITIONS.has(name.text)) return;
    const message = `${what} '${name.text}' is never used`;
    sink.warning(`unused-${what}`, name.span, message, 'use it, or remove it');
  };
  const texts = usedTexts(tree);
  for (const text of tree.texts) if (text.means === null) warn('text', text.name, texts);
  const dialogues = usedDialogues(tree);
  for (const dialogue of tree.dialogues) {
    if (!dialogue.name.text.startsWith('to ')) warn('dialogue', dialogue.name, dialogues);
  }
  const settings = usedSettings(scope);
  for (const setting of tree.settings) warn('setting', setting.name, settings);
  checkAlarms(scope, sink);
}

function usedTexts(tree: Tree.Tree): Set<string> {
  const used = new Set<string>();
  for (const { reactions } of [...tree.always, ...tree.states]) {
    for (const { trigger } of reactions) {
      if (trigger.kind === 'text') for (const text of trigger.texts) used.add(text.text);
    }
  }
  for (const step of tree.dialogues.flatMap(expectSteps)) {
    for (const { seen } of step.alternatives) if (seen.kind === 'text') used.add(seen.name.text);
  }
  return used;
}

function usedDialogues(tree: Tree.Tree): Set<string> {
  const used = new Set<string>();
  for (const attempt of tree.states.flatMap(attemptsOf)) {
    if (attempt.kind === 'do' || attempt.kind === 'every') used.add(attempt.dialogue.text);
  }
  for (const step of tree.dialogues.flatMap(triedSteps)) {
    if (step.kind === 'do') used.add(step.dialogue.text);
  }
  return used;
}

function usedSettings(scope: Scope): Set<string> {
  const { tree } = scope;
  const conditions = [
    ...tree.states.flatMap(conditionsOfState),
    ...tree.dialogues.flatMap(conditionsOfDialogue),
    ...tree.always.flatMap((block) => block.reactions.map((reaction) => reaction.condition)),
  ];
  const names = conditions.flatMap((one) => (one?.kind === 'setting' ? [one.name.text] : []));
  for (const duration of durationsOf(tree)) {
    if (duration.kind === 'setting') names.push(duration.name);
  }
  const quoted = [
    ...allMatches(scope).map(({ match }) => match.quoted),
    ...tree.parked.map((line) => line.value),
    ...tree.dialogues.flatMap((dialogue) => dialogue.steps.flatMap(quotedOfStep)),
    ...tree.running.flatMap(({ commands }) =>
      commands.flatMap((one) => [...one.argv, ...one.answers.map(({ match }) => match.quoted)]),
    ),
    ...tree.states.flatMap((state) =>
      state.actions.flatMap((action) => (action.kind === 'run' ? action.argv : [])),
    ),
    ...allEffects(tree).flatMap(({ effects }) => effects.flatMap(quotedOfEffect)),
  ];
  for (const one of quoted) for (const { text } of variablesOf(one)) names.push(text);
  return new Set(names);
}

function quotedOfStep(step: Tree.Step): ReturnType<typeof quotedOfEffect> {
  if (step.kind === 'send') return [step.text];
  if (step.kind === 'run') return [...step.argv];
  if (step.kind !== 'do') return [];
  return step.arguments.flatMap((argument) => {
    if ('parts' in argument) return [argument];
    if (!('parameter' in argument)) return [];
    const { parameter, span } = argument;
    return [{ parts: [{ kind: 'variable', name: parameter, span }], span, sound: true } as const];
  });
}

function quotedOfEffect(effect: Tree.Effect): NonNullable<Tree.Go['reason']>[] {
  switch (effect.kind) {
    case 'go':
      return effect.reason === null ? [] : [effect.reason];
    case 'alarm':
      return effect.type === null ? [effect.text] : [effect.text, effect.type];
    case 'clear':
      return [];
    case 'log':
      return [effect.text];
  }
}

/** `clear` of an alarm that no line raises: mistyped, most likely. */
function checkAlarms(scope: Scope, sink: DiagnosticSink): void {
  const effects = allEffects(scope.tree).flatMap((caused) => caused.effects);
  const raised = new Set(effects.flatMap((one) => (one.kind === 'alarm' ? [one.name.text] : [])));
  for (const effect of effects) {
    if (effect.kind !== 'clear' || raised.has(effect.name.text)) continue;
    if (scope.tree.mentioned.has(effect.name.text)) continue;
    const hint = didYouMean(effect.name.text, raised) ?? 'remove the line';
    const message = `no line raises the alarm '${effect.name.text}'`;
    sink.warning('unknown-alarm', effect.name.span, message, hint);
  }
}
