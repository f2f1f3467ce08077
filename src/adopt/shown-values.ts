/**
 * What a console shows of firmware variables: taken from the lines with which the library confirms a
 * value. Fed with text as it comes, by standby-node.ts; a value counts when it was shown twice alike.
 */
import type { Program } from '../language/program.ts';
import type { Engine } from '../machine/engine.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import { valueShape } from './value-shape.ts';

const LINE_CHARS_MAX = 4096;
const ESCAPE = /\x1b\[[0-9;?]*[A-Za-z]|[\x00\x07]/g;

type Shape = (line: string) => string | null;

export class ShownValues {
  readonly #shapes: readonly (readonly [string, readonly Shape[]])[];
  readonly #seen = new Map<string, string[]>();
  #line = '';

  constructor(engine: Engine, node: NodeIndex, variables: readonly string[]) {
    this.#shapes = variables.map((name) => [name, shapesOf(engine, node, name)] as const);
  }

  feed(latin1: string): void {
    const parts = (this.#line + latin1).split(/[\r\n]/);
    this.#line = (parts.pop() ?? '').slice(-LINE_CHARS_MAX);
    for (const line of parts) if (line !== '') this.#take(line.replace(ESCAPE, ''));
  }

  /** The last two showings agree; null: they do not, or there are none. */
  valueOf(variable: string): string | null {
    const [last, before] = (this.#seen.get(variable) ?? []).slice(-2).reverse();
    return last !== undefined && last === before ? last : null;
  }

  #take(line: string): void {
    for (const [variable, shapes] of this.#shapes) {
      const value = shapes.map((shape) => shape(line)).find((one) => one !== null);
      if (value === undefined || value === null) continue;
      this.#seen.set(variable, [...(this.#seen.get(variable) ?? []), value]);
    }
  }
}

function shapesOf(engine: Engine, node: NodeIndex, variable: string): readonly Shape[] {
  const { name, value, matches } = confirmingMatches(engine.program);
  const fill = (hole: string) =>
    engine.fill([{ kind: 'variable', name: hole }], { [name]: variable }, node);
  return matches.map((match) => valueShape(match, value, fill));
}

/** Of `to read`: the lines that show `$value` and do not fail. */
function confirmingMatches({ dialogues }: Program) {
  const read = dialogues.find(({ howTo }) => howTo === 'read');
  const [name = '', value = ''] = read?.parameters ?? [];
  const matches = (read?.steps ?? []).flatMap((step) => {
    if (step.kind !== 'expect') return [];
    return step.alternatives.flatMap(({ seen, result }) => {
      const shows =
        seen.kind === 'match' &&
        seen.match.template.some((part) => part.kind === 'variable' && part.name === value);
      return shows && result.kind !== 'fail' ? [seen.match] : [];
    });
  });
  return { name, value, matches };
}
