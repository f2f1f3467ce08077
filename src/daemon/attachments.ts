/**
 * Joins the daemon's clusters to those who attach to their consoles (attach/). Made by the daemon;
 * a cluster costs nothing here before somebody comes.
 */
import { join } from 'node:path';
import { AttachDesk } from '../attach/attach-desk.ts';
import type { AttachedCluster } from '../attach/attached-cluster.ts';
import type { Clock } from '../clock/clock.ts';
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
  return new AttachDesk({
    clock,
    turn: setImmediate,
    names: () =>
      [...watched.values()].map(({ sound: { cluster } }) => ({
        name: cluster.name,
        nodes: [cluster.nodes[0].name, cluster.nodes[1].name],
      })),
    open: (name) => openCluster(name, home, shared, watched.get(name)),
  });
}

function openCluster(
  name: string,
  home: Home,
  shared: SharedParts,
  watched: Watched | undefined,
): AttachedCluster {
  const ears = shared.earsOf(name);
  if (watched === undefined || ears === null) throw new Error(`${name} is not watched`);
  const { sound, runner } = watched;
  const [first, second] = sound.cluster.nodes;
  const transcript = (node: string) => join(home.logs, `${name}.${node}.console`);
  return {
    name,
    nodes: [first.name, second.name],
    program: sound.program,
    patterns: shared.patternsOf(sound.program),
    ears,
    transcripts: [transcript(first.name), transcript(second.name)],
    handOver: (by, why) => runner.handOver(by, why),
    status: () => runner.status(),
    note: (what) => runner.note('attach', what),
  };
}
