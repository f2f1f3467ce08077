/** What log and alarms say when a cluster is not controlled any more. Called by the runner, once. */
import { FAULT_ALARM, type OwnAlarms } from './own-alarms.ts';
import type { RunnerParts } from './parts.ts';

export function tellFault(
  { log, cluster }: RunnerParts,
  own: OwnAlarms,
  fault: { readonly what: string; readonly error: unknown; readonly state: string },
  wall: number,
): void {
  const { what, error, state } = fault;
  const text = `${cluster} is not controlled any more, nothing is typed until it is restarted: ${what}`;
  const trace = error instanceof Error ? (error.stack ?? '') : '';
  const why = trace.replaceAll(/\s*\n\s*/g, ' | ');
  log.entry({ level: 'warn', topic: 'fault', state, node: null, what: text, why }, wall);
  own.raise(FAULT_ALARM, text, `clusterd restart ${cluster}`);
}
