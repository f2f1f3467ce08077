/**
 * May this `$name` stand here? Nothing that a console or a person said can be typed or run, and
 * every hole in a text that people read at night must be filled. Called by check.ts.
 */
import { type DiagnosticSink, didYouMean } from '../diagnostics.ts';
import { hasNameless, mayExist, type Scope } from '../scope.ts';
import type { Quoted, Word } from '../token.ts';
import type * as Tree from '../tree.ts';
import { CLUSTER_VARIABLES, SHOWN_VARIABLES } from '../words.ts';
import { allEffects, allMatches, type Cause, triedSteps, variablesOf } from './walk.ts';

/** What may stand in a text at some place. */
interface Allowed {
  readonly parameters: readonly string[];
  /** `all`: also those of a node, for a node is at hand. */
  readonly settings: 'none' | 'cluster' | 'all';
  readonly cluster: boolean;
  /** `$line`, `$failure` or `$operator`. */
  readonly shown: readonly string[];
  /** An optional setting may stand here: where its absence does no harm. */
  readonly optional: boolean;
  /** For messages: "...may not stand in WHERE". */
  readonly where: string;
}

const PLAIN: Allowed = {
  parameters: [],
  settings: 'none',
  cluster: false,
  shown: [],
  optional: false,
  where: 'a plain text',
};

export function checkVariables(scope: Scope, sink: DiagnosticSink): void {
  const checker = new VariableChecker(scope, sink);
  const { tree } = scope;
  for (const { cause, effects } of allEffects(tree)) {
    for (const effect of effects) checkEffect(checker, cause, effect);
  }
  for (const setting of tree.settings) {
    if (setting.defaultValue?.kind === 'string') {
      checker.check(setting.defaultValue.quoted, { ...PLAIN, where: 'a default value' });
    }
  }
  for (const line of tree.parked) {
    const where = 'a parked value';
    checker.check(line.value, { ...PLAIN, settings: 'all', optional: true, where });
  }
  for (const { match, place } of allMatches(scope)) {
    checker.check(match.quoted, allowedInMatch(place));
  }
  for (const dialogue of tree.dialogues) checkDialogue(checker, dialogue);
  for (const block of tree.running) checkRunningBlock(checker, block);
  for (const state of tree.states) checkState(checker, state);
  checkSeenEverywhere(scope, sink);
}

/** What the machine looks for in every line is the same for all clusters of a script. */
function checkSeenEverywhere(scope: Scope, sink: DiagnosticSink): void {
  const fills = (text: Tree.Text | undefined): boolean =>
    text?.matches.some((match) => variablesOf(match.quoted).length > 0) ?? false;
  const hint = 'name the text without the variable, and write the one with it in an expect';
  for (const text of scope.tree.texts) {
    if (text.means === null || !fills(text)) continue;
    const message = `'${text.name.text}' has a variable: only 'expect' can look for it`;
    sink.error('variable-in-reaction', text.name.span, message, hint);
  }
  for (const { reactions } of [...scope.tree.always, ...scope.tree.states]) {
    for (const { trigger } of reactions) {
      if (trigger.kind !== 'text') continue;
      for (const name of trigger.texts) {
        const text = scope.texts.get(name.text);
        if (!fills(text) || text?.means !== null) continue;
        const message = `'${name.text}' has a variable: only 'expect' can look for it`;
        sink.error('variable-in-reaction', name.span, message, hint);
      }
    }
  }
}

type Place = ReturnType<typeof allMatches>[number]['place'];

function allowedInMatch(place: Place): Allowed {
  switch (place.kind) {
    case 'harmless':
      return { ...PLAIN, where: "a 'harmless' line" };
    case 'identity':
      return { ...PLAIN, where: 'the identity' };
    case 'text':
      return { ...PLAIN, settings: 'all', where: 'a pattern' };
    case 'dialogue':
      return {
        ...PLAIN,
        settings: 'all',
        parameters: place.dialogue.parameters.map((parameter) => parameter.text),
        where: 'an expectation',
      };
  }
}

function checkDialogue(checker: VariableChecker, dialogue: Tree.Dialogue): void {
  const parameters = dialogue.parameters.map((parameter) => parameter.text);
  const typed: Allowed = { ...PLAIN, settings: 'all', parameters, where: "a 'send'" };
  for (const step of dialogue.steps) if (step.kind === 'send') checker.check(step.text, typed);
  for (const step of triedSteps(dialogue)) {
    if (step.kind === 'run') {
      const allowed = { ...typed, cluster: true, where: "a 'run'" };
      for (const word of step.argv) checker.check(word, allowed);
    }
    if (step.kind === 'do') {
      const allowed = { ...typed, where: 'an argument' };
      for (const argument of step.arguments) checkArgument(checker, argument, allowed);
    }
  }
}

function checkRunningBlock(checker: VariableChecker, block: Tree.RunningBlock): void {
  const parameters = block.parameters.map((parameter) => parameter.text);
  const allowed: Allowed = { ...PLAIN, settings: 'all', parameters, where: "a 'command'" };
  for (const { argv, answers } of block.commands) {
    for (const word of argv) checker.check(word, allowed);
    for (const { match } of answers) {
      checker.check(match.quoted, { ...allowed, where: 'an expectation' });
    }
  }
}

