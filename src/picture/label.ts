/** Texts of a picture, cut to what can be read. Called by dot.ts and mermaid.ts. Pure. */

/** The node that stands for all states. */
export const ANY = 'any state';

const COLUMNS = 28;

/** Broken at blanks. */
export function wrap(text: string, columns = COLUMNS): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function labelLines(triggers: readonly string[], max: number): string[] {
  const shown = triggers.slice(0, max).flatMap((trigger) => wrap(trigger, COLUMNS));
  const rest = triggers.length - max;
  return rest > 0 ? [...shown, `and ${rest} more`] : shown;
}
