/**
 * A command line as a Bourne shell reads it: words, quotes, pipes; anything that would run more than
 * one plain command is refused. Used for the commands that come to a simulated system over ssh.
 */

/** Each part of a pipe as its words; null: this shell does not know such a line. */
export function readCommandLine(line: string): readonly (readonly string[])[] | null {
  const parts: string[][] = [[]];
  let word: string | null = null;
  const finish = () => {
    if (word !== null) parts.at(-1)?.push(word);
    word = null;
  };
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    if (char === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) return null;
      word = (word ?? '') + line.slice(at + 1, end);
      at = end;
    } else if (char === '\\') {
      word = (word ?? '') + (line[at + 1] ?? '');
      at += 1;
    } else if (char === ' ' || char === '\t') finish();
    else if (char === '|') {
      finish();
      parts.push([]);
    } else if (/[;&<>()$`"*?[\]{}~#!\n\r]/.test(char)) return null;
    else word = (word ?? '') + char;
  }
  finish();
  return parts.every((part) => part.length > 0) ? parts : null;
}
