/** A program bound to one cluster: what step needs and never changes. */

import type { Duration, Program, Reaction, Template } from '../language/program.ts';
import { GIVEN, MISSING } from '../language/words.ts';
import type { PatternSet } from './patterns.ts';
import type { NodeIndex } from './protocol.ts';
import type { Target } from './target.ts';

export interface Engine {
  readonly program: Program;
  readonly target: Target;
  readonly patterns: PatternSet;
  /** Index into Program.texts by match id; -1 for matches outside of texts. */
  readonly textOfMatch: readonly number[];
  /** By state: the `always` lines that hold there, then its own; and those of them on the net. */
  readonly reactions: readonly StateReactions[];
  /** Value of a setting, for a node where it is `of node`; undefined when it has none. */
  valueOf(name: string, node: NodeIndex | null): string | undefined;
  milliseconds(duration: Duration): number;
  /** Fills the holes of a template; throws when a name has no value (the checker excludes that). */
  fill(
    template: Template,
    values: Readonly<Record<string, string>>,
    node: NodeIndex | null,
  ): string;
}

export interface StateReactions {
  readonly always: readonly Reaction[];
  readonly own: readonly Reaction[];
  /** Texts that mean something or that a line here waits for, by index into Program.texts. */
  readonly texts: ReadonlySet<number>;
  /** Of all, those with a `net` trigger, with their position among all. */
  readonly nets: readonly { readonly key: number; readonly reaction: Reaction }[];
}

function reactionsByState(program: Program): StateReactions[] {
  return program.states.map(({ reactions: own }, index) => {
    const always = program.always
      .filter((block) => !block.except.includes(index))
      .flatMap((block) => block.reactions);
    const nets = [...always, ...own]
      .map((reaction, key) => ({ key, reaction }))
      .filter(({ reaction }) => reaction.trigger.kind === 'net');
    const named = [...always, ...own].flatMap(({ trigger }) =>
      trigger.kind === 'text' ? trigger.texts : [],
    );
    const meaning = program.texts.flatMap((text, at) => (text.means === null ? [] : [at]));
    return { always, own, nets, texts: new Set([...named, ...meaning]) };
  });
}

function textIndex(program: Program): number[] {
  const index = program.matches.map(() => -1);
  program.texts.forEach((text, position) => {
    for (const match of text.matches) index[match.id] = position;
  });
  return index;
}

interface Tables {
  readonly textOfMatch: readonly number[];
  readonly reactions: readonly StateReactions[];
}

/** Made once per program: a thousand clusters share them. */
const tables = new WeakMap<Program, Tables>();

function tablesOf(program: Program): Tables {
  const known = tables.get(program);
  if (known !== undefined) return known;
  const made = { textOfMatch: textIndex(program), reactions: reactionsByState(program) };
  tables.set(program, made);
  return made;
}

export function bindEngine(program: Program, target: Target, patterns: PatternSet): Engine {
  const optionalOfNode = new Set(
    program.settings.flatMap(({ name, ofNode, optional }) => (ofNode && optional ? [name] : [])),
  );
  const valueOf = (name: string, node: NodeIndex | null): string | undefined => {
    if (name === 'on-silence') return target.onSilence;
    if (name === 'service-lost') return target.serviceLost;
    if (node !== null) {
      const ofNode = target.nodes[node].settings[name];
      if (ofNode !== undefined) return ofNode;
      if (name === program.identity.name) return target.nodes[node].identity;
    }
    if (node === null && optionalOfNode.has(name)) {
      return target.nodes.some(({ settings }) => settings[name] !== undefined) ? GIVEN : MISSING;
    }
    return target.settings[name];
  };
  return {
    program,
    target,
    patterns,
    ...tablesOf(program),
    valueOf,
    milliseconds(duration) {
      if (duration.kind === 'literal') return duration.ms;
      const value = Number(valueOf(duration.name, null));
      if (!Number.isFinite(value)) throw new Error(`setting ${duration.name} has no duration`);
      return value;
    },
    fill(template, values, node) {
      return template
        .map((part) => {
          if (part.kind === 'text') return part.text;
          const value = values[part.name] ?? valueOf(part.name, node);
          if (value === undefined) throw new Error(`$${part.name} has no value`);
          return value;
        })
        .join('');
    },
  };
}

/** Does this value, as a console shows it, name that node? Letters count in either case. */
export function isIdentityOf(engine: Engine, node: NodeIndex, shown: string | null): boolean {
  return shown?.toLowerCase() === engine.target.nodes[node].identity.toLowerCase();
}
