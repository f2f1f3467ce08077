/**
 * Walks along the tokens of one line and complains about the first one that does not fit.
 * Used by everything in parse/. After a complaint the line is given up by throwing `BrokenLine`,
 * which `attempt` catches; it never leaves the parser.
 */
import { type DiagnosticSink, suggest } from '../diagnostics.ts';
import { lexLine } from '../lexer.ts';
import type { Span } from '../program.ts';
import type { SourceLine } from '../source-line.ts';
import { describeToken, joinSpans, type Token, type Word } from '../token.ts';

/** The line was reported and is given up. */
export class BrokenLine extends Error {}

export class Cursor {
  readonly line: SourceLine;
  readonly tokens: readonly Token[];
  readonly #sink: DiagnosticSink;
  #at = 0;
  #guessed = false;

  constructor(line: SourceLine, sink: DiagnosticSink) {
    this.line = line;
    this.tokens = lexLine(line, sink);
    this.#sink = sink;
  }

  peek(ahead = 0): Token | null {
    return this.tokens[this.#at + ahead] ?? null;
  }

  take(): Token | null {
    const token = this.peek();
    if (token !== null) this.#at++;
    return token;
  }

  /** The current word, or null when something else stands there. */
  word(ahead = 0): string | null {
    const token = this.peek(ahead);
    return token?.kind === 'word' ? token.text : null;
  }

  skipWord(text: string): boolean {
    if (this.word() !== text) return false;
    this.#at++;
    return true;
  }

  atEnd(): boolean {
    return this.peek() === null;
  }

  /** Place of the current token, or one column behind the last. */
  here(): Span {
    return this.peek()?.span ?? this.endOfLine();
  }

  endOfLine(): Span {
    const last = this.tokens.at(-1)?.span;
    const column = last?.endColumn ?? 1;
    return { file: this.line.file, line: this.line.number, column, endColumn: column + 1 };
  }

  /** From the first token to the last. */
  lineSpan(): Span {
    const first = this.tokens[0]?.span ?? this.endOfLine();
    return joinSpans(first, this.tokens.at(-1)?.span ?? first);
  }

  /** From the first token to the last one taken. */
  takenSpan(): Span {
    const first = this.tokens[0]?.span ?? this.endOfLine();
    return joinSpans(first, this.tokens[Math.max(0, this.#at - 1)]?.span ?? first);
  }

  /** Reports and goes on. */
  report(code: string, span: Span, message: string, hint: string | null = null): void {
    this.#sink.error(code, span, message, hint);
  }

  /**
   * Reports at the current token and gives the line up. Says nothing when the lexer has reported
   * it or when a misspelt word was guessed before: then this may be wrong because of that.
   */
  fail(code: string, message: string, hint: string | null = null): never {
    if (!this.#guessed && !this.misread()) this.report(code, this.here(), message, hint);
    throw new BrokenLine();
  }

  failExpected(what: string, hint: string | null = null): never {
    this.fail('unexpected-token', `expected ${what}, found ${describeToken(this.peek())}`, hint);
  }

  /** One of these words; a misspelt one is reported and taken for what was meant. */
  needOneOf<W extends string>(words: readonly W[], what: string, hint: string | null = null): W {
    const word = this.word();
    const exact = words.find((candidate) => candidate === word);
    if (exact !== undefined) {
      this.#at++;
      return exact;
    }
    const meant = word === null ? null : suggest(word, words);
    const found = words.find((candidate) => candidate === meant);
    if (found === undefined) return this.failExpected(what, hint);
    const message = `expected ${what}, found '${word}'`;
    this.reportMisspelt(message, `did you mean '${found}'?`);
    this.#at++;
    return found;
  }

  /** The current word was taken for another; what follows on the line is not complained about. */
  reportMisspelt(message: string, hint: string): void {
    this.report('unknown-word', this.here(), message, hint);
    this.#guessed = true;
  }

  needWord(word: string, hint: string | null = null): void {
    this.needOneOf([word], `'${word}'`, hint);
  }

  /** Any word, as a name that is looked up later. */
  needName(what: string, hint: string | null = null): Word {
    const token = this.peek();
    if (token?.kind !== 'word') return this.failExpected(what, hint);
    this.#at++;
    return { text: token.text, span: token.span };
  }

  /** The lexer has complained about this line: what is wrong with it may come from that. */
  misread(): boolean {
    return this.tokens.some(
      (token) => token.kind === 'junk' || ('quoted' in token && !token.quoted.sound),
    );
  }

  /** Nothing may follow. */
  finish(hint: string | null = null): void {
    if (!this.atEnd()) this.failExpected('the end of the line', hint);
  }
}

/** Runs `parse`; null when the line was given up, its words then count as mentioned. */
export function attempt<T>(cursor: Cursor, mentioned: Set<string>, parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof BrokenLine)) throw error;
    mentionWords(cursor.line, mentioned);
    return null;
  }
}

/** Remembers every name on a line that could not be read. */
export function mentionWords(line: SourceLine, mentioned: Set<string>): void {
  // The raw text, since an unclosed quote swallows the rest of its line; comments do not count.
  const text = line.text.replace(/(^| )#.*$/, '');
  for (const word of text.match(/[A-Za-z][\w-]*/g) ?? []) mentioned.add(word);
}
