/**
 * One line for the login shell of a node in which every argument arrives as it is: question marks,
 * blanks, quotes, dollars. Right for sh, ksh, bash and csh. Called by running-node.ts.
 */

/** Nothing in these has a meaning to any shell. */
const PLAIN = /^[A-Za-z0-9_./:-]+$/;

/** Throws for control characters: no shell line can carry a line end, and no value has one. */
export function shellLine(argv: readonly string[]): string {
  return argv.map(quoted).join(' ');
}

function quoted(text: string): string {
  if (/[^\x20-\x7e]/.test(text)) {
    throw new Error(`not to be given to a shell: ${JSON.stringify(text)}`);
  }
  if (PLAIN.test(text)) return text;
  // csh takes `!` for its history even between quotes, but not behind a backslash outside of them.
  return `'${text.replace(/['!]/g, (char) => `'\\${char}'`)}'`;
}
