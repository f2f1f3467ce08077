/**
 * Program and arguments as one line for the login shell of a node, so that each arrives as it is.
 * Called before transport/ssh-command.ts, since ssh carries one text and no list. Fit for sh and ksh.
 */

const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/;

export function shellLine(argv: readonly string[]): string {
  return argv.map(quoted).join(' ');
}

function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
