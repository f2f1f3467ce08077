/**
 * One line, two facts that exclude each other: a firmware prompt that a shell prompt satisfies as
 * well. The order of two declarations would decide what is proven, and a boot might rest on what a
 * running system prints. Only where one match lies within the other: that two texts may stand side
 * by side in one line is no mistake. Called by lint.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Fact } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import type { Look, TextLines } from './text-lines.ts';

/** What each of these excludes on the same line. */
const EXCLUDES: Partial<Record<Fact, readonly Fact[]>> = {
  firmware: ['running', 'leaving'],
  held: ['running', 'leaving', 'ended', 'reset'],
  ended: ['running', 'leaving', 'reset'],
  reset: ['running', 'leaving'],
};

export function checkConflictingFacts(scope: Scope, lines: TextLines, sink: DiagnosticSink): void {
  const { texts } = scope.tree;
  for (const text of texts) {
    const excluded = text.means === null ? [] : (EXCLUDES[text.means] ?? []);
    for (const other of texts) {
      if (other.means === null || !excluded.includes(other.means)) continue;
      for (const look of lines.ofText(text)) report(sink, lines, text, look, other);
    }
  }
}

function report(
  sink: DiagnosticSink,
  lines: TextLines,
  text: Tree.Text,
  look: Look,
  other: Tree.Text,
): void {
  for (const second of lines.ofText(other)) {
    const line = lines.shared(look, second);
    if (line === null) continue;
    const { file, line: number } = second.match.quoted.span;
    const place = `'${other.name.text}' at ${file}:${number}`;
    const message = `the line ${JSON.stringify(line)} means ${text.means} here and ${other.means} by ${place}`;
    const hint = hintFor(text, other);
    lines.wrong.add(look.match);
    return sink.error('conflicting-facts', look.match.quoted.span, message, hint);
  }
}

function hintFor(text: Tree.Text, other: Tree.Text): string {
  const system = other.means === 'running' || other.means === 'leaving';
  const danger = system
    ? 'a proof that the node is stopped would rest on a line of a running system'
    : 'the order of two declarations would decide what is proven';
  return `${danger}: narrow '${text.name.text}' or '${other.name.text}' until no line is both`;
}
