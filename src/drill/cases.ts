/** All cases of the drill, in the order in which they are done: what harms least comes first. */
import { ACTIVE_CASES } from './cases-active.ts';
import { AROUND_CASES } from './cases-around.ts';
import { DISK_CASES } from './cases-disk.ts';
import type { DrillCase } from './drill-case.ts';

export const DRILL_CASES: readonly DrillCase[] = [...AROUND_CASES, ...ACTIVE_CASES, ...DISK_CASES];
