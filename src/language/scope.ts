/**
 * Who is called what in a program. Built once from the tree; reports names that are defined twice.
 * Read by every check and by the step to a `Program`.
 */
import type { DiagnosticSink } from './diagnostics.ts';
import type { HowTo, Span } from './program.ts';
import type { Word } from './token.ts';
import type * as Tree from './tree.ts';

export interface Scope {
  readonly tree: Tree.Tree;
  readonly texts: ReadonlyMap<string, Tree.Text>;
  /** Without `to` blocks. */
  readonly dialogues: ReadonlyMap<string, Tree.Dialogue>;
  readonly howTos: ReadonlyMap<HowTo, Tree.Dialogue>;
  readonly states: ReadonlyMap<string, Tree.State>;
  readonly settings: ReadonlyMap<string, Tree.Setting>;
  readonly identity: Tree.Identity | null;
}

export function buildScope(tree: Tree.Tree, sink: DiagnosticSink): Scope {
  const own = new Names(sink);
  const values = new Names(sink);
  const texts = own.define(tree.texts, 'text');
  const dialogues = own.define(
    tree.dialogues.filter((dialogue) => dialogue.howTo === null),
    'dialogue',
  );
  const states = own.define(tree.states, 'state');
  const [identity, ...moreIdentities] = tree.identities;
  if (identity !== undefined) values.define([identity], 'identity');
  for (const more of moreIdentities) {
    reportTwice(sink, more.name, 'a program has one identity', identity?.name.span);
  }
  const settings = values.define(tree.settings, 'setting');
  const blocks = new Names(sink).define(
    tree.dialogues.filter((dialogue) => dialogue.howTo !== null),
    'block',
  );
  const howTos = new Map<HowTo, Tree.Dialogue>();
  for (const block of blocks.values()) if (block.howTo !== null) howTos.set(block.howTo, block);
  return { tree, texts, dialogues, howTos, states, settings, identity: identity ?? null };
}

/** What exists under a name, in words, for "expected a state, but ... is a dialogue". */
export function kindOfName(scope: Scope, name: string): string | null {
  if (scope.texts.has(name)) return scope.texts.get(name)?.prompt ? 'a prompt' : 'a pattern';
  if (scope.dialogues.has(name)) return 'a dialogue';
  if (scope.states.has(name)) return 'a state';
  if (scope.settings.has(name)) return 'a setting';
  return null;
}

/** A line that could not be read names it, so it may exist after all. */
export function mayExist(scope: Scope, name: string): boolean {
  return name === '' || scope.tree.incomplete || scope.tree.mentioned.has(name);
}

/** One namespace. */
class Names {
  readonly #sink: DiagnosticSink;
  readonly #all = new Map<string, Span>();

  constructor(sink: DiagnosticSink) {
    this.#sink = sink;
  }

  /** The first definition of each name counts. */
  define<D extends { readonly name: Word }>(list: readonly D[], what: string): Map<string, D> {
    const map = new Map<string, D>();
    for (const definition of list) {
      const { text } = definition.name;
      const first = this.#all.get(text);
      if (text === '') continue;
      if (first !== undefined) {
        reportTwice(this.#sink, definition.name, `a second ${what} '${text}'`, first);
        continue;
      }
      this.#all.set(text, definition.name.span);
      map.set(text, definition);
    }
    return map;
  }
}

export function reportTwice(
  sink: DiagnosticSink,
  name: Word,
  message: string,
  first: Span | undefined,
): void {
  const place = first === undefined ? null : `the first is at ${first.file}:${first.line}`;
  sink.error('duplicate-name', name.span, message, place);
}
