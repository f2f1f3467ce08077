/**
 * From the text of a chat script to a checked `Program`, or to everything that is wrong with it.
 * Called by the daemon, `check`, the simulator and tests. Reads nothing itself: the caller gives
 * the texts. It never throws because of what is in a text.
 */
import { checkTree } from './check/check.ts';
import { type Diagnostic, DiagnosticSink } from './diagnostics.ts';
import { lowerProgram } from './lower.ts';
import { parseFile } from './parse/script.ts';
import type { Program } from './program.ts';
import { buildScope, reportTwice } from './scope.ts';
import { normaliseSource } from './source-line.ts';
import { emptyTree, type Tree } from './tree.ts';

export interface Compilation {
  /** Null exactly when there is an error among the diagnostics. */
  readonly program: Program | null;
  /** By file, in the order of reading, then by place. */
  readonly diagnostics: readonly Diagnostic[];
  /** The texts of all files that were read, for showing lines. */
  readonly sources: ReadonlyMap<string, string>;
}

/** `name` is for example `sun-obp.chat`; a library is asked for as `lib/obp.chat`. */
export function compileScript(
  name: string,
  readSource: (fileName: string) => string | null,
): Compilation {
  const sink = new DiagnosticSink();
  const sources = new Map<string, string>();
  const tree = emptyTree(name);
  const text = readSource(name);
  if (text === null) {
    const span = { file: name, line: 1, column: 1, endColumn: 2 };
    sink.error('unknown-script', span, `there is no script '${name}'`);
    return { program: null, diagnostics: sink.list(), sources };
  }
  sources.set(name, normaliseSource(text));
  parseFile(name, 'script', normaliseSource(text), tree, sink);
  readLibraries(tree, sources, readSource, sink);
  const scope = buildScope(tree, sink);
  checkTree(scope, sink);
  const program = sink.hasErrors() ? null : lowerProgram(name, scope);
  return { program, diagnostics: sink.list(), sources };
}

function readLibraries(
  tree: Tree,
  sources: Map<string, string>,
  readSource: (fileName: string) => string | null,
  sink: DiagnosticSink,
): void {
  const seen = new Map<string, (typeof tree.uses)[number]>();
  for (const use of [...tree.uses]) {
    const { text, span } = use.name;
    const first = seen.get(text);
    seen.set(text, use);
    const file = `lib/${text}.chat`;
    if (first !== undefined) {
      reportTwice(sink, use.name, `'${text}' is used already`, first.name.span);
      continue;
    }
    const source = /^[A-Za-z0-9_-]+$/.test(text) ? readSource(file) : null;
    if (source === null) {
      tree.libraryMissing = true;
      const hint = `a library stands beside the script, in ${file}`;
      sink.error('unknown-library', span, `there is no library '${text}'`, hint);
      continue;
    }
    sources.set(file, normaliseSource(source));
    parseFile(file, 'library', normaliseSource(source), tree, sink);
  }
}
