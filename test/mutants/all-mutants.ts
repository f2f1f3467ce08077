/** Every mutant, in the order of the report. */
import { FACTS_MUTANTS } from './facts-mutants.ts';
import { JOURNAL_MUTANTS } from './journal-mutants.ts';
import { LAW_MUTANTS } from './law-mutants.ts';
import type { Mutant } from './mutant.ts';
import { SCRIPT_MUTANTS } from './script-mutants.ts';
import { VERB_MUTANTS } from './verb-mutants.ts';

export const MUTANTS: readonly Mutant[] = [
  ...LAW_MUTANTS,
  ...FACTS_MUTANTS,
  ...VERB_MUTANTS,
  ...JOURNAL_MUTANTS,
  ...SCRIPT_MUTANTS,
];
