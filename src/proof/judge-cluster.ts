/** What a script makes of each trouble under one cluster's CList. Called by check. */
import type { Program } from '../language/program.ts';
import { bindEngine } from '../machine/engine.ts';
import type { PatternSet } from '../machine/patterns.ts';
import type { Target } from '../machine/target.ts';
import { type CaseResult, judgeCases } from './cases.ts';
import { Knowledge } from './knowledge.ts';
import { Space } from './space.ts';

/** `deadAfterMs`: so long the prober takes to call the service address dead. */
export function judgeCluster(
  program: Program,
  patterns: PatternSet,
  target: Target,
  deadAfterMs: number,
): CaseResult[] {
  const engine = bindEngine(program, target, patterns);
  const space = new Space(engine, new Knowledge(engine, 'active'), 'active', 'none');
  return judgeCases(space, deadAfterMs);
}
