/**
 * One block of a script: its header line and the lines that belong to it. Made by parse/script.ts
 * and handed to the parser of its keyword, which reads it line by line; a line that cannot be read
 * is reported once and marks the block as damaged.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Span } from '../program.ts';
import type { SourceLine } from '../source-line.ts';
import type { Word } from '../token.ts';
import type { Tree } from '../tree.ts';
import type { BlockWord } from '../words.ts';
import { attempt, Cursor } from './cursor.ts';

export class Block {
  readonly keyword: BlockWord;
  readonly body: readonly SourceLine[];
  readonly tree: Tree;
  readonly sink: DiagnosticSink;
  headBroken = false;
  /** Some line of the body could not be read. */
  bodyBroken = false;
  readonly #head: Cursor;

  constructor(
    keyword: BlockWord,
    head: SourceLine,
    body: readonly SourceLine[],
    tree: Tree,
    sink: DiagnosticSink,
  ) {
    this.keyword = keyword;
    this.body = body;
    this.tree = tree;
    this.sink = sink;
    this.#head = new Cursor(head, sink);
    this.#head.take();
  }

  /** Place of the header line. */
  span(): Span {
    return this.#head.lineSpan();
  }

  /** The name in the header; an empty one when it cannot be read: the block still counts. */
  headerName(parse: (cursor: Cursor) => Word): Word {
    const name = this.header(parse);
    return name ?? { text: '', span: this.#head.lineSpan() };
  }

  /** The next part of the header; null when this or an earlier part could not be read. */
  header<T>(parse: (cursor: Cursor) => T): T | null {
    if (this.headBroken) return null;
    const result = attempt(this.#head, this.tree.mentioned, () => ({ value: parse(this.#head) }));
    if (result === null) this.headBroken = true;
    return result?.value ?? null;
  }

  /** Each line of the body; a line that is given up does not end it. */
  lines(parse: (cursor: Cursor) => void): void {
    for (const line of this.body) {
      const cursor = new Cursor(line, this.sink);
      const done = attempt(cursor, this.tree.mentioned, () => {
        parse(cursor);
        return true;
      });
      if (done === null) this.bodyBroken = true;
    }
  }

  /** For blocks of one line. */
  refuseBody(): void {
    const [first] = this.body;
    if (first === undefined) return;
    const cursor = new Cursor(first, this.sink);
    const message = `no line can belong to '${this.keyword}'`;
    const hint = 'a block begins in column 1: remove the blanks before it, or move the line';
    this.sink.error('unexpected-token', cursor.here(), message, hint);
  }
}
