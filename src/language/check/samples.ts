/**
 * With which values may a dialogue's texts be typed? The parameters come from the lines that call
 * it, those of `to read` and `to write` from the parked table; settings from their defaults and
 * choices. So what will be typed can be judged before it is. Used by typing.ts.
 */
import type { Values } from '../regex.ts';
import type { Scope } from '../scope.ts';
import type { Quoted } from '../token.ts';
import type * as Tree from '../tree.ts';
import { fillQuoted } from './judge.ts';
import { triedSteps, variablesOf } from './walk.ts';

/** A value that is unlikely to stand in any pattern. */
export const UNLIKELY = 'qzxv7';
const PATH = '/pci@1f,4000/scsi@3/disk@0,0:a';
const SAMPLES_MAX = 200;
const DEPTH_MAX = 8;

export class Samples {
  readonly #scope: Scope;
  readonly #calls = new Map<string, { caller: Tree.Dialogue; given: readonly Tree.Argument[] }[]>();
  readonly #ofDialogue = new Map<Tree.Dialogue, readonly Values[]>();

  constructor(scope: Scope) {
    this.#scope = scope;
    for (const caller of scope.tree.dialogues) {
      for (const step of triedSteps(caller)) {
        if (step.kind !== 'do') continue;
        const list = this.#calls.get(step.dialogue.text) ?? [];
        list.push({ caller, given: step.arguments });
        this.#calls.set(step.dialogue.text, list);
      }
    }
  }

  /** Values for the holes of a text in this dialogue. Settings without a known value: `free`. */
  values(dialogue: Tree.Dialogue, quoted: Quoted, free: string): Values[] {
    const names = variablesOf(quoted).map((variable) => variable.text);
    let samples: Values[] = [...this.parameters(dialogue, 0)];
    for (const name of new Set(names)) {
      if (dialogue.parameters.some((parameter) => parameter.text === name)) continue;
      const options = this.#settingValues(name, free);
      samples = samples
        .flatMap((sample) => options.map((option) => ({ ...sample, [name]: option })))
        .slice(0, SAMPLES_MAX);
    }
    return samples;
  }

  /** One entry for each known call; at least one. */
  parameters(dialogue: Tree.Dialogue, depth: number): readonly Values[] {
    const known = this.#ofDialogue.get(dialogue);
    if (known !== undefined) return known;
    const found = depth > DEPTH_MAX ? [] : this.#collect(dialogue, depth);
    const unique = [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
    const samples = unique.length === 0 ? [this.#guess(dialogue)] : unique.slice(0, SAMPLES_MAX);
    if (depth === 0) this.#ofDialogue.set(dialogue, samples);
    return samples;
  }

  #collect(dialogue: Tree.Dialogue, depth: number): Values[] {
    if (dialogue.howTo === 'read' || dialogue.howTo === 'write') return this.#parked(dialogue);
    if (dialogue.parameters.length === 0) return [{}];
    if (dialogue.howTo !== null) return [];
    const calls = this.#calls.get(dialogue.name.text) ?? [];
    return calls.flatMap(({ caller, given }) =>
      this.parameters(caller, depth + 1).map((outer) => bind(dialogue, given, outer)),
    );
  }

  #parked(dialogue: Tree.Dialogue): Values[] {
    const [name, value] = dialogue.parameters;
    if (name === undefined || value === undefined) return [];
    return this.#scope.tree.parked.flatMap((line) => {
      const holes = variablesOf(line.value);
      const options = holes.length === 1 ? this.#settingValues(holes[0]?.text ?? '', '7') : ['7'];
      return options.map((option) => {
        const filled = Object.fromEntries(holes.map((hole) => [hole.text, option]));
        return { [name.text]: line.variable.text, [value.text]: fillQuoted(line.value, filled) };
      });
    });
  }

  #guess(dialogue: Tree.Dialogue): Values {
    const sample = dialogue.howTo === 'boot' ? PATH : 'x';
    return Object.fromEntries(dialogue.parameters.map((parameter) => [parameter.text, sample]));
  }

  #settingValues(name: string, free: string): readonly string[] {
    const setting = this.#scope.settings.get(name);
    if (setting?.choices) return setting.choices.map((choice) => choice.text);
    const value = setting?.defaultValue;
    if (value?.kind === 'string') return [fillQuoted(value.quoted, {})];
    if (setting?.isDuration)
      return [value?.kind === 'duration' ? String(value.ms ?? 60_000) : '60000'];
    return [free];
  }
}

function bind(dialogue: Tree.Dialogue, given: readonly Tree.Argument[], outer: Values): Values {
  return Object.fromEntries(
    dialogue.parameters.map((parameter, index) => {
      const argument = given[index];
      return [parameter.text, argument === undefined ? 'x' : argumentText(argument, outer)];
    }),
  );
}

function argumentText(argument: Tree.Argument, outer: Values): string {
  if ('parts' in argument) return fillQuoted(argument, outer);
  if ('text' in argument) return argument.text;
  return Object.hasOwn(outer, argument.parameter) ? (outer[argument.parameter] ?? 'x') : 'x';
}
