/**
 * Asks every power device regularly whether it would work tonight, and tells of those that would
 * not. Made by SharedParts for all clusters of the daemon. The questions are spread over the time, a
 * few are asked at once, and whoever fences goes first (transport/device-turns.ts).
 * Must never switch anything: it asks `monitor` and `status`.
 */
import type { Cluster, PowerDevice } from '../clist/cluster.ts';
import { levelOf, nameOfDevice } from '../clist/power-place.ts';
import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../cluster/daemon-error.ts';
import {
  type CheckAnswer,
  type NodeLook,
  type PowerDeviceStatus,
  PowerWatch,
} from '../cluster/power-watch.ts';
import type { NodeIndex } from '../machine/protocol.ts';

export interface PowerChecksOptions {
  readonly clock: Clock;
  readonly check: (device: PowerDevice, isThorough: boolean) => Promise<CheckAnswer>;
  /** Null: the cluster cannot be looked at now. */
  readonly look: (cluster: string, node: NodeIndex) => NodeLook | null;
  /** What is wrong with the devices of a node; null: nothing, or not any more. */
  readonly tell: (cluster: string, node: string, trouble: string | null) => void;
}

/** One device of one node. */
interface Watched {
  readonly cluster: string;
  readonly index: NodeIndex;
  readonly node: string;
  readonly device: PowerDevice;
  /** No other one of the node is called so. */
  readonly name: string;
  readonly deadAfterMs: number;
  readonly watch: PowerWatch;
  last: { readonly answer: CheckAnswer; readonly wall: number } | null;
  cancel: () => void;
  isGone: boolean;
}

/** So many agents run at once: each is a program of its own. */
const AT_ONCE_MAX = 4;
/** After a start consoles come first. */
const FIRST_MS = 5_000;
/** The first round is spread so that so much time stands between two devices. */
const BETWEEN_MS = 150;

export class PowerChecks {
  readonly #options: PowerChecksOptions;
  #everyMs: number;
  #watched = new Map<string, Watched>();
  readonly #ofCluster = new Map<string, Watched[]>();
  readonly #troubles = new Map<string, string>();
  #waiting: Watched[] = [];
  #underWay = 0;

  constructor(options: PowerChecksOptions, everyMs: number) {
    this.#options = options;
    this.#everyMs = everyMs;
  }

  /** From the next question on. */
  setInterval(everyMs: number): void {
    if (everyMs === this.#everyMs) return;
    this.#everyMs = everyMs;
    this.#spread([...this.#watched.values()]);
  }

  /** These clusters and no others. What is known of devices that are still there is kept. */
  update(clusters: readonly Cluster[]): void {
    const before = this.#watched;
    this.#watched = new Map();
    this.#ofCluster.clear();
    const fresh: Watched[] = [];
    for (const one of clusters.flatMap(devicesOf)) {
      const known = before.get(keyOf(one));
      before.delete(keyOf(one));
      this.#watched.set(keyOf(one), known ?? one);
      this.#ofCluster.set(one.cluster, [...(this.#ofCluster.get(one.cluster) ?? []), known ?? one]);
      if (known === undefined) fresh.push(one);
    }
    for (const gone of before.values()) this.#drop(gone);
    this.#spread(fresh);
    for (const gone of before.values()) this.#tell(gone);
  }

  stop(): void {
    for (const one of this.#watched.values()) this.#drop(one);
    this.#watched.clear();
  }

  list(cluster: string): readonly PowerDeviceStatus[] {
    return (this.#ofCluster.get(cluster) ?? []).map(describe);
  }

  #drop(one: Watched): void {
    one.isGone = true;
    one.cancel();
    this.#waiting = this.#waiting.filter((other) => other !== one);
  }

  #spread(all: readonly Watched[]): void {
    const spanMs = Math.min(this.#everyMs, all.length * BETWEEN_MS);
    all.forEach((one, index) => {
      this.#schedule(one, FIRST_MS + (spanMs * index) / all.length);
    });
  }

  #schedule(one: Watched, delayMs: number): void {
    one.cancel();
    one.cancel = this.#options.clock.after(delayMs, () => {
      this.#waiting.push(one);
      this.#askWaiting();
    });
  }

  #askWaiting(): void {
    while (this.#underWay < AT_ONCE_MAX) {
      const one = this.#waiting.shift();
      if (one === undefined) return;
      this.#underWay++;
      void this.#ask(one).then(() => {
        this.#underWay--;
        this.#askWaiting();
      });
    }
  }

  /** Never rejects. */
  async #ask(one: Watched): Promise<void> {
    const { clock, check, look } = this.#options;
    const asked = clock.now().at;
    const answer = await check(one.device, one.watch.isThorough).catch(
      (error): CheckAnswer => ({ outcome: 'no-answer', detail: messageOf(error) }),
    );
    if (one.isGone) return;
    const { at: now, wall } = clock.now();
    const times = { everyMs: this.#everyMs, deadAfterMs: one.deadAfterMs };
    const seen = look(one.cluster, one.index);
    const againMs = one.watch.take(answer, seen, { asked, now }, times);
    if (answer.outcome !== 'put-off') one.last = { answer, wall };
    this.#schedule(one, againMs);
    this.#tell(one);
  }

  /** One alarm for all devices of a node, until the last of them is well. */
  #tell({ cluster, node }: Watched): void {
    const own = (this.#ofCluster.get(cluster) ?? []).filter((one) => one.node === node);
    const troubles = own.flatMap(({ watch, name }) => watch.trouble(name, node) ?? []);
    const trouble = troubles.length === 0 ? null : troubles.join('; ');
    const key = `${cluster} ${node}`;
    if ((this.#troubles.get(key) ?? null) === trouble) return;
    if (trouble === null) this.#troubles.delete(key);
    else this.#troubles.set(key, trouble);
    this.#options.tell(cluster, node, trouble);
  }
}

function devicesOf({ name, nodes, probe }: Cluster): Watched[] {
  return nodes.flatMap((node, index) =>
    node.power.map((device, at) => ({
      cluster: name,
      index: index === 0 ? 0 : 1,
      node: node.name,
      device,
      name: nameOf(node.power, at),
      deadAfterMs: probe.deadAfterMs,
      watch: new PowerWatch(),
      last: null,
      cancel: () => {},
      isGone: false,
    })),
  );
}

function nameOf(devices: readonly PowerDevice[], at: number): string {
  const names = devices.slice(0, at + 1).map(nameOfDevice);
  const name = names.at(-1) ?? '';
  const count = names.filter((one) => one === name).length;
  return count === 1 ? name : `${name} #${count}`;
}

function keyOf({ cluster, node, device, name, deadAfterMs }: Watched): string {
  return JSON.stringify([cluster, node, device, name, deadAfterMs]);
}

function describe({ node, device, name, watch, last }: Watched): PowerDeviceStatus {
  const outcome = last?.answer.outcome ?? null;
  return {
    node,
    device: name,
    level: levelOf(device),
    outcome: outcome === 'put-off' ? null : outcome,
    detail: last?.answer.detail ?? '',
    checkedWall: last?.wall ?? null,
    failures: watch.failures,
    contradicted: watch.isContradicted,
  };
}
