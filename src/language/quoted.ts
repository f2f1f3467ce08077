/**
 * Strings and regexes of a script, with their `$name` holes. Called by the lexer.
 * A regex keeps its text as written, RE2 understands `\/`; so places in it stay true.
 */
import type { DiagnosticSink } from './diagnostics.ts';
import { type SourceLine, spanAt } from './source-line.ts';
import type { QuotedPart, TokenBody } from './token.ts';

interface Lexed {
  readonly body: TokenBody;
  readonly end: number;
}

const VARIABLE = /\$([a-z][a-z0-9]*(?:-[a-z0-9]+)*)/y;

/** Collects the parts, adjacent text merged. */
class Parts {
  readonly list: QuotedPart[] = [];
  #text = '';

  addText(text: string): void {
    this.#text += text;
  }

  addVariable(line: SourceLine, start: number, name: string): void {
    this.#flush();
    const span = spanAt(line, start, start + name.length + 1);
    this.list.push({ kind: 'variable', name, span });
  }

  finish(): readonly QuotedPart[] {
    this.#flush();
    return this.list;
  }

  #flush(): void {
    if (this.#text !== '') this.list.push({ kind: 'text', text: this.#text });
    this.#text = '';
  }
}

/** From the opening quote at `start`. An unclosed string reaches to the end of the line. */
export function readString(line: SourceLine, start: number, sink: DiagnosticSink): Lexed {
  const { text } = line;
  const parts = new Parts();
  let sound = true;
  let at = start + 1;
  const complain = (from: number, to: number, message: string, hint: string): void => {
    sink.error('bad-string', spanAt(line, from, to), message, hint);
    sound = false;
  };
  while (at < text.length && text[at] !== '"') {
    const name = variableAt(text, at);
    if (text[at] === '\\') {
      if (text[at + 1] === '"' || text[at + 1] === '\\') parts.addText(text[at + 1] ?? '');
      else complain(at, at + 2, 'nothing to escape here', 'only \\" and \\\\ exist in a string');
      at += 2;
    } else if (text.startsWith('$$', at)) {
      parts.addText('$');
      at += 2;
    } else if (name !== null) {
      parts.addVariable(line, at, name);
      at += name.length + 1;
    } else {
      const flaw = flawAt(text, at);
      if (flaw !== null) complain(at, at + 1, flaw.message, flaw.hint);
      parts.addText(text[at] ?? '');
      at++;
    }
  }
  const closed = at < text.length;
  if (!closed) complain(start, text.length, 'the string has no end', 'close it with a quote "');
  const end = Math.min(at + 1, text.length);
  const quoted = { parts: parts.finish(), span: spanAt(line, start, end), sound };
  return { body: { kind: 'string', quoted }, end };
}

/** From the opening slash at `start`. In a class `[...]` a dollar is a dollar. */
export function readRegex(line: SourceLine, start: number, sink: DiagnosticSink): Lexed {
  const { text } = line;
  const parts = new Parts();
  let inClass = false;
  let at = start + 1;
  while (at < text.length && text[at] !== '/') {
    const name = inClass ? null : variableAt(text, at);
    if (text[at] === '\\') {
      parts.addText(text.slice(at, at + 2));
      at += 2;
    } else if (name !== null) {
      parts.addVariable(line, at, name);
      at += name.length + 1;
    } else {
      const opening = !inClass && text[at] === '[';
      if (text[at] === ']') inClass = false;
      parts.addText(text[at] ?? '');
      at++;
      if (opening) {
        inClass = true;
        // A `]` that comes first in a class is one of its members.
        const members = /^\^?\]?/.exec(text.slice(at))?.[0] ?? '';
        parts.addText(members);
        at += members.length;
      }
    }
  }
  const closed = at < text.length;
  const end = Math.min(at + 1, text.length);
  const span = spanAt(line, start, end);
  if (!closed) {
    const hint = 'close it with /, and write \\/ for a slash inside';
    sink.error('bad-regex', span, 'the regex has no end', hint);
  }
  return { body: { kind: 'regex', quoted: { parts: parts.finish(), span, sound: closed } }, end };
}

function variableAt(text: string, at: number): string | null {
  VARIABLE.lastIndex = at;
  return VARIABLE.exec(text)?.[1] ?? null;
}

/** A dollar that begins no name is most likely a mistyped variable. */
function flawAt(text: string, at: number): { message: string; hint: string } | null {
  const char = text[at] ?? '';
  if (char === '$') {
    return { message: "'$' without a name", hint: 'write $$ for a dollar, or $ and a name' };
  }
  if (/\p{Cc}/u.test(char)) {
    return { message: 'a control character', hint: 'remove it: it cannot be seen' };
  }
  return null;
}
