/**
 * One drill of one cluster below a CLUSTER_HOME, from the reading of its CList to the report. Called
 * by the drill command and by the simulated drill. Needs the daemon that watches the cluster.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Cluster } from '../clist/cluster.ts';
import { parseClist } from '../clist/parse.ts';
import type { Clock } from '../clock/clock.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import { ask } from '../control/client.ts';
import type { OperatorWord } from '../control/protocol.ts';
import type { Home } from '../home/home.ts';
import { runDrill } from './drill.ts';
import type { DrillCase } from './drill-case.ts';
import type { FaultSources, Witness } from './fault-source.ts';
import { Observer } from './observer.ts';
import { REPORT_FORMAT, type Report } from './report.ts';

export interface Performance {
  readonly home: Home;
  readonly cluster: string;
  readonly cases: readonly DrillCase[];
  readonly sources: FaultSources;
  readonly witness: Witness | null;
  readonly operator: string;
  readonly version: string;
  readonly clock: Clock;
  readonly tell: (text: string) => void;
  readonly agree: (drillCase: DrillCase) => Promise<string | null>;
  readonly stopped: () => string | null;
}

/** Throws DaemonError: no such cluster, no daemon, it does not act, it is not at rest. */
export async function perform(performance: Performance): Promise<Report> {
  const { home, clock, operator, witness } = performance;
  const cluster = readCluster(home, performance.cluster);
  const observer = new Observer(home, cluster.name, clock);
  await observer.start();
  const startedWall = clock.now().wall;
  try {
    const cases = await runDrill({
      ...performance,
      observer,
      policy: {
        onSilence: cluster.onSilence,
        serviceLost: cluster.serviceLost,
        hasMirror: cluster.nodes.every(({ bootPaths }) => bootPaths.length > 1),
      },
      promiseMs: cluster.promiseMs,
      say: (word, node) => say(performance, word, node),
    });
    return {
      format: REPORT_FORMAT,
      cluster: cluster.name,
      startedWall,
      endedWall: clock.now().wall,
      versions: { clusterd: performance.version, node: process.version },
      files: hashesOf(home),
      operator,
      promiseMs: cluster.promiseMs,
      onSilence: cluster.onSilence,
      witness: witness?.name ?? null,
      cases,
    };
  } finally {
    await observer.stop();
  }
}

export function readCluster(home: Home, name: string): Cluster {
  const { clusters } = parseClist('CList', readFileSync(home.clist, 'utf8'));
  const found = clusters.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new DaemonError('no-clusters', `CList has no sound cluster '${name}'`, {
    hint: `there are: ${clusters.map((one) => one.name).join(', ')}; clusterd check says more`,
  });
}

/** A word that is refused is part of the story: its answer stands in the report. */
async function say(
  { home, cluster, operator, clock }: Performance,
  request: OperatorWord,
  node: string | null,
): Promise<string> {
  const { text } = await ask(
    home.socket,
    { kind: 'operator', cluster, request, node, operator },
    clock,
  );
  return text;
}

/** CList and all scripts: what the cluster does depends on them. */
function hashesOf(home: Home): Report['files'] {
  const scripts = readdirSync(home.scripts, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.chat'))
    .sort();
  return [home.clist, ...scripts.map((name) => join(home.scripts, name))].map((path) => ({
    path: relative(home.directory, path),
    sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
  }));
}
