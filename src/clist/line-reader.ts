/**
 * One line of CList from its second word on: hands out words, says at most one thing that is wrong
 * with the line. Called by the keys (cluster-keys.ts, node-keys.ts).
 * Must not quote words: some are secrets.
 */
import { type DiagnosticSink, didYouMean } from '../language/diagnostics.ts';
import type { Span } from '../language/program.ts';
import type { Read } from './values.ts';
import type { Word } from './words.ts';

export class LineReader {
  readonly #words: readonly Word[];
  readonly #sink: DiagnosticSink;
  readonly #usage: string;
  #at = 1;
  #failed = false;

  constructor(words: readonly Word[], sink: DiagnosticSink, usage: string) {
    this.#words = words;
    this.#sink = sink;
    this.#usage = usage;
  }

  /** Of the whole line, from the first word to the last. */
  get span(): Span {
    const first = this.#words[0]?.span;
    const last = this.#words.at(-1)?.span;
    if (first === undefined || last === undefined) return NOWHERE;
    return { ...first, endColumn: last.endColumn };
  }

  /** Of the values: what follows the key. */
  get valueSpan(): Span {
    const second = this.#words[1]?.span;
    return second === undefined ? this.span : { ...second, endColumn: this.span.endColumn };
  }

  get failed(): boolean {
    return this.#failed;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#words.length;
  }

  /** The next word, or null when the line ends here: reported. */
  next(expected: string, hint: string = this.#usage): Word | null {
    const word = this.#words[this.#at];
    if (word === undefined) {
      const end = this.span.endColumn;
      const span = { ...this.span, column: end, endColumn: end + 1 };
      this.fail('missing-value', span, `expected ${expected} here`, hint);
      return null;
    }
    this.#at++;
    return word;
  }

  /** The next word as a value; null when it is none: reported. */
  read<T>(expected: string, reader: (text: string) => Read<T>): T | null {
    const word = this.next(expected);
    return word === null ? null : this.accept(word, reader(word.text));
  }

  accept<T>(word: Word, result: Read<T>): T | null {
    if (result.ok) return result.value;
    this.fail(result.code, word.span, result.message, result.hint ?? this.#usage);
    return null;
  }

  /** One of these words; null when it is another: reported. */
  choice<T extends string>(values: readonly T[], hint: string | null = null): T | null {
    const word = this.next(values.join(' or '), hint ?? this.#usage);
    if (word === null) return null;
    const found = values.find((value) => value === word.text);
    if (found !== undefined) return found;
    this.fail(
      'value-not-allowed',
      word.span,
      `expected ${values.join(' or ')}`,
      didYouMean(word.text, values) ?? hint ?? this.#usage,
    );
    return null;
  }

  /** All that is left. */
  rest(): readonly Word[] {
    const words = this.#words.slice(this.#at);
    this.#at = this.#words.length;
    return words;
  }

  /** The line must end here. */
  finish(): void {
    const word = this.#words[this.#at];
    if (word === undefined) return;
    const span = { ...word.span, endColumn: this.span.endColumn };
    this.fail('extra-words', span, 'expected the end of the line', this.#usage);
  }

  /** Only the first failure of a line is reported. */
  fail(code: string, span: Span, message: string, hint: string | null = null): void {
    if (!this.#failed) this.#sink.error(code, span, message, hint);
    this.#failed = true;
  }

  warn(code: string, span: Span, message: string, hint: string | null = null): void {
    this.#sink.warning(code, span, message, hint);
  }
}

const NOWHERE: Span = { file: '', line: 1, column: 1, endColumn: 1 };
