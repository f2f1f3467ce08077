/**
 * Texts that decide something and yet match what any console shows on a quiet day. For a firmware
 * prompt that is a mistake: a proof would rest on a shell. For others it is a warning: they fire
 * for nothing. Judged by what they match, not by how short they are. Called by lint.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Fact } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import type { Judge } from './judge.ts';
import { QUIET_ENDS, QUIET_LINES, SYSTEM_PROMPTS } from './ordinary-lines.ts';
import type { TextLines } from './text-lines.ts';
import { variablesOf } from './walk.ts';

/** A system that runs may well print these. */
const OF_A_SYSTEM: ReadonlySet<Fact | null> = new Set<Fact | null>(['running', 'asked']);

export function checkLooseTexts(
  scope: Scope,
  judge: Judge,
  lines: TextLines,
  sink: DiagnosticSink,
): void {
  for (const text of scope.tree.texts) {
    if (OF_A_SYSTEM.has(text.means)) continue;
    for (const match of text.matches) {
      if (lines.wrong.has(match) || !match.quoted.sound || variablesOf(match.quoted).length > 0)
        continue;
      const line = quietLine(judge, text, match);
      if (line === undefined) continue;
      lines.wrong.add(match);
      if (text.means === 'firmware') reportFirmware(sink, match, line);
      else reportOther(sink, match, line);
    }
  }
}

/** Undefined: none of them satisfies the text. */
function quietLine(judge: Judge, text: Tree.Text, match: Tree.Match): string | undefined {
  const compiled = judge.compile(judge.source(match, text.prompt, {}));
  // What the empty line satisfies was reported.
  if (compiled === null || compiled.test('')) return undefined;
  const lines = text.prompt ? QUIET_ENDS : QUIET_LINES;
  const all = text.means === 'firmware' ? [...SYSTEM_PROMPTS, ...lines] : lines;
  return all.find((line) => compiled.test(line));
}

function reportFirmware(sink: DiagnosticSink, match: Tree.Match, line: string): void {
  const message = `a running system satisfies this firmware prompt, with ${JSON.stringify(line)}`;
  const hint = 'begin with ^ and name all that the firmware prints: /^ok /';
  sink.error('too-loose', match.quoted.span, message, hint);
}

function reportOther(sink: DiagnosticSink, match: Tree.Match, line: string): void {
  const message = `this fires on a quiet day, with ${JSON.stringify(line)}`;
  sink.warning(
    'too-loose',
    match.quoted.span,
    message,
    'name more of the line, or anchor it with ^',
  );
}
