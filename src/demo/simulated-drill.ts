/**
 * `clusterd drill --simulated`: the whole drill on simulated pairs, each with its own daemon, side by
 * side: the ten power failures on one, all else on others. Called by the drill command. Needs nothing,
 * touches nothing.
 */
import type { Terminal } from '../commands/terminal.ts';
import { versionOf } from '../commands/version.ts';
import type { DrillCase } from '../drill/drill-case.ts';
import { FaultSources } from '../drill/fault-source.ts';
import { perform } from '../drill/perform.ts';
import type { Report } from '../drill/report.ts';
import { SimulatedFaults, SimulatedWitness } from '../drill/simulated-faults.ts';
import { findHome } from '../home/home.ts';
import { DEMO_CLUSTER } from './demo-clist.ts';
import { DrillLane } from './drill-lane.ts';

export interface SimulatedDrill {
  readonly cases: readonly DrillCase[];
  readonly lanes: number;
  readonly terminal: Terminal;
  readonly tell: (text: string) => void;
  readonly stopped: () => string | null;
}

/** One report with the results of all lanes, in the order of `cases`. */
export async function drillSimulated(drill: SimulatedDrill): Promise<Report> {
  const shares = shareOut(drill.cases, drill.lanes);
  const lanes: DrillLane[] = [];
  const failed = new Set<DrillLane>();
  try {
    const reports = await Promise.all(await beginAll(drill, shares, lanes, failed));
    return joinReports(reports, drill.cases);
  } finally {
    for (const lane of failed) drill.tell(`kept: the log of a pair that failed: ${lane.home.log}`);
    await Promise.all(lanes.map((lane) => lane.close(failed.has(lane))));
  }
}

/** The first daemon proves the scripts, the others take its word. */
async function beginAll(
  drill: SimulatedDrill,
  shares: readonly (readonly DrillCase[])[],
  lanes: DrillLane[],
  failed: Set<DrillLane>,
): Promise<readonly Promise<Report>[]> {
  const running: Promise<Report>[] = [];
  for (const cases of shares) {
    const lane = await DrillLane.open(drill.terminal);
    lanes.push(lane);
    failed.add(lane);
    await lane.begin(lanes[0] === lane ? null : (lanes[0]?.home ?? null));
    const mark = shares.length > 1 ? `[${lanes.length}] ` : '';
    const tell = (text: string) => drill.tell(`${mark}${text}`);
    const report = drillLane({ ...drill, tell }, lane, cases).then((done) => {
      if (done.cases.every(({ outcome }) => outcome !== 'failed')) failed.delete(lane);
      return done;
    });
    report.catch(() => {});
    running.push(report);
  }
  return running;
}

function drillLane(
  { terminal, tell, stopped }: SimulatedDrill,
  lane: DrillLane,
  cases: readonly DrillCase[],
): Promise<Report> {
  const { clock } = terminal;
  const { controlPort } = lane.site;
  return perform({
    home: findHome(lane.home.directory, terminal),
    cluster: DEMO_CLUSTER,
    cases,
    sources: new FaultSources([lane.faults, new SimulatedFaults(controlPort, clock)]),
    witness: new SimulatedWitness(controlPort, clock),
    operator: terminal.operator,
    version: versionOf(terminal.packageRoot),
    clock,
    tell,
    agree: async () => null,
    stopped,
  });
}

function joinReports(reports: readonly Report[], cases: readonly DrillCase[]): Report {
  const [first] = reports;
  if (first === undefined) throw new Error('there is no case to drill');
  const results = reports.flatMap((report) => report.cases);
  return {
    ...first,
    startedWall: Math.min(...reports.map(({ startedWall }) => startedWall)),
    endedWall: Math.max(...reports.map(({ endedWall }) => endedWall)),
    cases: cases.flatMap(({ name }) => results.filter((one) => one.name === name)),
  };
}

/** About how long each takes, compared with a plain case. */
const WEIGHTS: Readonly<Record<string, number>> = {
  'ten-power-offs': 10,
  cascade: 3,
  'broken-root': 3,
};

/** The longest first, each to the lane that has least. */
function shareOut(cases: readonly DrillCase[], lanes: number): readonly DrillCase[][] {
  const shares = Array.from({ length: lanes }, () => ({ cases: [] as DrillCase[], weight: 0 }));
  const weightOf = ({ name }: DrillCase) => WEIGHTS[name] ?? 1;
  for (const one of [...cases].sort((a, b) => weightOf(b) - weightOf(a))) {
    const least = shares.reduce((best, share) => (share.weight < best.weight ? share : best));
    least.cases.push(one);
    least.weight += weightOf(one);
  }
  return shares.map((share) => share.cases).filter((share) => share.length > 0);
}
