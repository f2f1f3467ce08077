/**
 * With which names can a dialogue, a verb or a command fail? Computed for all dialogues together,
 * since they call each other. Used by the checks of `failed` lines.
 */
import { assertNever } from '../assert-never.ts';
import type { HowTo } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { HOW_TOS_OF_VERB, type Verb } from './how-tos.ts';
import type { TriedStep } from './walk.ts';

/** `open`: something in it could not be read or found, so any name may occur. */
export interface Failures {
  readonly names: ReadonlySet<string>;
  readonly open: boolean;
}

interface Growing {
  readonly names: Set<string>;
  open: boolean;
}

/** What the engine adds to every dialogue that uses its console. */
const OF_CONSOLE = ['unreachable', 'foreign', 'garbled', 'refused'];

/** What the engine adds to a verb, besides the failures of its `to` blocks. */
const OF_VERB: Readonly<Record<Verb, readonly string[]>> = {
  hold: ['wrong-node', 'unwritable'],
  identify: ['wrong-node', 'garbled'],
  park: ['different', 'unwritable'],
  'check-parked': ['different'],
  reset: ['refused', 'unwritable'],
  fence: ['unproven', 'unwritable'],
  boot: ['refused', 'no-more-paths', 'unwritable'],
  resume: ['refused'],
  'power-off': ['no-device', 'still-on', 'no-answer', 'unwritable'],
  'trust-silence': ['refused'],
};
const OF_RUN = ['exit', 'timeout', 'not-started'];

export class FailureTable {
  readonly #scope: Scope;
  readonly #byDialogue = new Map<Tree.Dialogue, Growing>();

  constructor(scope: Scope) {
    this.#scope = scope;
    const dialogues = scope.tree.dialogues;
    for (const dialogue of dialogues) {
      this.#byDialogue.set(dialogue, { names: new Set(), open: dialogue.damaged });
    }
    // Names only ever grow, so this ends even when dialogues call each other in a circle.
    let grew = true;
    while (grew) {
      grew = dialogues.map((dialogue) => this.#grow(dialogue)).some((one) => one);
    }
  }

  ofDialogue(name: string): Failures {
    const dialogue = this.#scope.dialogues.get(name);
    return this.#known(dialogue);
  }

  ofVerb(verb: Verb): Failures {
    const parts = HOW_TOS_OF_VERB[verb].map((howTo) => this.#ofHowTo(howTo));
    const names = new Set([...OF_VERB[verb], ...parts.flatMap((part) => [...part.names])]);
    return { names, open: parts.some((part) => part.open) };
  }

  ofRun(): Failures {
    return { names: new Set(OF_RUN), open: false };
  }

  ofStep(step: TriedStep): Failures {
    switch (step.kind) {
      case 'do':
        return this.ofDialogue(step.dialogue.text);
      case 'verb':
        return this.ofVerb(step.verb);
      case 'run':
        return this.ofRun();
      default:
        return assertNever(step);
    }
  }

  #ofHowTo(howTo: HowTo): Failures {
    return this.#known(this.#scope.howTos.get(howTo));
  }

  #known(dialogue: Tree.Dialogue | undefined): Failures {
    const known = dialogue === undefined ? undefined : this.#byDialogue.get(dialogue);
    return known ?? { names: new Set(), open: true };
  }

  #grow(dialogue: Tree.Dialogue): boolean {
    const growing = this.#byDialogue.get(dialogue);
    if (growing === undefined) return false;
    const before = growing.names.size;
    const wasOpen = growing.open;
    for (const step of dialogue.steps) this.#addStep(growing, step);
    return growing.names.size > before || growing.open !== wasOpen;
  }

  #addStep(growing: Growing, step: Tree.Step): void {
    switch (step.kind) {
      case 'send':
      case 'press':
        return addAll(growing, OF_CONSOLE);
      case 'break':
        return addAll(growing, [...OF_CONSOLE, 'wrong-node', 'unwritable']);
      case 'expect':
        addAll(growing, OF_CONSOLE);
        return addExpect(growing, step);
      case 'do':
      case 'verb':
      case 'run':
        return this.#addTried(growing, step);
      case 'if':
      case 'result':
        return addResult(growing, step.result);
      case 'broken':
        growing.open = true;
        return;
      default:
        return assertNever(step);
    }
  }

  /** What the step's own `failed` lines do not catch passes on. */
  #addTried(growing: Growing, step: TriedStep): void {
    const from = this.ofStep(step);
    const left = new Set(from.names);
    let catchesAll = false;
    for (const outcome of step.outcomes) {
      addResult(growing, outcome.then);
      if (outcome.on !== 'failed' || outcome.condition !== null) continue;
      if (outcome.names.length === 0) catchesAll = true;
      for (const name of outcome.names) left.delete(name.text);
    }
    if (step.damaged) growing.open = true;
    if (catchesAll) return;
    addAll(growing, left);
    if (from.open) growing.open = true;
  }
}

function addExpect(growing: Growing, step: Tree.Expect): void {
  for (const { seen, result } of step.alternatives) {
    addResult(growing, result);
    if (seen.kind === 'identity') growing.names.add('wrong-node');
  }
  if (step.timeout !== null) addResult(growing, step.timeout.result);
  if (step.damaged) growing.open = true;
}

function addResult(growing: Growing, result: Tree.Result): void {
  if (result.kind === 'fail') growing.names.add(result.name);
}

function addAll(growing: Growing, names: Iterable<string>): void {
  for (const name of names) growing.names.add(name);
}
