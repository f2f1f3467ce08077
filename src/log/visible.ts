/**
 * Text that is safe to show in a terminal: everything but printable ASCII becomes an escape, so that
 * nothing a console said can move the cursor, change colours or forge a line of the log.
 * Called by everything that writes a log. For people: backslashes stay single, so it cannot be undone
 * (transcripts use escape.ts).
 */
export function visible(text: string): string {
  return UNSAFE.test(text) ? text.replace(EACH_UNSAFE, escapeUnit) : text;
}

const UNSAFE = /[^\x20-\x7e]/;
const EACH_UNSAFE = /[^\x20-\x7e]/gu;

function escapeUnit(char: string): string {
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\t') return '\\t';
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code <= 0xff ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}
