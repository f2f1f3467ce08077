/**
 * Watches the shared disk and remembers every mount, unmount and write. It cries when the one
 * thing happened that must never happen. It believes only the disk: no node, no daemon, no script.
 * Violations are never forgotten and never excused.
 */
import type { Clock } from '../clock/clock.ts';
import type { DiskHappening, Mount, SharedDisk, WriteKind } from './disk.ts';
import { assertNever } from './sim-error.ts';

export interface Violation {
  readonly kind: 'double-mount' | 'resumed-after-other-mount' | 'write-while-other-mounted';
  /** Monotonic and wall time at which it happened. */
  readonly at: number;
  readonly wall: number;
  /** The node that did it, then the node that it did it to. */
  readonly nodes: readonly [string, string];
  /** Since when each of the two has, or had, the disk mounted; null: that node had it not mounted. */
  readonly mountedSince: readonly [number | null, number | null];
  readonly what: string;
}

/** One mount or unmount, or a run of writes of one kind by one node with nothing between them. */
export interface DiskRecord {
  readonly kind: 'mount' | 'unmount' | 'suspend' | 'resume' | 'write';
  readonly node: string;
  readonly from: number;
  to: number;
  count: number;
  readonly detail: string;
}

/** A system came up without transactions that had been acknowledged. */
export interface Loss {
  readonly at: number;
  readonly node: string;
  readonly acknowledged: number;
  readonly found: number;
}

export class Referee {
  readonly violations: Violation[] = [];
  readonly losses: Loss[] = [];
  readonly records: DiskRecord[] = [];
  /** Highest transaction number that a client was told is safe. */
  acknowledged = 0;
  readonly #clock: Clock;
  readonly #disk: SharedDisk;
  readonly #listeners: ((violation: Violation) => void)[] = [];
  readonly #cried = new Set<string>();

  constructor(clock: Clock, disk: SharedDisk) {
    this.#clock = clock;
    this.#disk = disk;
    disk.subscribe((happening) => this.#see(happening));
  }

  subscribe(listener: (violation: Violation) => void): void {
    this.#listeners.push(listener);
  }

  /** A client was told that transaction `number` is on the disk. */
  acknowledge(number: number): void {
    this.acknowledged = Math.max(this.acknowledged, number);
  }

  #see(happening: DiskHappening): void {
    switch (happening.kind) {
      case 'mounted':
        this.#record('mount', happening.mount.node, happening.half);
        this.#checkMount(happening.mount);
        return;
      case 'unmounted':
        this.#record('unmount', happening.mount.node, happening.clean ? 'clean' : 'system died');
        return;
      case 'suspended':
        this.#record('suspend', happening.mount.node, '');
        return;
      case 'resumed':
        this.#record('resume', happening.mount.node, '');
        this.#checkResume(happening.mount);
        return;
      case 'wrote':
        this.#recordWrite(happening.node, happening.what);
        this.#checkWrite(happening.node, happening.what);
        return;
      case 'condition':
        return;
      default:
        assertNever(happening);
    }
  }

  #checkMount(mount: Mount): void {
    if (this.#disk.records < this.acknowledged) this.#lose(mount.node);
    for (const other of this.#othersOf(mount)) {
      const how = other.suspended ? ', which is only suspended and can be resumed' : '';
      const what = `${mount.node} mounted the root that ${other.node} has mounted${how}`;
      this.#cry('double-mount', mount, mount.node, other, what);
    }
  }

  /** The other one may have come and gone meanwhile: what this node remembers is wrong either way. */
  #checkResume(mount: Mount): void {
    const later = this.#disk.mounts.filter(
      (other) => other.node !== mount.node && other.from >= mount.from,
    );
    for (const other of later) {
      const what = `${mount.node} was resumed although ${other.node} had mounted its root meanwhile`;
      this.#cry('resumed-after-other-mount', mount, mount.node, other, what);
    }
  }

  #checkWrite(node: string, kind: WriteKind): void {
    const own = this.#disk.mountOf(node);
    for (const other of this.#disk.openMounts()) {
      if (other.node === node) continue;
      const what = `${node} wrote (${kind}) to the root that ${other.node} has mounted`;
      this.#cry('write-while-other-mounted', own, node, other, what);
    }
  }

  #othersOf(mount: Mount): Mount[] {
    return this.#disk.openMounts().filter((other) => other.node !== mount.node);
  }

  /** Once per kind and pair of mounts: a double mount writes many times. */
  #cry(kind: Violation['kind'], own: Mount | null, node: string, other: Mount, what: string): void {
    const key = [kind, node, own?.from ?? 'none', other.node, other.from].join(' ');
    if (kind !== 'resumed-after-other-mount' && this.#cried.has(key)) return;
    this.#cried.add(key);
    const violation: Violation = {
      kind,
      ...this.#clock.now(),
      nodes: [node, other.node],
      mountedSince: [own?.from ?? null, other.from],
      what,
    };
    this.violations.push(violation);
    for (const listener of this.#listeners) listener(violation);
  }

  #lose(node: string): void {
    const { at } = this.#clock.now();
    this.losses.push({
      at,
      node,
      acknowledged: this.acknowledged,
      found: this.#disk.records,
    });
  }

  #record(kind: DiskRecord['kind'], node: string, detail: string): void {
    const { at } = this.#clock.now();
    this.records.push({ kind, node, from: at, to: at, count: 1, detail });
  }

  #recordWrite(node: string, detail: WriteKind): void {
    const last = this.records.at(-1);
    if (last?.kind !== 'write' || last.node !== node || last.detail !== detail) {
      this.#record('write', node, detail);
      return;
    }
    last.to = this.#clock.now().at;
    last.count += 1;
  }
}
