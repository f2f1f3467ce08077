/**
 * Which daemon of a CLUSTER_HOME is to be asked? Mostly one runs all clusters and listens on
 * `state/control.sock`. A cluster may run in a process of its own (`clusterd run --cluster NAME`):
 * that one listens on `state/control.NAME.sock` beside it. Called by `ask` for everything that names
 * a cluster or wants to see all, and by the commands that speak to every daemon.
 * Must never ask a daemon for a cluster that another one has.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DaemonError } from '../cluster/daemon-error.ts';
import type { Reply, Request, WatchedCluster } from './protocol.ts';

type StatusReply = Extract<Reply, { ok: true; kind: 'status' }>;
type AskOne = (path: string, request: Request) => Promise<Reply>;

const ALL = 'control.sock';
const OWN = /^control\.([A-Za-z0-9][A-Za-z0-9_-]*)\.sock$/;

/** Null: the daemon that runs all clusters. */
export function socketName(cluster: string | null): string {
  return cluster === null ? ALL : `control.${cluster}.sock`;
}

/** Sockets that are there, that of the daemon for all clusters first; a dead one may be among them. */
export function socketsOfHome(stateDirectory: string): string[] {
  let names: string[];
  try {
    names = readdirSync(stateDirectory);
  } catch {
    return [];
  }
  const own = names.filter((name) => OWN.test(name)).sort();
  const all = names.includes(ALL) ? [ALL] : [];
  return [...all, ...own].map((name) => join(stateDirectory, name));
}

/** The reply of the daemon that has the cluster; for all clusters, what all daemons say. */
export async function askTheRight(path: string, request: Request, ask: AskOne): Promise<Reply> {
  if (basename(path) !== ALL || !('cluster' in request)) return ask(path, request);
  if (request.cluster === null) return askAll(path, request, ask);
  const own = join(dirname(path), socketName(request.cluster));
  if (!existsSync(own)) return ask(path, request);
  return unlessDead(ask(own, request), () => ask(path, request));
}

async function askAll(path: string, request: Request, ask: AskOne): Promise<Reply> {
  const others = socketsOfHome(dirname(path)).filter((socket) => socket !== path);
  if (others.length === 0) return ask(path, request);
  const asked = [path, ...others].map((socket) => unlessDead(ask(socket, request), () => null));
  const replies = (await Promise.all(asked)).filter((reply) => reply !== null);
  const [first, ...rest] = replies;
  if (first === undefined) return ask(path, request);
  return [...rest].reduce(merge, first);
}

/** A refusal of one of them is the refusal of all. */
function merge(one: Reply, other: Reply): Reply {
  if (!one.ok || one.kind !== 'status') return one;
  if (!other.ok || other.kind !== 'status') return other;
  const clusters = mergeClusters(one.clusters, other.clusters);
  const count = one.daemon.clusters + other.daemon.clusters;
  const siteAlarms = [...one.siteAlarms, ...other.siteAlarms];
  const merged: StatusReply = {
    ...one,
    clusters,
    siteAlarms,
    daemon: { ...one.daemon, clusters: count },
  };
  return merged;
}

/** One that is watched by one of them is not missing because the other one does not have it. */
function mergeClusters(
  one: readonly WatchedCluster[],
  other: readonly WatchedCluster[],
): WatchedCluster[] {
  const found = new Map<string, WatchedCluster>();
  for (const seen of [...one, ...other]) {
    const known = found.get(seen.cluster);
    if (known === undefined || known.kind === 'not-watched') found.set(seen.cluster, seen);
  }
  return [...found.values()];
}

async function unlessDead<T, U>(reply: Promise<T>, otherwise: () => U): Promise<T | Awaited<U>> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof DaemonError && error.code === 'not-running') return await otherwise();
    throw error;
  }
}
