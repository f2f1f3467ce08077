/** The daemon itself as samples: its build, its process, its event loop, how fast it reacts. */
import type { Exposition, Family } from './exposition.ts';
import type { Tally } from './tally.ts';

export interface ProcessFigures {
  readonly version: string;
  readonly startedWall: number;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  /** Of the event loop since the last scrape, seconds. */
  readonly lagMaxSeconds: number;
  readonly lagP99Seconds: number;
  /** Alarms that belong to no cluster. */
  readonly siteAlarms: number;
}

function family(name: string, type: Family['type'], help: string): Family {
  return { name, type, help };
}

const BUILD = family('clusterd_build_info', 'gauge', '1, with the version that runs.');
const START = family('process_start_time_seconds', 'gauge', 'When the daemon started.');
const RESIDENT = family('process_resident_memory_bytes', 'gauge', 'Memory of the process.');
const CPU = family('process_cpu_seconds_total', 'counter', 'CPU time of the process.');
const LAG_MAX = family(
  'clusterd_event_loop_lag_max_seconds',
  'gauge',
  'Longest delay of the event loop since the last scrape.',
);
const LAG_P99 = family(
  'clusterd_event_loop_lag_p99_seconds',
  'gauge',
  'Delay of the event loop that 1 % exceeded since the last scrape.',
);
const STALLS = family(
  'clusterd_stalls_total',
  'counter',
  'Times the process stood still for more than 2 s.',
);
const REACTION = family(
  'clusterd_reaction_seconds',
  'histogram',
  'From the bytes of a console to a change of state or a BREAK that they led to at once.',
);
const SITE_ALARMS = family('clusterd_site_alarms', 'gauge', 'Alarms that belong to no cluster.');

export function addDaemon(to: Exposition, figures: ProcessFigures, tally: Tally): void {
  const { version, startedWall, residentBytes, cpuSeconds } = figures;
  to.add(BUILD, { version, node_version: process.version }, 1);
  to.add(START, {}, startedWall / 1000);
  to.add(RESIDENT, {}, residentBytes);
  to.add(CPU, {}, cpuSeconds);
  to.add(LAG_MAX, {}, figures.lagMaxSeconds);
  to.add(LAG_P99, {}, figures.lagP99Seconds);
  to.add(STALLS, {}, tally.stalls);
  to.add(SITE_ALARMS, {}, figures.siteAlarms);
  for (const to_ of ['decision', 'break'] as const) {
    to.addHistogram(REACTION, { to: to_ }, tally.reactions[to_]);
  }
}
