/** A script as simulations take it. Made once, for any number of runs. */
import type { Program } from '../language/program.ts';
import { compilePatterns, type PatternSet } from '../machine/patterns.ts';
import { rememberPatterns } from './remembered-patterns.ts';

export interface SimulatedScript {
  readonly name: string;
  readonly program: Program;
  readonly patterns: PatternSet;
}

export function simulatedScript(name: string, program: Program): SimulatedScript {
  return { name, program, patterns: rememberPatterns(compilePatterns(program)) };
}
