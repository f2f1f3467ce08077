/**
 * A node whose variables can be read and written, whichever way: by commands on the one that runs, at
 * the prompt of the one that waits. Made for each adoption; called by adopt.ts and undo.ts.
 */
import type { Clock } from '../clock/clock.ts';
import type { Engine } from '../machine/engine.ts';
import { isIdentityOf } from '../machine/engine.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { AttachedConsole } from './attached-console.ts';
import { type Errand, runErrand } from './errand.ts';
import type { Values, Wanted } from './parked-values.ts';
import { shownValue } from './parked-values.ts';
import type { RunningNode } from './running-node.ts';
import { ShownValues } from './shown-values.ts';
import { AdoptError } from './trouble.ts';

/** Before and after these are written: on the disk when it returns. */
export interface Steps {
  about(variables: readonly string[]): void;
  done(variables: readonly string[]): void;
}

export interface NodeHand {
  readonly node: NodeIndex;
  readonly name: string;
  /** For people: `by commands, root@n1`. */
  readonly how: string;
  /** All of them, after the machine has shown that it is the right one. Throws AdoptError. */
  read(wanted: readonly Wanted[]): Promise<Values>;
  /** Each is read back. Throws AdoptError at the first that is not as it was wanted. */
  write(wanted: readonly Wanted[], expected: Values, steps: Steps): Promise<void>;
}

export class RunningHand implements NodeHand {
  readonly node: NodeIndex;
  readonly how: string;
  readonly #engine: Engine;
  readonly #running: RunningNode;

  readonly #onNews: (what: string) => void;

  constructor(
    engine: Engine,
    node: NodeIndex,
    running: RunningNode,
    onNews: (what: string) => void,
  ) {
    this.node = node;
    this.#engine = engine;
    this.#running = running;
    this.#onNews = onNews;
    this.how = `by commands, ${running.user}`;
  }

  get name(): string {
    return this.#running.name;
  }

  async read(wanted: readonly Wanted[]): Promise<Values> {
    await this.makeSure();
    const values = new Map<string, string | null>();
    for (const { variable } of wanted) values.set(variable, await this.#running.read(variable));
    return values;
  }

  async write(wanted: readonly Wanted[], expected: Values, steps: Steps): Promise<void> {
    for (const { variable, value } of wanted) {
      await this.makeSure();
      const found = await this.#running.read(variable);
      if (found === value) {
        steps.done([variable]);
        continue;
      }
      if (found !== (expected.get(variable) ?? null)) {
        const text = `${variable} of ${this.name} is ${shownValue(found)} now: somebody else changes it`;
        throw new AdoptError(text, 'find out who, then begin again');
      }
      steps.about([variable]);
      this.#onNews(`write ${variable} = ${value ?? ''}`);
      await this.#running.write(variable, value ?? '');
      await this.#readBack(variable, value);
      steps.done([variable]);
    }
  }

  async #readBack(variable: string, value: string | null): Promise<void> {
    const found = await this.#running.read(variable);
    if ((found ?? '') === (value ?? '')) return;
    const text = `${variable} of ${this.name} was written and is ${shownValue(found)}, not ${shownValue(value)}`;
    throw new AdoptError(
      text,
      'the variable does not keep what is written: is the NVRAM worn out?',
    );
  }

  /** An address can move, also between two commands: asked before each write. */
  async makeSure(): Promise<void> {
    const shown = await this.#running.identity();
    if (isIdentityOf(this.#engine, this.node, shown)) return;
    const other = this.node === 0 ? 1 : 0;
    const whose = isIdentityOf(this.#engine, other, shown)
      ? `, that of ${this.#engine.target.nodes[other].name}`
      : ', which CList does not know';
    const { identity } = this.#engine.target.nodes[this.node];
    const text = `${this.#running.user} is not ${this.name}: it shows ${shown}${whose}; CList says ${identity}`;
    throw new AdoptError(text, `look at the admin line and the identity of ${this.name} in CList`);
  }
}

export interface PromptHandParts {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly node: NodeIndex;
  readonly console: AttachedConsole;
  readonly onNews: (what: string) => void;
}

/** The machine identifies it at the beginning of each errand. */
export class PromptHand implements NodeHand {
  readonly node: NodeIndex;
  readonly how = 'at its prompt';
  readonly #parts: PromptHandParts;

  constructor(parts: PromptHandParts) {
    this.node = parts.node;
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.engine.target.nodes[this.node].name;
  }

  async read(wanted: readonly Wanted[]): Promise<Values> {
    const names = wanted.map(({ variable }) => variable);
    const shown = new ShownValues(this.#parts.engine, this.node, names);
    await this.#run('read', wanted, (latin1) => shown.feed(latin1));
    const values = new Map<string, string | null>();
    for (const name of names) {
      const value = shown.valueOf(name);
      if (value === null || !/^[\x20-\x7e]*$/.test(value)) {
        const text = `${name} of ${this.name} was not shown twice alike`;
        throw new AdoptError(text, `noise on the line? clusterd attach ${this.name}`);
      }
      values.set(name, value);
    }
    return values;
  }

  async write(wanted: readonly Wanted[], _expected: Values, steps: Steps): Promise<void> {
    const lost = wanted.find(({ value }) => value === null || value === '');
    if (lost !== undefined) {
      const text = `${lost.variable} of ${this.name} had no value, and its prompt cannot write that`;
      throw new AdoptError(text, `do it by hand: clusterd attach ${this.name} --write`);
    }
    const names = wanted.map(({ variable }) => variable);
    steps.about(names);
    await this.#run('park', wanted, () => {});
    steps.done(names);
  }

  #run(errand: Errand, wanted: readonly Wanted[], onText: (latin1: string) => void): Promise<void> {
    const { clock, engine, node, console: lent, onNews } = this.#parts;
    return runErrand(errand, wanted, { clock, engine, node, console: lent, onText, onNews });
  }
}
