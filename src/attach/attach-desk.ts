/**
 * Where all attached terminals of a daemon are kept: finds the console that somebody names, limits
 * how many there are, and looks after those that do not answer. Made by the daemon.
 */
import type { Clock } from '../clock/clock.ts';
import { type AttachedPerson, type Reply, type Request, refusal } from '../control/protocol.ts';
import type { Stream } from '../control/stream.ts';
import { didYouMean } from '../language/diagnostics.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { AttachedCluster } from './attached-cluster.ts';
import { ClusterDesk } from './cluster-desk.ts';

export interface AttachDeskOptions {
  readonly clock: Clock;
  /** Runs after all input that waits now has been read: setImmediate in the daemon. */
  readonly turn: (run: () => void) => void;
  /** Default 10 min. */
  readonly idleMs?: number;
  /** Names of all clusters that are watched, with their nodes. */
  names(): readonly ClusterNames[];
  /**
   * One of them, to be attached to: the same object as long as it is the same cluster. Null: it is
   * watched no more.
   */
  open(cluster: string): AttachedCluster | null;
}

export interface ClusterNames {
  readonly name: string;
  readonly nodes: readonly [string, string];
}

/** All terminals of a daemon: the control socket needs room for other requests. */
const SESSIONS_MAX = 32;
const TICK_MS = 10_000;
const IDLE_MS = 10 * 60_000;

type AttachRequest = Extract<Request, { kind: 'attach' }>;
type Place = { readonly cluster: string; readonly node: NodeIndex };

export class AttachDesk {
  readonly #options: AttachDeskOptions;
  readonly #desks = new Map<string, ClusterDesk>();
  #lastId = 0;
  #cancelTick: (() => void) | null = null;

  constructor(options: AttachDeskOptions) {
    this.#options = options;
  }

  attach(request: AttachRequest): Reply | Stream {
    const place = this.#find(request);
    if ('ok' in place) return place;
    if (this.#count() >= SESSIONS_MAX) {
      const text = `${SESSIONS_MAX} terminals are attached already`;
      return refusal('refused', text, 'clusterd status shows who they are');
    }
    const { operator, lines } = request;
    const { cluster, node } = place;
    const desk = this.#deskOf(cluster);
    if (desk === null) return this.#unknownCluster(cluster);
    return {
      reply: { ok: true, kind: 'attach', cluster, node: request.node, operator },
      begin: (wire) => {
        this.#lastId += 1;
        this.#armTick();
        return desk.attach(this.#lastId, node, operator, lines, wire);
      },
    };
  }

  /** Who is attached to the consoles of a cluster. */
  list(cluster: string): readonly AttachedPerson[] {
    return this.#desks.get(cluster)?.list() ?? [];
  }

  /** Tells everybody why, and lets them go. */
  close(why: string): void {
    this.#cancelTick?.();
    for (const cluster of [...this.#desks.keys()]) this.forget(cluster, why);
  }

  /** Null: there is no such cluster any more. Another one of the same name is another cluster. */
  #deskOf(name: string): ClusterDesk | null {
    const { clock, turn, idleMs = IDLE_MS, open } = this.#options;
    const cluster = open(name);
    const known = this.#desks.get(name);
    if (known !== undefined && known.cluster === cluster) return known;
    this.forget(name, `${name} is not watched any more as it was`);
    if (cluster === null) return null;
    const desk = new ClusterDesk({ cluster, clock, turn, idleMs });
    this.#desks.set(name, desk);
    return desk;
  }

  /** All of its terminals are let go: it is watched no more. */
  forget(cluster: string, why: string): void {
    this.#desks.get(cluster)?.endAll(why);
    this.#desks.delete(cluster);
  }

  #find({ cluster, node }: AttachRequest): Place | Extract<Reply, { ok: false }> {
    const all = this.#options.names().filter(({ name }) => cluster === null || name === cluster);
    if (all.length === 0 && cluster !== null) return this.#unknownCluster(cluster);
    const places = all.flatMap(({ name, nodes }): Place[] => {
      const index = nodes.indexOf(node);
      return index === 0 || index === 1 ? [{ cluster: name, node: index }] : [];
    });
    const [first, second] = places;
    if (first === undefined) return unknownNode(cluster, node, all);
    if (second === undefined) return first;
    const names = places.map((place) => `${place.cluster}/${node}`);
    const text = `${places.length} clusters have a node '${node}'`;
    return refusal('unknown-node', text, `say which one: ${names.slice(0, 5).join(', ')}`);
  }

  #unknownCluster(cluster: string): Extract<Reply, { ok: false }> {
    const names = this.#options.names().map(({ name }) => name);
    const hint = didYouMean(cluster, names) ?? 'clusterd status shows all clusters';
    return refusal('unknown-cluster', `no cluster '${cluster}' is watched`, hint);
  }

  #count(): number {
    return [...this.#desks.values()].reduce((sum, desk) => sum + desk.sessions.length, 0);
  }

  #armTick(): void {
    if (this.#cancelTick !== null) return;
    this.#cancelTick = this.#options.clock.after(TICK_MS, () => {
      this.#cancelTick = null;
      for (const name of [...this.#desks.keys()]) this.#deskOf(name)?.tick();
      if (this.#count() > 0) this.#armTick();
    });
  }
}

function unknownNode(
  cluster: string | null,
  node: string,
  all: readonly ClusterNames[],
): Extract<Reply, { ok: false }> {
  const nodes = [...new Set(all.flatMap((one) => one.nodes))];
  const where = cluster === null ? 'no cluster' : cluster;
  const text =
    cluster === null ? `no cluster has a node '${node}'` : `${where} has no node '${node}'`;
  const few = nodes.length <= 6 ? `there are: ${nodes.join(', ')}` : 'CList has all names';
  return refusal('unknown-node', text, didYouMean(node, nodes) ?? few);
}
