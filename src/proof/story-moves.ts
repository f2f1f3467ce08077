/**
 * What the world does in a story, as moves that `clusterd sim --play` understands: the format stands
 * in simulation/story.ts. What a player cannot bring about (a journal that is full, a line that comes
 * back garbled) has no move: there the engine must find its own way.
 */
import type { Role, Span, Step } from '../language/program.ts';
import { sampleLine } from '../language/sample-line.ts';
import type { Space } from './space.ts';
import type { Decided } from './story.ts';

export type StoryMove =
  | { readonly do: 'text' | 'prompt'; readonly node: Role; readonly text: string }
  | { readonly do: 'answer'; readonly node: Role; readonly at: string }
  | { readonly do: 'silence'; readonly for: 'state' | 'try' | 'quiet' | `${number}ms` }
  | { readonly do: 'noise'; readonly node: Role }
  | { readonly do: 'net'; readonly level: 'alive' | 'dead' | 'blind' }
  | { readonly do: 'operator'; readonly request: string; readonly node?: Role }
  | { readonly do: 'power'; readonly outcome: 'off' | 'on' }
  | { readonly do: 'command'; readonly status: number }
  | { readonly do: 'disconnect'; readonly node: Role };

export function movesOf(space: Space, { running, cause }: Decided): StoryMove[] {
  const { what, span, leastMs } = cause;
  switch (what.kind) {
    case 'step':
      return leastMs > 0 ? [{ do: 'silence', for: 'state' }] : [];
    case 'bound':
    case 'journal':
      return [];
    case 'text': {
      const { role, text } = what;
      if (running !== null) return [{ do: 'answer', node: role, at: placeOf(span) }];
      const isPrompt = space.program.texts[text]?.prompt === true;
      return [{ do: isPrompt ? 'prompt' : 'text', node: role, text: sampleOf(space, text) }];
    }
    case 'answer':
      return [{ do: 'answer', node: what.role, at: placeOf(span) }];
    case 'quiet':
      return [{ do: 'silence', for: 'quiet' }];
    case 'silence':
      return Array.from({ length: what.again ? 1 : triesAt(space, span) }, () => TRY);
    case 'noise':
      return [{ do: 'noise', node: what.role }];
    case 'failure':
      return what.name === 'unreachable' ? [{ do: 'disconnect', node: what.role }] : [];
    case 'net':
      return [{ do: 'net', level: what.level }, ...(leastMs > 0 ? [STATE] : [])];
    case 'operator': {
      const { request, role } = what;
      return [
        role === null ? { do: 'operator', request } : { do: 'operator', request, node: role },
      ];
    }
    case 'time':
      return [STATE];
    case 'power':
      return [{ do: 'power', outcome: what.off ? 'off' : 'on' }];
    case 'command':
      return [{ do: 'command', status: what.ok ? 0 : 1 }];
  }
}

const TRY: StoryMove = { do: 'silence', for: 'try' };
const STATE: StoryMove = { do: 'silence', for: 'state' };

function placeOf(span: Span | null): string {
  return span === null ? '' : `${span.file}:${span.line}:${span.column}`;
}

function triesAt(space: Space, span: Span | null): number {
  const steps = space.program.dialogues.flatMap((dialogue): readonly Step[] => dialogue.steps);
  const found = steps.find((step) => step.span === span);
  return found?.kind === 'expect' ? found.tries : 1;
}

function sampleOf(space: Space, text: number): string {
  for (const match of space.program.texts[text]?.matches ?? []) {
    const line = sampleLine(match);
    if (line !== null) return line;
  }
  return '';
}
