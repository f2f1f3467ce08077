/**
 * Was it news, the text for which the daemon left a state? Not what a new connection shows first, not
 * the echo of its own typing, not half a line. For proof-watch.ts.
 */
import type { ConsoleWitness } from './console-witness.ts';

/** What is wrong with it, or null. `now`: when it was told, which is after it was done. */
export function falseNews(
  console: ConsoleWitness,
  name: string,
  text: string,
  now: number,
  promptQuietMs: number,
): string | null {
  if (!console.isFreshAt(now)) {
    return `acted on what a new connection to ${name} showed first: "${text}"`;
  }
  if (isOwnEcho(console, text)) return `took its own echo on ${name} for news: "${text}"`;
  const { lastLine, tail, gotAt, typedAt } = console;
  const isUnfinished = tail.trim() === text && lastLine.trim() !== text;
  // An answer to a key that was pressed in the same moment may have come by now.
  if (!isUnfinished || typedAt === now || now - gotAt >= promptQuietMs) return null;
  return `took a line of ${name} that still grew for a prompt: "${text}"`;
}

/** It ends with a prompt and the line that the daemon has entered there last. */
export function isOwnEcho({ entered }: ConsoleWitness, text: string): boolean {
  return entered !== '' && /(?:^|[ :"])ok>? /.test(text) && text.endsWith(` ${entered}`);
}
