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
  const isBlock = (dialogue: Tree.Dialogue): boolean => dialogue.howTo !== null;
  const blocks = tree.dialogues.filter(isBlock);
  const dialogues = tree.dialogues.filter((dialogue) => !isBlock(dialogue));
  const own = firstOfEach(tree, sink, [
    ...tree.texts.map(({ name }) => ({ name, what: 'text' })),
    ...dialogues.map(({ name }) => ({ name, what: 'dialogue' })),
    ...tree.states.map(({ name }) => ({ name, what: 'state' })),
  ]);
  const values = firstOfEach(tree, sink, [
    ...tree.identities.slice(0, 1).map(({ name }) => ({ name, what: 'identity' })),
    ...tree.settings.map(({ name }) => ({ name, what: 'setting' })),
  ]);
  const ways = firstOfEach(
    tree,
    sink,
    blocks.map(({ name }) => ({ name, what: 'block' })),
  );
  firstOfEach(
    tree,
    sink,
    tree.parked.map(({ variable }) => ({ name: variable, what: 'value for' })),
  );
  return {
    tree,
    texts: byName(tree.texts, own),
    dialogues: byName(dialogues, own),
    states: byName(tree.states, own),
    settings: byName(tree.settings, values),
    howTos: new Map(
      blocks.flatMap((block) =>
        block.howTo !== null && ways.has(block.name) ? [[block.howTo, block] as const] : [],
      ),
    ),
    identity: firstIdentity(tree, sink),
  };
}

interface Definition {
  readonly name: Word;
  readonly what: string;
}

/** The definitions that count; a library's go before the script's, which can be changed. */
function firstOfEach(
  tree: Tree.Tree,
  sink: DiagnosticSink,
  definitions: readonly Definition[],
): ReadonlySet<Word> {
  const first = new Map<string, Word>();
  for (const { name, what } of libraryFirst(tree, definitions)) {
    if (name.text === '') continue;
    const known = first.get(name.text);
    if (known === undefined) first.set(name.text, name);
    else reportTwice(sink, name, `a second ${what} '${name.text}'`, known.span);
  }
  return new Set(first.values());
}

function libraryFirst<D extends { readonly name: Word }>(
  tree: Tree.Tree,
  definitions: readonly D[],
): D[] {
  const rank = ({ name }: D): number => (name.span.file === tree.file ? 1 : 0);
  return definitions.toSorted((a, b) => rank(a) - rank(b) || a.name.span.line - b.name.span.line);
}

function firstIdentity(tree: Tree.Tree, sink: DiagnosticSink): Tree.Identity | null {
  const [first, ...more] = libraryFirst(tree, tree.identities);
  for (const { name } of more) {
    reportTwice(sink, name, 'a program has one identity', first?.name.span);
  }
  return first ?? null;
}

function byName<D extends { readonly name: Word }>(
  list: readonly D[],
  counting: ReadonlySet<Word>,
): Map<string, D> {
  return new Map(
    list.flatMap((one) => (counting.has(one.name) ? [[one.name.text, one] as const] : [])),
  );
}

/** What exists under a name, in words, for "expected a state, but ... is a dialogue". */
export function kindOfName(scope: Scope, name: string): string | null {
  if (scope.texts.has(name)) return scope.texts.get(name)?.prompt ? 'a prompt' : 'a pattern';
  if (scope.dialogues.has(name)) return 'a dialogue';
  if (scope.states.has(name)) return 'a state';
  if (scope.settings.has(name)) return 'a setting';
  return null;
}

/** A block whose name could not be read may be the one. */
export function hasNameless(
  { tree }: Scope,
  what: 'state' | 'text' | 'dialogue' | 'setting',
): boolean {
  const lists = {
    state: tree.states,
    text: tree.texts,
    dialogue: tree.dialogues,
    setting: tree.settings,
  };
  return lists[what].some(({ name }) => name.text === '');
}

/** A line that could not be read names it, so it may exist after all. */
export function mayExist(scope: Scope, name: string): boolean {
  const { tree } = scope;
  return name === '' || tree.libraryMissing || tree.mentioned.has(name);
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
