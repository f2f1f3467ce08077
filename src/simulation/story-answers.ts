/** What a console has to show so that an alternative of an expectation comes true. */
import type { Alternative, Span } from '../language/program.ts';
import { identityLine, sampleLine } from '../language/sample-line.ts';
import type { Engine } from '../machine/engine.ts';
import type { DialogueFrame } from '../machine/task.ts';

export type Shown =
  | { readonly kind: 'text'; readonly line: string; readonly isPrompt: boolean }
  | { readonly kind: 'quiet' }
  /** Something that nobody waits for, on every try. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'nothing-fits' };

export function shownFor(engine: Engine, frame: DialogueFrame, { seen }: Alternative): Shown {
  switch (seen.kind) {
    case 'quiet':
      return { kind: 'quiet' };
    case 'answer':
      return { kind: 'unknown' };
    case 'identity': {
      const { identity } = engine.program;
      return text(identityLine(identity.match, engine.target.nodes[frame.node].identity), false);
    }
    case 'match': {
      const values = { ...engine.target.settings, ...frame.values };
      return text(sampleLine(seen.match, values), false);
    }
    case 'text': {
      const named = engine.program.texts[seen.text];
      const lines = named?.matches.map((match) => sampleLine(match)) ?? [];
      return text(lines.find((line) => line !== null) ?? null, named?.prompt === true);
    }
  }
}

function text(line: string | null, isPrompt: boolean): Shown {
  return line === null ? { kind: 'nothing-fits' } : { kind: 'text', line, isPrompt };
}

/** `sun-obp.chat:12:3`: how stories name a line of a script. */
export function placeName({ file, line, column }: Span): string {
  return `${file}:${line}:${column}`;
}
