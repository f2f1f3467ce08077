/**
 * Which line of a script takes a console line, where several fit? The first, silently. Here: texts
 * that never get a line because those above take all of theirs, and texts of which one does not
 * include the other, that yet share lines and lead to different places. A special text above a more
 * general one is the good order and is passed over. Called by lint.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Span } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { alwaysIn } from './graph.ts';
import type { Look, TextLines } from './text-lines.ts';
import { expectSteps, goOf } from './walk.ts';

/** One that waits for a console line, in the order in which they are asked. */
interface Waiting {
  readonly looks: readonly Look[];
  /** What is known by the same name is the same text. */
  readonly name: string | null;
  readonly span: Span;
  /** Where it leads; equal: no matter which of them takes the line. */
  readonly leadsTo: string;
  /** It takes every line that it sees, whatever else holds. */
  readonly surely: boolean;
}

export function checkHiddenTexts(scope: Scope, lines: TextLines, sink: DiagnosticSink): void {
  for (const dialogue of scope.tree.dialogues) {
    for (const step of expectSteps(dialogue)) {
      judge(
        step.alternatives.flatMap((one) => ofAlternative(scope, lines, one)),
        lines,
        sink,
      );
    }
  }
  for (const state of scope.tree.states) {
    for (const role of ['active', 'standby'] as const) {
      const reactions = [
        ...alwaysIn(scope, state).flatMap((always) => always.reactions),
        ...state.reactions,
      ];
      judge(
        reactions.flatMap((one) => ofReaction(scope, lines, role, one)),
        lines,
        sink,
      );
    }
  }
}

function ofAlternative(scope: Scope, lines: TextLines, one: Tree.Alternative): Waiting[] {
  const { seen, result } = one;
  const leadsTo = result.kind === 'fail' ? `fail ${result.name}` : result.kind;
  const base = { span: one.span, leadsTo, surely: true };
  switch (seen.kind) {
    case 'text': {
      const text = scope.texts.get(seen.name.text);
      if (text === undefined) return [];
      return [{ ...base, span: seen.name.span, name: seen.name.text, looks: looksOf(lines, text) }];
    }
    case 'match': {
      const look = lines.of(seen.match, false);
      const { span } = seen.match.quoted;
      return look === null || lines.wrong.has(seen.match)
        ? []
        : [{ ...base, span, name: null, looks: [look] }];
    }
    case 'identity':
    case 'quiet':
    case 'answer':
      return [];
  }
}

function ofReaction(
  scope: Scope,
  lines: TextLines,
  role: 'active' | 'standby',
  { trigger, condition, effects }: Tree.Reaction,
): Waiting[] {
  const go = goOf(effects);
  if (trigger.kind !== 'text' || trigger.role.role !== role || go === null) return [];
  return trigger.texts.flatMap((word) => {
    const text = scope.texts.get(word.text);
    if (text === undefined) return [];
    const looks = looksOf(lines, text);
    const leadsTo = `state ${go.state.text}`;
    return [{ looks, name: word.text, span: word.span, leadsTo, surely: condition === null }];
  });
}

/** Those with which nothing else is wrong. */
function looksOf(lines: TextLines, text: Tree.Text): Look[] {
  return lines.ofText(text).filter(({ match }) => !lines.wrong.has(match));
}

function judge(all: readonly Waiting[], lines: TextLines, sink: DiagnosticSink): void {
  for (const [index, later] of all.entries()) {
    const above = all.slice(0, index).filter(({ surely }) => surely);
    const others = above.filter(({ leadsTo }) => leadsTo !== later.leadsTo);
    if (others.length === 0 || later.looks.length === 0) continue;
    // The same text twice is reported as such elsewhere.
    if (above.some(({ name }) => name !== null && name === later.name)) continue;
    const takers = above.flatMap(({ looks }) => looks);
    const taken = later.looks.map((look) => lines.isTaken(look, takers));
    if (taken.includes(null)) continue;
    if (!taken.includes(false)) {
      reportHidden(
        sink,
        later,
        others.find(({ looks }) => shares(lines, looks, later)),
      );
    } else reportShared(lines, sink, later, others);
  }
}

function shares(lines: TextLines, looks: readonly Look[], later: Waiting): boolean {
  return looks.some((one) => later.looks.some((look) => lines.shared(one, look) !== null));
}

/** `by` undefined: those that lead to the same place take all of it. */
function reportHidden(sink: DiagnosticSink, later: Waiting, by: Waiting | undefined): void {
  if (by === undefined) return;
  const message = `never seen here: ${placeOf(by, later)} takes every line that it matches`;
  sink.error('hidden-text', later.span, message, 'put the special text above the general one');
}

function reportShared(
  lines: TextLines,
  sink: DiagnosticSink,
  later: Waiting,
  others: readonly Waiting[],
): void {
  for (const other of others) {
    const pairs = later.looks.flatMap((look) => other.looks.map((one) => ({ one, look })));
    for (const { one, look } of pairs) {
      const line = undecidedLine(lines, one, look);
      if (line === null) continue;
      const where = placeOf(other, later);
      const message = `the line ${JSON.stringify(line)} fits here and ${where}: the upper takes it`;
      const hint = 'narrow one of them, or let one include the other: then the order is plain';
      return sink.warning('order-decides', later.span, message, hint);
    }
  }
}

/** A line of both, where neither includes the other. */
function undecidedLine(lines: TextLines, upper: Look, lower: Look): string | null {
  if (upper.open || lower.open) return null;
  const line = lines.shared(upper, lower);
  return line === null || lines.isTaken(upper, [lower]) !== false ? null : line;
}

function placeOf(other: Waiting, { span }: Waiting): string {
  const name = other.name === null ? '' : `'${other.name}' in `;
  const { file, line } = other.span;
  return file === span.file ? `${name}line ${line}` : `${name}${file}:${line}`;
}
