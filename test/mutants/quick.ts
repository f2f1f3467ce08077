/** Mutants that are caught within seconds: the representatives of a normal test run. */
export const QUICK: readonly string[] = ['held-is-proof'];
