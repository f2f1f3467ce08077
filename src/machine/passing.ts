/**
 * A prompt counts when the console falls quiet behind it. One of a running system that stood there for
 * a moment, and was a finished line then, proves nothing; but on a console of which a firmware prompt
 * is believed it contradicts that. Asked by text.ts and bulk.ts for each finished line.
 */
import type { Engine } from './engine.ts';
import type { Facts } from './facts.ts';

/** Is this finished line the prompt of a system, where none can run by what is believed? */
export function passesBy(engine: Engine, { condition }: Facts, line: string): boolean {
  if (condition !== 'firmware') return false;
  return engine.patterns
    .lookup(line, 'prompts')
    .some((id) => engine.program.texts[engine.textOfMatch[id] ?? -1]?.means === 'running');
}
