/**
 * Cuts a file into blocks and hands each to the parser of its keyword. Called by compile.ts for
 * the script and for every library; all add to one tree.
 */
import { assertNever } from '../assert-never.ts';
import { type DiagnosticSink, didYouMean, suggest } from '../diagnostics.ts';
import { type SourceLine, spanAt, splitLines } from '../source-line.ts';
import type { Tree } from '../tree.ts';
import { BLOCK_WORDS, type BlockWord, BODY_WORDS } from '../words.ts';
import { Block } from './block.ts';
import { mentionWords } from './cursor.ts';
import {
  parseAccess,
  parseHarmless,
  parseIdentity,
  parseParked,
  parseSetting,
  parseText,
  parseUse,
} from './declarations.ts';
import { parseAccessTask, parseDialogue, parseHowTo } from './dialogues.ts';
import { parseAlways, parseState } from './states.ts';

/** What may stand in a file. */
export type FileKind = 'script' | 'library' | 'access';

export function parseFile(
  file: string,
  kind: FileKind,
  source: string,
  tree: Tree,
  sink: DiagnosticSink,
): void {
  const lines = splitLines(file, source, sink);
  for (const { keyword, head, body } of new Splitter(tree, sink).split(lines)) {
    const block = new Block(keyword, head, body, tree, sink);
    if (kind === 'library' && NOT_IN_LIBRARY.has(keyword)) {
      const hint = 'a library tells how a machine talks; what to do stands in the script';
      sink.error('not-in-library', headSpan(head), `'${keyword}' in a library`, hint);
      // One library that uses another is not followed.
      if (keyword === 'use') {
        tree.libraryMissing = true;
        continue;
      }
    }
    if (kind === 'access' && NOT_IN_ACCESS_FILE.has(keyword)) {
      const hint =
        'it tells how to log in; what the machine behind it says stands in another library';
      sink.error('not-in-access', headSpan(head), `'${keyword}' in an access library`, hint);
      continue;
    }
    if (kind !== 'access' && keyword === 'access') {
      const hint =
        "CList names an access library: 'login NAME' below the console, or 'power via NAME'";
      sink.error('not-in-library', headSpan(head), 'this is an access library', hint);
      tree.libraryMissing = true;
      continue;
    }
    parseBlock(block);
  }
}

const NOT_IN_LIBRARY: ReadonlySet<string> = new Set(['use', 'always', 'state']);
const NOT_IN_ACCESS_FILE: ReadonlySet<string> = new Set([
  ...['use', 'identity', 'harmless', 'parked', 'always', 'state'],
]);

function parseBlock(block: Block): void {
  const { keyword } = block;
  switch (keyword) {
    case 'access':
      return parseAccess(block);
    case 'use':
      return parseUse(block);
    case 'setting':
      return parseSetting(block);
    case 'identity':
      return parseIdentity(block);
    case 'pattern':
    case 'prompt':
      return parseText(block, keyword === 'prompt');
    case 'harmless':
      return parseHarmless(block);
    case 'parked':
      return parseParked(block);
    case 'dialogue':
      return parseDialogue(block);
    case 'to':
      return block.tree.kind === 'access' ? parseAccessTask(block) : parseHowTo(block);
    case 'always':
      return parseAlways(block);
    case 'state':
      return parseState(block);
    default:
      return assertNever(keyword);
  }
}

interface RawBlock {
  /** Null: nobody knows what it is; its lines are not looked at. */
  readonly keyword: BlockWord | null;
  readonly head: SourceLine;
  readonly body: SourceLine[];
}

/** Finds the blocks; complains about lines that stand in the wrong column. */
class Splitter {
  readonly #tree: Tree;
  readonly #sink: DiagnosticSink;
  readonly #blocks: RawBlock[] = [];
  #strayReported = false;

  constructor(tree: Tree, sink: DiagnosticSink) {
    this.#tree = tree;
    this.#sink = sink;
  }

  split(lines: readonly SourceLine[]): (RawBlock & { readonly keyword: BlockWord })[] {
    for (const line of lines) {
      if (line.firstWord === '') continue;
      if (line.indented) this.#indented(line);
      else this.#flush(line);
    }
    for (const block of this.#blocks) if (block.keyword === null) this.#giveUp(block);
    return this.#blocks.flatMap(({ keyword, head, body }) =>
      keyword === null ? [] : [{ keyword, head, body }],
    );
  }

  #indented(line: SourceLine): void {
    const current = this.#blocks.at(-1);
    const keyword = blockWord(line.firstWord);
    if (keyword !== null && current?.keyword !== 'parked') {
      const hint = 'remove the blanks before it';
      const message = `'${keyword}' opens a block and must stand in column 1`;
      this.#sink.error('unexpected-token', headSpan(line), message, hint);
      this.#open(keyword, line);
    } else if (current !== undefined) current.body.push(line);
    else if (!this.#strayReported) {
      this.#strayReported = true;
      const hint = 'blocks begin in column 1';
      this.#sink.error('unexpected-token', headSpan(line), 'this belongs to no block', hint);
    }
  }

  #flush(line: SourceLine): void {
    const word = line.firstWord;
    const keyword = blockWord(word);
    if (keyword !== null) return this.#open(keyword, line);
    const current = this.#blocks.at(-1);
    if (BODY_WORDS.has(word) || word.startsWith('->')) {
      const hint = 'put a blank before it: only blocks begin in column 1';
      const message = `'${word}' opens no block`;
      this.#sink.error('unexpected-token', headSpan(line), message, hint);
      if (current !== undefined) current.body.push(line);
      return;
    }
    const meant = blockWord(suggest(word, BLOCK_WORDS) ?? '');
    const hint = didYouMean(word, BLOCK_WORDS) ?? `blocks begin with ${BLOCK_WORDS.join(', ')}`;
    this.#sink.error('unknown-word', headSpan(line), `no block begins with '${word}'`, hint);
    this.#open(meant, line);
  }

  #open(keyword: BlockWord | null, head: SourceLine): void {
    this.#blocks.push({ keyword, head, body: [] });
  }

  /** Whatever it was, it may define or use anything that it names. */
  #giveUp(block: RawBlock): void {
    this.#tree.incomplete = true;
    // A line of its own may have been `use`.
    if (block.body.length === 0) this.#tree.libraryMissing = true;
    for (const line of [block.head, ...block.body]) {
      mentionWords(line, this.#tree.mentioned);
    }
  }
}

function blockWord(word: string): BlockWord | null {
  return BLOCK_WORDS.find((candidate) => candidate === word) ?? null;
}

function headSpan(line: SourceLine): ReturnType<typeof spanAt> {
  const start = line.text.search(/[^ ]/);
  return spanAt(line, start, start + line.firstWord.length);
}
