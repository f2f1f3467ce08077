/**
 * Turns a tree without mistakes into a `Program`: names become indexes, every match gets its id.
 * Called by compile.ts when nothing was reported. What is missing here was missed by the checker:
 * a broken promise, so it throws.
 */
import { assertNever } from './assert-never.ts';
import { lowerDialogue } from './lower-dialogues.ts';
import { lowerRunning } from './lower-running.ts';
import { lowerAlways, lowerState } from './lower-states.ts';
import type * as Program from './program.ts';
import type { Scope } from './scope.ts';
import type { Quoted, Word } from './token.ts';
import type * as Tree from './tree.ts';

/** Indexes of names and the matches made so far. */
export class Lowering {
  readonly matches: Program.Match[] = [];
  readonly #texts: ReadonlyMap<string, number>;
  readonly #dialogues: ReadonlyMap<string, number>;
  readonly #states: ReadonlyMap<string, number>;

  constructor(scope: Pick<Scope, 'tree'>) {
    this.#texts = indexes(scope.tree.texts);
    this.#dialogues = indexes(scope.tree.dialogues);
    this.#states = indexes(scope.tree.states);
  }

  text = (name: Word): number => need(this.#texts.get(name.text), name.text);
  dialogue = (name: Word): number => need(this.#dialogues.get(name.text), name.text);
  state = (name: Word): number => need(this.#states.get(name.text), name.text);

  match(match: Tree.Match, prompt: boolean): Program.Match {
    const made: Program.Match = {
      id: this.matches.length,
      form: match.form,
      template: lowerTemplate(match.quoted),
      prompt,
      span: match.quoted.span,
    };
    this.matches.push(made);
    return made;
  }
}

export function lowerProgram(name: string, scope: Scope): Program.Program {
  const { tree } = scope;
  const lowering = new Lowering(scope);
  const texts = tree.texts.map((text) => lowerText(lowering, text));
  const identity = lowerIdentity(lowering, need(scope.identity, 'identity'));
  return {
    name,
    settings: tree.settings.map(lowerSetting),
    identity,
    texts,
    harmless: tree.harmless.map((harmless) => lowerHarmless(lowering, harmless)),
    parked: tree.parked.map((line) => ({
      variable: line.variable.text,
      value: lowerTemplate(line.value),
      write: line.write,
      span: line.span,
    })),
    dialogues: tree.dialogues.map((dialogue) => lowerDialogue(lowering, dialogue)),
    running: tree.running.map(lowerRunning),
    always: tree.always.map((always) => lowerAlways(lowering, always)),
    states: tree.states.map((state) => lowerState(lowering, state)),
    startState: tree.states.findIndex((state) => state.name.text === 'start'),
    matches: lowering.matches,
  };
}

export function lowerTemplate(quoted: Quoted): Program.Template {
  return quoted.parts.map((part) =>
    part.kind === 'text'
      ? { kind: 'text', text: part.text }
      : { kind: 'variable', name: part.name },
  );
}

export function lowerDuration(duration: Tree.Duration): Program.Duration {
  if (duration.kind === 'unknown') throw new Error('checked, yet a duration is unknown');
  return duration.kind === 'literal'
    ? { kind: 'literal', ms: duration.ms }
    : { kind: 'setting', name: duration.name };
}

export function lowerCondition(condition: Tree.Condition | null): Program.Condition | null {
  if (condition?.kind !== 'setting') return condition;
  const { name, value, span } = condition;
  return { kind: 'setting', name: name.text, value: value.text, span };
}

export function need<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`checked, yet missing: ${what}`);
  return value;
}

export function lowerText(lowering: Lowering, text: Tree.Text): Program.Text {
  return {
    name: text.name.text,
    prompt: text.prompt,
    means: text.means,
    matches: text.matches.map((match) => lowering.match(match, text.prompt)),
    span: text.span,
  };
}

function lowerIdentity(lowering: Lowering, identity: Tree.Identity): Program.Identity {
  const match = lowering.match(need(identity.match, 'match of the identity'), false);
  return { name: identity.name.text, match, span: identity.span };
}

function lowerHarmless(lowering: Lowering, harmless: Tree.Harmless): Program.Harmless {
  if (harmless.kind === 'key') return harmless;
  return { kind: 'line', match: lowering.match(harmless.match, false), span: harmless.span };
}

export function lowerSetting(setting: Tree.Setting): Program.Setting {
  const { ofNode, optional, span, choices } = setting;
  const type: Program.Setting['type'] = setting.isDuration
    ? { kind: 'duration' }
    : choices === null
      ? { kind: 'text' }
      : { kind: 'choice', values: choices.map((choice) => choice.text) };
  const defaultValue = setting.defaultValue === null ? null : lowerValue(setting.defaultValue);
  return { name: setting.name.text, type, ofNode, optional, defaultValue, span };
}

function lowerValue(value: Tree.Value): string {
  switch (value.kind) {
    case 'name':
      return value.text;
    case 'duration':
      return String(value.ms);
    case 'string':
      return value.quoted.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
    default:
      return assertNever(value);
  }
}

/** The first of each name; a how-to is found under `to NAME`. */
function indexes(list: readonly { readonly name: Word }[]): Map<string, number> {
  return new Map(list.map((definition, index) => [definition.name.text, index]));
}
