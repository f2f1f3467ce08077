/**
 * The demo's machines: a simulated site that fits the cluster of the CList, on sockets. Made by the
 * demo; lives in its process, apart from the daemon, which reaches it through the sockets alone.
 */
import type { Cluster } from '../clist/cluster.ts';
import type { Clock } from '../clock/clock.ts';
import { controlServer } from '../sim/control-server.ts';
import { SimError } from '../sim/sim-error.ts';
import { Site } from '../sim/site.ts';
import type { SiteNodeOptions, SiteOptions } from '../sim/site-options.ts';
import type { SiteListening } from '../sim/site-sockets.ts';
import { writeSshFiles } from '../sim/ssh-files.ts';
import { makeSshKeys, type SshKeys } from '../sim/ssh-server.ts';
import type { SimTimes } from '../sim/times.ts';
import type { DemoPorts } from './demo-clist.ts';

/** Quick, but every phase can be seen. */
const TIMES: Partial<SimTimes> = {
  bootMs: 3_500,
  mountAfterMs: 1_000,
  networkAfterMs: 1_500,
  dumpMs: 3_000,
};

export interface DemoSite {
  readonly site: Site;
  readonly ports: DemoPorts;
  /** False: one of the ports that CList names was taken, all are others now. */
  readonly portsAreListed: boolean;
  /** Takes the commands of clusterd-sim. */
  readonly controlPort: number;
  /** Puts the key and the host keys for ssh there; what stands behind `admin` of each node. */
  writeAdmins(folder: string): readonly [string, string];
  close(): Promise<void>;
}

/** Two machines as delivered: at their prompts, never parked. Throws SimError. */
export async function openDemoSite(
  cluster: Cluster,
  wanted: DemoPorts,
  clock: Clock,
  times: Partial<SimTimes> = TIMES,
): Promise<DemoSite> {
  const site = new Site(siteOptions(cluster, times), clock);
  const keys = makeSshKeys();
  const { listening, portsAreListed } = await listen(site, wanted, keys);
  const control = controlServer(site, () => {});
  const { port: controlPort } = await control.open(0);
  const [first, second] = cluster.nodes;
  const console = (name: string) => listening.consoles[name]?.port ?? 0;
  return {
    site,
    portsAreListed,
    controlPort,
    writeAdmins: (folder) => {
      writeSshFiles(folder, keys, Object.values(listening.ssh));
      const login = ({ name }: { readonly name: string }) =>
        `ssh root@127.0.0.1:${listening.ssh[name]?.port ?? 0} ` +
        `key="${folder}/id_ed25519" known-hosts="${folder}/known_hosts"`;
      return [login(first), login(second)];
    },
    ports: {
      consoles: [console(first.name), console(second.name)],
      power: listening.power.port,
      service: listening.service.port,
      reference: listening.router.port,
    },
    close: async () => {
      await control.close();
      await listening.close();
      site.powerDown();
    },
  };
}

/** So many other sets of ports are tried, each so far above the last. */
const SETS_MAX = 30;
const SET_STEP = 100;

/**
 * The ports that CList names, else others above them. Not those that the system gives out itself: the
 * service's port is closed at times, and must be free when it opens again.
 */
async function listen(
  site: Site,
  wanted: DemoPorts,
  keys: SshKeys,
): Promise<{ readonly listening: SiteListening; readonly portsAreListed: boolean }> {
  for (let set = 0; ; set++) {
    const shift = set * SET_STEP;
    try {
      const listening = await site.listen({
        consolePorts: wanted.consoles.map((port) => port + shift),
        powerPort: wanted.power + shift,
        servicePort: wanted.service + shift,
        routerPort: wanted.reference + shift,
        ssh: { keys, ports: [] },
      });
      return { listening, portsAreListed: set === 0 };
    } catch (error) {
      const isTaken = error instanceof SimError && error.code === 'port-in-use';
      if (!isTaken || set === SETS_MAX) throw error;
    }
  }
}

function siteOptions({ nodes }: Cluster, times: Partial<SimTimes>): SiteOptions {
  const paths = nodes[0].bootPaths.map((path, index) => [path, nodes[1].bootPaths[index] ?? path]);
  const aliases = {
    shared: nodes[0].bootPaths[0] ?? '',
    mirror: nodes[0].bootPaths[1] ?? nodes[0].bootPaths[0] ?? '',
  };
  const machine = (index: 0 | 1): SiteNodeOptions => ({
    name: nodes[index].name,
    hostId: nodes[index].identity.toLowerCase(),
    start: 'new',
    aliases,
    // People may watch a console while the daemon has it.
    console: { shared: true },
  });
  return {
    times,
    nodes: [machine(0), machine(1)],
    disks: paths.map((both, index) => ({
      name: `d${index + 1}`,
      paths: [...new Set(both.map(withoutSlice))],
    })),
  };
}

/** `.../disk@0,0:a` names a slice; the disk is what stands before it. */
function withoutSlice(path: string): string {
  return path.replace(/:[^/:]*$/, '');
}
