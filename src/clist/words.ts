/**
 * Cuts a line of CList into words: blanks separate, `"..."` keeps blanks together, `#` at the start
 * of a word begins a comment. Called by the reader of CList and by masking. Knows no keys.
 * Must never quote a word in a message: it may be a secret.
 */
import type { DiagnosticSink } from '../language/diagnostics.ts';
import type { Span } from '../language/program.ts';

export interface Word {
  /** Quotes removed, escapes resolved. */
  readonly text: string;
  /** The word begins with a quote: `"500ms"` is a text and no duration. */
  readonly quoted: boolean;
  readonly span: Span;
}

interface Scan {
  readonly file: string;
  readonly line: number;
  readonly source: string;
  readonly sink: DiagnosticSink;
  at: number;
}

/** The words of one line; null when a quote is wrong (reported), so that nothing else is said of it. */
export function readWords(
  file: string,
  line: number,
  source: string,
  sink: DiagnosticSink,
): readonly Word[] | null {
  const scan: Scan = { file, line, source, sink, at: 0 };
  const words: Word[] = [];
  for (;;) {
    while (isBlank(source[scan.at])) scan.at++;
    const first = source[scan.at];
    if (first === undefined || first === '#') return words;
    const word = readWord(scan);
    if (word === null) return null;
    words.push(word);
  }
}

function readWord(scan: Scan): Word | null {
  const start = scan.at;
  const quoted = scan.source[start] === '"';
  if (scan.source[start] === "'") {
    scan.sink.error(
      'bad-string',
      spanOf(scan, start, start + 1),
      'single quotes do not keep words together here',
      'write "..."',
    );
    return null;
  }
  let text = '';
  for (let char = scan.source[scan.at]; char !== undefined && !isBlank(char); ) {
    const part = char === '"' ? readQuoted(scan) : char;
    if (part === null) return null;
    text += part;
    if (char !== '"') scan.at++;
    char = scan.source[scan.at];
  }
  return { text, quoted, span: spanOf(scan, start, scan.at) };
}

/** From the opening quote to behind the closing one. */
function readQuoted(scan: Scan): string | null {
  const start = scan.at;
  let text = '';
  scan.at++;
  for (;;) {
    const char = scan.source[scan.at];
    if (char === undefined) {
      const span = spanOf(scan, start, scan.source.length);
      scan.sink.error('bad-string', span, 'this quote is not closed', 'end the text with "');
      return null;
    }
    if (char === '"') {
      scan.at++;
      return text;
    }
    if (char === '\\') {
      const escaped = readEscape(scan);
      if (escaped === null) return null;
      text += escaped;
    } else {
      text += char;
      scan.at++;
    }
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  n: '\n',
  r: '\r',
  t: '\t',
};

function readEscape(scan: Scan): string | null {
  const start = scan.at;
  const letter = scan.source[start + 1] ?? '';
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined) {
    scan.at += 2;
    return simple;
  }
  const hex = /^\\x([0-9a-fA-F]{2})/.exec(scan.source.slice(start, start + 4))?.[1];
  if (hex !== undefined) {
    scan.at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }
  scan.sink.error(
    'bad-string',
    spanOf(scan, start, start + 2),
    'unknown escape in a text',
    'known are \\" \\\\ \\n \\r \\t and \\xNN with two hexadecimal digits',
  );
  return null;
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\r';
}

/** Offsets from 0, `end` exclusive. */
function spanOf(scan: Scan, start: number, end: number): Span {
  return { file: scan.file, line: scan.line, column: start + 1, endColumn: end + 1 };
}
