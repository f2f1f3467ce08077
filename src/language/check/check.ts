/**
 * Runs every check over a tree. Called by compile.ts. Each check reports its own mistakes and none
 * that follow from another: what could not be read is left out of every judgement.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Scope } from '../scope.ts';
import { checkBootAlone } from './boot-alone.ts';
import { checkDeadLines } from './dead-lines.ts';
import { checkEndings } from './endings.ts';
import { StateGraph } from './graph.ts';
import { checkHowTos } from './how-tos.ts';
import { Judge } from './judge.ts';
import { checkTexts } from './lint.ts';
import { checkOutcomes } from './outcomes.ts';
import { checkPatterns } from './patterns.ts';
import { checkReachability } from './reachability.ts';
import { checkRecursion } from './recursion.ts';
import { checkReferences } from './references.ts';
import { checkRunning } from './running.ts';
import { checkSettings } from './settings.ts';
import { checkShadowed } from './shadowed.ts';
import { checkTimelessLoops } from './timeless-loops.ts';
import { checkTyping } from './typing.ts';
import { checkUnboundedLoops } from './unbounded-loops.ts';
import { checkUnused } from './unused.ts';
import { checkVariables } from './variables.ts';

export function checkTree(scope: Scope, sink: DiagnosticSink): void {
  checkReferences(scope, sink);
  checkSettings(scope, sink);
  checkVariables(scope, sink);
  checkHowTos(scope, sink);
  checkRecursion(scope, sink);
  checkOutcomes(scope, sink);
  checkDeadLines(scope, sink);
  checkShadowed(scope, sink);
  checkEndings(scope, sink);
  const graph = new StateGraph(scope);
  checkReachability(scope, graph, sink);
  checkTimelessLoops(scope, checkUnboundedLoops(scope, graph, sink), sink);
  const judge = new Judge();
  checkPatterns(scope, judge, sink);
  checkRunning(scope, judge, sink);
  checkTyping(scope, judge, sink);
  checkTexts(scope, judge, sink);
  checkBootAlone(scope, sink);
  checkUnused(scope, sink);
}
