/**
 * Texts that decide something and yet match what any console shows. Where they mean that no system
 * runs and a system's own line satisfies them, it is a mistake: a proof would rest on a shell. For
 * others, on what is said on a quiet day, it is a warning: they fire for nothing. Judged by what they match, not by how short they are. Called by lint.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Fact } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import type { Judge } from './judge.ts';
import { QUIET_ENDS, QUIET_LINES, SYSTEM_LINES, SYSTEM_PROMPTS } from './ordinary-lines.ts';
import type { TextLines } from './text-lines.ts';
import { variablesOf } from './walk.ts';

/** A system that runs may well print these. */
const OF_A_SYSTEM: ReadonlySet<Fact | null> = new Set<Fact | null>(['running', 'asked']);
/** That no system runs, or not as it did: a proof may rest on it. */
const STANDING: ReadonlySet<Fact | null> = new Set(['firmware', 'held', 'ended', 'reset'] as const);

export function checkLooseTexts(
  scope: Scope,
  judge: Judge,
  lines: TextLines,
  sink: DiagnosticSink,
): void {
  for (const text of scope.tree.texts) {
    if (OF_A_SYSTEM.has(text.means)) continue;
    for (const match of text.matches) {
      if (lines.wrong.has(match) || !match.quoted.sound || variablesOf(match.quoted).length > 0) {
        continue;
      }
      const compiled = judge.compile(judge.source(match, text.prompt, {}));
      // What the empty line satisfies was reported.
      if (compiled === null || compiled.test('')) continue;
      if (report(sink, text, match, (line) => compiled.test(line))) lines.wrong.add(match);
    }
  }
}

function report(
  sink: DiagnosticSink,
  { means, prompt }: Tree.Text,
  match: Tree.Match,
  isMatched: (line: string) => boolean,
): boolean {
  const quiet = (prompt ? QUIET_ENDS : QUIET_LINES).find(isMatched);
  const system = [...SYSTEM_LINES, ...(means === 'firmware' ? SYSTEM_PROMPTS : [])].find(isMatched);
  const { span } = match.quoted;
  const worst = system ?? (means === 'firmware' ? quiet : undefined);
  if (STANDING.has(means) && worst !== undefined) {
    const message = `this means ${means}, and a running system satisfies it with ${JSON.stringify(worst)}`;
    const hint = 'begin with ^ and name all that the firmware prints: /^ok /';
    sink.error('too-loose', span, message, hint);
    return true;
  }
  if (quiet === undefined) return false;
  const message = `this fires on a quiet day, with ${JSON.stringify(quiet)}`;
  sink.warning('too-loose', span, message, 'name more of the line, or anchor it with ^');
  return true;
}
