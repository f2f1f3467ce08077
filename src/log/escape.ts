/**
 * Bytes as quoted printable ASCII and exactly back: the payload of a transcript record.
 * Called for every record of every console, so it must be cheap: most text needs no escape.
 */

/** `latin1`: one character per byte. */
export function quoteBytes(latin1: string): string {
  return NEEDS_ESCAPE.test(latin1) ? `"${latin1.replace(EACH_ESCAPE, escapeByte)}"` : `"${latin1}"`;
}

/** The bytes, one character per byte; null when the text is not what `quoteBytes` writes. */
export function unquoteBytes(quoted: string): string | null {
  const inner = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\rnt]|\\x[0-9a-f]{2})*)"$/.exec(
    quoted,
  )?.[1];
  return inner?.replace(/\\(x..|.)/g, (_all, code: string) => unescapeByte(code)) ?? null;
}

/** A byte needs no more than this when it is quoted. */
export const QUOTED_BYTES_MAX = 4;

/**
 * As `quoteBytes`, without the quotes, into memory: `from` up to `to` of the text to `page` at `at`.
 * Returns where it ended. There must be room for `QUOTED_BYTES_MAX` for each byte.
 */
export function writeQuoted(
  latin1: string,
  from: number,
  to: number,
  page: Uint8Array,
  at: number,
): number {
  let end = at;
  for (let index = from; index < to; index++) {
    const code = latin1.charCodeAt(index) & 0xff;
    if (code >= 0x20 && code < 0x7f && code !== 0x22 && code !== 0x5c) page[end++] = code;
    else {
      const escape = ESCAPES[code] ?? '';
      for (let place = 0; place < escape.length; place++) page[end++] = escape.charCodeAt(place);
    }
  }
  return end;
}

const NEEDS_ESCAPE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;
const EACH_ESCAPE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;

const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\r': '\\r',
  '\n': '\\n',
  '\t': '\\t',
};
const UNNAMED: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  r: '\r',
  n: '\n',
  t: '\t',
};

const ESCAPES: readonly string[] = Array.from({ length: 256 }, (_, code) => {
  const hex = code.toString(16).padStart(2, '0');
  return NAMED[String.fromCharCode(code)] ?? `\\x${hex}`;
});

function escapeByte(char: string): string {
  return ESCAPES[char.charCodeAt(0) & 0xff] ?? '';
}

function unescapeByte(code: string): string {
  return UNNAMED[code] ?? String.fromCharCode(Number.parseInt(code.slice(1), 16));
}
