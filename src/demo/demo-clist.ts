/**
 * The demo's cluster list: the cluster `demo` of the shipped CList, with the ports that are free here
 * and the silence policy that is to be shown. Called by the demo. Pure.
 * Must never let another cluster of that file through, nor an address beyond this host: an installed
 * CList names real machines.
 */
import type { Cluster, ClusterNode, OnSilence } from '../clist/cluster.ts';
import { parseClist } from '../clist/parse.ts';
import { DaemonError } from '../cluster/daemon-error.ts';

export const DEMO_CLUSTER = 'demo';
const LOOPBACK = '127.0.0.1';
const AGENT = 'fence_sim';
/** States that people reach often when they play; their bounds stop a real cluster early. */
const BOUNDED = ['fencing', 'taking-over', 'alone', 'restart', 'next-path', 'standby-loose'];

export interface DemoPorts {
  /** In the order of the nodes. */
  readonly consoles: readonly [number, number];
  readonly power: number;
  readonly service: number;
  readonly reference: number;
}

export interface DemoList {
  /** The lines of the one cluster. */
  readonly text: string;
  readonly cluster: Cluster;
  readonly ports: DemoPorts;
}

export interface DemoListChange {
  readonly ports: DemoPorts;
  readonly onSilence: OnSilence;
  /** ISO date; the simulated machines keep their variables without power. */
  readonly today: string;
  /** The pair will be played with: takeovers are not bounded. */
  readonly unbounded: boolean;
  /** In the order of the nodes: what stands behind `admin`. */
  readonly admins: readonly [string, string];
}

/** Throws DaemonError `no-clusters` when the file has no such cluster, or one of real machines. */
export function readDemoCluster(clist: string): DemoList {
  const text = sectionOf(clist);
  const { clusters } = parseClist('CList', text);
  const cluster = clusters[0];
  if (cluster === undefined) throw unusable(`it has no right cluster '${DEMO_CLUSTER}'`);
  return { text, cluster, ports: portsOf(cluster) };
}

export function writeDemoList(list: DemoList, change: DemoListChange): string {
  const { ports, onSilence, today, unbounded, admins } = change;
  const renamed = new Map(pairsOf(list.ports, ports));
  const left: string[] = [...admins];
  const text = list.text
    .replace(/(127\.0\.0\.1:|\bipport=)(\d+)/g, (_, before: string, port: string) => {
      return `${before}${renamed.get(Number(port)) ?? port}`;
    })
    .replace(/^(\s*on-silence\s+)\S+/m, `$1${onSilence}`)
    .replace(/^\s*admin\s.*\n/gm, '')
    .replace(/^\s*node\s.*$/gm, (header) => `${header}\n    admin ${left.shift() ?? ''}`);
  const added = [
    ...(onSilence === 'trust' ? [`  parking-survived-power-cycle ${today}`] : []),
    ...(unbounded ? BOUNDED.map((state) => `  bound ${state} 1000 in 1h`) : []),
  ];
  const [header = '', ...rest] = text.split('\n');
  return ['# Made by `clusterd demo` from the shipped CList.', header, ...added, ...rest].join(
    '\n',
  );
}

/** From `cluster demo` to the next cluster. */
function sectionOf(clist: string): string {
  const lines = clist.split('\n');
  const first = lines.findIndex((line) => /^\s*cluster\s+demo\s*(#.*)?$/.test(line));
  if (first < 0) throw unusable(`it has no cluster '${DEMO_CLUSTER}'`);
  const length = lines.slice(first + 1).findIndex((line) => /^\s*cluster\s/.test(line));
  return lines.slice(first, length < 0 ? lines.length : first + 1 + length).join('\n');
}

function portsOf(cluster: Cluster): DemoPorts {
  const { nodes, service, references } = cluster;
  const [reference] = references;
  if (service?.kind !== 'tcp' || reference?.kind !== 'tcp' || references.length !== 1) {
    throw unusable('its service and its one reference must be tcp');
  }
  if (service.host !== LOOPBACK || reference.host !== LOOPBACK) throw notHere();
  return {
    consoles: [consolePort(nodes[0]), consolePort(nodes[1])],
    power: powerPort(nodes),
    service: service.port,
    reference: reference.port,
  };
}

function consolePort({ console }: ClusterNode): number {
  if (console.kind !== 'telnet') throw unusable('its consoles must be telnet');
  if (console.host !== LOOPBACK) throw notHere();
  return console.port;
}

function powerPort(nodes: Cluster['nodes']): number {
  const devices = nodes.flatMap((node) => node.power);
  const ports = devices.map(({ agent, options }) => {
    const option = (name: string) => options.find((one) => one.name === name)?.value;
    if (agent !== AGENT || option('ip') !== LOOPBACK) throw notHere();
    return Number(option('ipport'));
  });
  const [port = Number.NaN] = ports;
  if (devices.length === 2 && Number.isInteger(port) && ports[1] === port) return port;
  throw unusable(`both nodes must have one power device, ${AGENT} with the same ipport`);
}

function pairsOf(from: DemoPorts, to: DemoPorts): [number, number][] {
  return [
    [from.consoles[0], to.consoles[0]],
    [from.consoles[1], to.consoles[1]],
    [from.power, to.power],
    [from.service, to.service],
    [from.reference, to.reference],
  ];
}

function notHere(): DaemonError {
  return unusable(`its cluster '${DEMO_CLUSTER}' names more than simulated devices on ${LOOPBACK}`);
}

function unusable(why: string): DaemonError {
  return new DaemonError('no-clusters', `the shipped CList does not fit the demo: ${why}`, {
    hint: 'put the shipped cluster `demo` back into the CList of the installation',
  });
}
