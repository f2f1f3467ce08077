/**
 * Do all patterns of a script together stay cheap, whatever a console says? Measured by the size of
 * their automata, never by time, so that a script is judged alike everywhere. Called by patterns.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import { lineTable } from '../line-table.ts';
import { PATTERN_INSTRUCTIONS_MAX, TABLELESS_INSTRUCTIONS_MAX } from '../regex.ts';
import type * as Tree from '../tree.ts';
import type { Judge } from './judge.ts';
import type { PlacedMatch } from './walk.ts';

/** Plain text always has a table, and so has what is so small. */
const INSTRUCTIONS_SMALL = 10;

export function checkCostTogether(
  all: readonly PlacedMatch[],
  judge: Judge,
  sink: DiagnosticSink,
): void {
  let total = 0;
  for (const { match, prompt } of all) {
    const cost = costOf(match, prompt, judge);
    total += cost;
    if (cost === 0 || total <= TABLELESS_INSTRUCTIONS_MAX) continue;
    const others = total > cost ? 'with the costly ones above it ' : '';
    const message = `the regex is too costly: ${others}${total} steps for each character, more than ${TABLELESS_INSTRUCTIONS_MAX}`;
    const hint =
      'begin it with ^, or count less: `.+` for `.{30}`; what may begin anywhere and counts is costly';
    sink.error('too-costly', match.quoted.span, message, hint);
    total -= cost;
  }
}

/** Instructions that RE2 follows for each character; 0: the machine has a table for it. */
function costOf(match: Tree.Match, prompt: boolean, judge: Judge): number {
  if (match.form !== 'regex' || !match.quoted.sound) return 0;
  const source = judge.source(match, prompt, {});
  const size = judge.compile(source)?.programSize() ?? 0;
  // Each too large by itself was reported.
  if (size > PATTERN_INSTRUCTIONS_MAX || size <= INSTRUCTIONS_SMALL) return 0;
  return lineTable(source) === null ? size : 0;
}
