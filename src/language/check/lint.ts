/**
 * What is wrong with the texts of a script taken together: lines that none or too many of them
 * match. Each check is exact about all lines, not about samples. Called by check.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Scope } from '../scope.ts';
import { checkConflictingFacts } from './conflicting-facts.ts';
import { checkHiddenTexts } from './hidden-texts.ts';
import type { Judge } from './judge.ts';
import { checkLooseTexts } from './loose-texts.ts';
import { checkNeverMatching } from './never-matching.ts';
import { checkOwnEcho } from './own-echo.ts';
import { TextLines } from './text-lines.ts';

export function checkTexts(scope: Scope, judge: Judge, sink: DiagnosticSink): void {
  const lines = new TextLines(judge, sink);
  checkNeverMatching(scope, lines, sink);
  checkConflictingFacts(scope, lines, sink);
  checkLooseTexts(scope, judge, lines, sink);
  checkHiddenTexts(scope, lines, sink);
  checkOwnEcho(scope, lines, sink);
}
