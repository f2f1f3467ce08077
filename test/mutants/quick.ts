/** Mutants that are caught within seconds: the representatives of a normal test run. */
export const QUICK: readonly string[] = [
  'off-for-ever',
  'attested-without-limit',
  'stale-text-accepted',
  'owner-not-journaled',
  'sleep-forgotten',
  'failed-proof-accepted',
  'wrong-role-booted',
  'loose-standby-unnoticed',
];
