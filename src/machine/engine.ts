/** A program bound to one cluster: what step needs and never changes. */
import type { Duration, Program, Template } from '../language/program.ts';
import type { PatternSet } from './patterns.ts';
import type { NodeIndex } from './protocol.ts';
import type { Target } from './target.ts';

export interface Engine {
  readonly program: Program;
  readonly target: Target;
  readonly patterns: PatternSet;
  /** Index into Program.texts by match id; -1 for matches outside of texts. */
  readonly textOfMatch: readonly number[];
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

function textIndex(program: Program): number[] {
  const index = program.matches.map(() => -1);
  program.texts.forEach((text, position) => {
    for (const match of text.matches) index[match.id] = position;
  });
  return index;
}

export function bindEngine(program: Program, target: Target, patterns: PatternSet): Engine {
  const valueOf = (name: string, node: NodeIndex | null): string | undefined => {
    if (name === 'on-silence') return target.onSilence;
    if (name === 'service-lost') return target.serviceLost;
    if (node !== null) {
      const ofNode = target.nodes[node].settings[name];
      if (ofNode !== undefined) return ofNode;
      if (name === program.identity.name) return target.nodes[node].identity;
    }
    return target.settings[name];
  };
  return {
    program,
    target,
    patterns,
    textOfMatch: textIndex(program),
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
