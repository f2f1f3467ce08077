/**
 * Joins the daemon's clusters to those who attach to their consoles (attach/). Made by the daemon;
 * a cluster costs nothing here before somebody comes.
 */
import { join } from 'node:path';
import { AttachDesk } from '../attach/attach-desk.ts';
import type { AttachedCluster } from '../attach/attached-cluster.ts';
import type { Clock } from '../clock/clock.ts';
import type { ClusterRunner } from '../cluster/runner.ts';
import type { Home } from '../home/home.ts';
import type { Watched } from './fleet.ts';
import type { SharedParts } from './shared-parts.ts';

interface Place {
  readonly home: Home;
  readonly clock: Clock;
}

/** `watched` may change while it is used. */
export function createAttachDesk(
  { home, clock }: Place,
  shared: SharedParts,
  watched: ReadonlyMap<string, Watched>,
): AttachDesk {
  const opened = new WeakMap<ClusterRunner, AttachedCluster>();
  return new AttachDesk({
    clock,
    turn: setImmediate,
    names: () =>
      [...watched.values()].map(({ sound: { cluster } }) => ({
        name: cluster.name,
        nodes: [cluster.nodes[0].name, cluster.nodes[1].name],
      })),
    open: (name) => {
      const runner = watched.get(name)?.runner;
      if (runner === undefined) return null;
      const cluster = opened.get(runner) ?? openCluster(name, home, shared, watched, runner);
      if (cluster !== null) opened.set(runner, cluster);
      return cluster;
    },
  });
}

function openCluster(
  name: string,
  home: Home,
  shared: SharedParts,
  watched: ReadonlyMap<string, Watched>,
  runner: ClusterRunner,
): AttachedCluster | null {
  const ears = shared.earsOf(name);
  const opened = watched.get(name)?.sound;
  if (opened === undefined || ears === null) return null;
  const [first, second] = opened.cluster.nodes;
  const programNow = () => watched.get(name)?.sound.program ?? opened.program;
  const transcript = (node: string) => join(home.logs, `${name}.${node}.console`);
  return {
    name,
    nodes: [first.name, second.name],
    get program() {
      return programNow();
    },
    get patterns() {
      return shared.patternsOf(programNow());
    },
    ears,
    transcripts: [transcript(first.name), transcript(second.name)],
    handOver: (by, why) => runner.handOver(by, why),
    status: () => runner.status(),
    note: (what) => runner.note('attach', what),
  };
}
