/**
 * Settings: their names, their defaults, the conditions that compare them and the durations that
 * come from them. Called by check.ts.
 */
import { type DiagnosticSink, didYouMean } from '../diagnostics.ts';
import { hasNameless, mayExist, reportTwice, type Scope } from '../scope.ts';
import type { Word } from '../token.ts';
import type * as Tree from '../tree.ts';
import { BUILT_IN_CHOICES, GIVEN, MISSING, TAKEN_BY_CONDITIONS } from '../words.ts';
import { conditionsOfDialogue, conditionsOfState, durationsOf } from './walk.ts';

export function checkSettings(scope: Scope, sink: DiagnosticSink): void {
  const { tree } = scope;
  for (const setting of tree.settings) checkSetting(sink, setting);
  for (const { name } of tree.identities) checkName(sink, name);
  for (const dialogue of tree.dialogues) {
    checkParameters(scope, sink, dialogue);
    for (const condition of conditionsOfDialogue(dialogue)) checkCondition(scope, sink, condition);
  }
  for (const block of tree.always) {
    for (const { condition } of block.reactions) {
      if (condition !== null) checkCondition(scope, sink, condition);
    }
  }
  for (const state of tree.states) {
    for (const condition of conditionsOfState(state)) checkCondition(scope, sink, condition);
  }
  for (const duration of durationsOf(tree)) checkDuration(scope, sink, duration);
}

function checkName(sink: DiagnosticSink, name: Word): void {
  if (!TAKEN_BY_CONDITIONS.has(name.text)) return;
  const hint = 'take another name';
  sink.error('reserved-name', name.span, `'${name.text}' already means something`, hint);
}

function checkSetting(sink: DiagnosticSink, setting: Tree.Setting): void {
  checkName(sink, setting.name);
  checkChoices(sink, setting);
  const { defaultValue, choices } = setting;
  if (defaultValue === null) return;
  const refuse = (message: string, hint: string): void =>
    sink.error('value-not-allowed', defaultValue.span, message, hint);
  if (setting.isDuration) {
    if (defaultValue.kind !== 'duration') refuse('expected a duration', 'for example: default 90s');
  } else if (choices === null) {
    const message = 'the value of a plain setting is a "string"';
    if (defaultValue.kind !== 'string') refuse(message, 'put it in quotes');
  } else if (defaultValue.kind !== 'name') {
    refuse('expected one of the values', `one of ${list(choices)}`);
  } else if (!choices.some((choice) => choice.text === defaultValue.text)) {
    refuse(`'${defaultValue.text}' is none of the values`, `one of ${list(choices)}`);
  }
}

function checkChoices(sink: DiagnosticSink, setting: Tree.Setting): void {
  const seen = new Map<string, Word>();
  for (const choice of setting.choices ?? []) {
    const first = seen.get(choice.text);
    if (first !== undefined) reportTwice(sink, choice, `'${choice.text}' twice`, first.span);
    seen.set(choice.text, choice);
  }
}

function checkParameters(scope: Scope, sink: DiagnosticSink, dialogue: Tree.Dialogue): void {
  const seen = new Map<string, Word>();
  for (const parameter of dialogue.parameters) {
    const own = seen.get(parameter.text);
    const setting = scope.settings.get(parameter.text)?.name;
    const first = own ?? setting;
    if (first !== undefined) {
      const what = own === undefined ? 'the name of a setting' : 'a parameter twice';
      reportTwice(sink, parameter, `'${parameter.text}' is ${what}`, first.span);
    }
    seen.set(parameter.text, parameter);
  }
}

function checkCondition(scope: Scope, sink: DiagnosticSink, condition: Tree.Condition): void {
  if (condition.kind !== 'setting') return;
  const { name, value } = condition;
  const choices = choicesOf(scope, sink, name);
  if (choices === null || choices.includes(value.text)) return;
  const hint = didYouMean(value.text, choices) ?? `one of ${choices.join(', ')}`;
  sink.error('value-not-allowed', value.span, `'${name.text}' is never '${value.text}'`, hint);
}

/** The values a condition may compare with; null when that was reported or cannot be known. */
function choicesOf(scope: Scope, sink: DiagnosticSink, name: Word): readonly string[] | null {
  const builtIn = Object.hasOwn(BUILT_IN_CHOICES, name.text) ? BUILT_IN_CHOICES[name.text] : null;
  if (builtIn) return builtIn;
  const setting = scope.settings.get(name.text);
  if (setting === undefined) {
    if (mayExist(scope, name.text) || hasNameless(scope, 'setting')) return null;
    const known = [...scope.settings.keys(), ...Object.keys(BUILT_IN_CHOICES), 'net', 'unfinished'];
    const hint = didYouMean(name.text, known) ?? `declare it: setting ${name.text} one of ...`;
    sink.error('unknown-setting', name.span, `there is no setting '${name.text}'`, hint);
    return null;
  }
  if (setting.damaged) return null;
  if (setting.ofNode && setting.optional) return [GIVEN, MISSING];
  if (setting.choices === null) {
    const hint = `declare its values: setting ${name.text} one of ...`;
    const message = `'${name.text}' has no fixed values to compare with`;
    sink.error('value-not-allowed', name.span, message, hint);
    return null;
  }
  if (setting.ofNode) {
    const hint = 'compare a setting of the whole cluster';
    const message = `'${name.text}' has a value for each node`;
    sink.error('value-not-allowed', name.span, message, hint);
    return null;
  }
  return setting.choices.map((choice) => choice.text);
}

function checkDuration(scope: Scope, sink: DiagnosticSink, duration: Tree.Duration): void {
  if (duration.kind !== 'setting') return;
  const { name, span } = duration;
  const setting = scope.settings.get(name);
  if (setting === undefined) {
    if (mayExist(scope, name) || hasNameless(scope, 'setting')) return;
    const durations = [...scope.settings.values()].filter((one) => one.isDuration);
    const known = durations.map((one) => one.name.text);
    const hint = didYouMean(name, known) ?? `declare it: setting ${name} duration default 5m`;
    sink.error('unknown-setting', span, `there is no setting '${name}'`, hint);
  } else if (!setting.damaged && !setting.isDuration) {
    const hint = `declare it so: setting ${name} duration`;
    sink.error('value-not-allowed', span, `'${name}' is no duration`, hint);
  } else if (setting.ofNode || setting.optional) {
    const hint = 'a duration is one for the whole cluster, and always there';
    const message = `'${name}' is ${setting.ofNode ? 'of a node' : 'optional'}`;
    sink.error('value-not-allowed', span, message, hint);
  }
}

function list(words: readonly Word[]): string {
  return words.map((word) => word.text).join(', ');
}