function checkArgument(checker: VariableChecker, argument: Tree.Argument, allowed: Allowed): void {
  if ('parts' in argument) checker.check(argument, allowed);
  else if ('parameter' in argument) {
    checker.checkOne({ text: argument.parameter, span: argument.span }, allowed);
  }
}

function checkState(checker: VariableChecker, state: Tree.State): void {
  checker.check(state.summary, { ...PLAIN, where: 'a summary' });
  for (const action of state.actions) {
    if (action.kind !== 'run') continue;
    const allowed: Allowed = { ...PLAIN, settings: 'cluster', cluster: true, where: "a 'run'" };
    for (const word of action.argv) checker.check(word, allowed);
  }
}

const SHOWN_BY_CAUSE: Readonly<Record<Cause, readonly string[]>> = {
  text: ['line'],
  operator: ['operator'],
  failed: ['failure'],
  done: [],
  net: [],
  after: [],
  entry: [],
  bound: [],
};

function checkEffect(checker: VariableChecker, cause: Cause, effect: Tree.Effect): void {
  const allowed: Allowed = {
    ...PLAIN,
    settings: 'cluster',
    cluster: true,
    shown: SHOWN_BY_CAUSE[cause],
    where: 'this text',
  };
  switch (effect.kind) {
    case 'go':
      return checker.check(effect.reason, allowed);
    case 'alarm':
      checker.check(effect.text, allowed);
      return checker.check(effect.type, allowed);
    case 'log':
      return checker.check(effect.text, allowed);
    case 'clear':
      return;
  }
}

class VariableChecker {
  readonly #scope: Scope;
  readonly #sink: DiagnosticSink;

  constructor(scope: Scope, sink: DiagnosticSink) {
    this.#scope = scope;
    this.#sink = sink;
  }

  check(quoted: Quoted | null, allowed: Allowed): void {
    for (const variable of variablesOf(quoted)) this.checkOne(variable, allowed);
  }

  checkOne(variable: Word, allowed: Allowed): void {
    const name = variable.text;
    if (allowed.parameters.includes(name) || allowed.shown.includes(name)) return;
    if (allowed.cluster && isIn(CLUSTER_VARIABLES, name)) return;
    const setting = this.#scope.settings.get(name);
    const isIdentity = this.#scope.identity?.name.text === name;
    if (setting === undefined && !isIdentity) return this.#reportUnknown(variable, allowed);
    if (allowed.settings === 'none') {
      const message = `no variable may stand in ${allowed.where}`;
      const hint = 'write the text itself; a dollar is written $$';
      this.#sink.error('unknown-variable', variable.span, message, hint);
    } else if (allowed.settings === 'cluster' && (isIdentity || setting?.ofNode === true)) {
      const message = `'$${name}' has a value for each node, and a state has two`;
      this.#sink.error('unknown-variable', variable.span, message, 'use it in a dialogue');
    } else if (setting?.optional === true && !allowed.optional) {
      const hint = 'give it a default, or use it in parked lines only';
      const message = `'$${name}' is optional: it may have no value here`;
      this.#sink.error('optional-setting', variable.span, message, hint);
    }
  }

  #reportUnknown(variable: Word, allowed: Allowed): void {
    const name = variable.text;
    const report = (message: string, hint: string | null): void =>
      this.#sink.error('unknown-variable', variable.span, message, hint);
    if (isIn(SHOWN_VARIABLES, name)) {
      return report(`'$${name}' has no value in ${allowed.where}`, SHOWN_HINTS[name]);
    }
    if (isIn(CLUSTER_VARIABLES, name)) {
      const hint = '$cluster $active $standby $service stand in reasons, alarms, logs and run';
      return report(`'$${name}' may not stand in ${allowed.where}`, hint);
    }
    if (mayExist(this.#scope, name) || hasNameless(this.#scope, 'setting')) return;
    const hint = didYouMean(name, this.#known(allowed));
    const fallback = `declare it: setting ${name}   (a dollar is written $$)`;
    report(`there is no variable '$${name}'`, hint ?? fallback);
  }

  #known(allowed: Allowed): string[] {
    const settings = allowed.settings === 'none' ? [] : [...this.#scope.settings.keys()];
    const cluster = allowed.cluster ? CLUSTER_VARIABLES : [];
    return [...allowed.parameters, ...settings, ...cluster, ...allowed.shown];
  }
}

const SHOWN_HINTS: Readonly<Record<(typeof SHOWN_VARIABLES)[number], string>> = {
  line: "it is the line that an 'on active' or 'on standby' has just seen, for people to read",
  failure: "it is the name of a failure, on a 'failed' line, for people to read",
  operator: "it is the person behind an 'on operator' line, for people to read",
};

function isIn<W extends string>(words: readonly W[], name: string): name is W {
  return words.some((word) => word === name);
}
