/** The lines that a dialogue types, with sample values where it takes some. Used by find-typing.ts. */
import type { Dialogue, Span } from '../language/program.ts';
import { sampleLine } from '../language/sample-line.ts';
import type { Engine } from '../machine/engine.ts';

const SAMPLE = '/x';

export interface TypedLine {
  readonly line: string;
  readonly span: Span;
}

export function linesTyped(engine: Engine, dialogue: Dialogue | undefined): TypedLine[] {
  if (dialogue === undefined) return [];
  return dialogue.steps.flatMap((step) => {
    if (step.kind !== 'send') return [];
    return samplesOf(engine, dialogue).map((values) => {
      const line = engine.fill(step.text, values, 0);
      return { line, span: step.span };
    });
  });
}

/** Values with which the block may be called: those of the parked table, else a path. */
export function samplesOf(engine: Engine, dialogue: Dialogue): Readonly<Record<string, string>>[] {
  const { howTo, parameters } = dialogue;
  const { parked } = engine.program;
  if ((howTo !== 'read' && howTo !== 'write') || parked.length === 0) {
    return [Object.fromEntries(parameters.map((name) => [name, SAMPLE]))];
  }
  return parked.map((line) => {
    const holes = line.value.every(
      (part) => part.kind === 'text' || engine.valueOf(part.name, 0) !== undefined,
    );
    const value = holes ? engine.fill(line.value, {}, 0) : SAMPLE;
    const given = [line.variable, value];
    return Object.fromEntries(parameters.map((name, index) => [name, given[index] ?? SAMPLE]));
  });
}

/** How a firmware prompt looks on these machines: the shortest line of each that means so. */
export function firmwareTails(engine: Engine): string[] {
  return engine.program.texts
    .filter(({ means }) => means === 'firmware')
    .flatMap(({ matches }) =>
      matches.flatMap((match) => {
        const line = sampleLine(match);
        return line === null ? [] : [`${line.trimEnd()} `];
      }),
    );
}
