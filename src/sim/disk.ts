/**
 * The disk that both nodes reach: one journaled root file system on one or more mirror halves.
 * Knows who has it mounted and who wrote; tells everything to its listeners (the referee, the
 * site). It refuses nothing that real hardware would allow, a second mount least of all.
 */
import type { Clock } from '../clock/clock.ts';
import { SimError } from './sim-error.ts';

/** One physical disk. `paths`: device paths without partition, as firmware on either node says it. */
export interface DiskHalf {
  readonly name: string;
  readonly paths: readonly string[];
  powered: boolean;
  labelGood: boolean;
  /** Number of the newest transaction on this half. */
  records: number;
}

export interface Mount {
  readonly node: string;
  readonly from: number;
  to: number | null;
  suspended: boolean;
  /** Another node mounted or wrote during this mount: what this node has in memory is wrong. */
  stale: boolean;
}

export type WriteKind = 'transaction' | 'flush' | 'sync' | 'dump';

export type DiskHappening =
  | { readonly kind: 'mounted'; readonly mount: Mount; readonly half: string }
  | { readonly kind: 'unmounted'; readonly mount: Mount; readonly clean: boolean }
  | { readonly kind: 'suspended' | 'resumed'; readonly mount: Mount }
  | { readonly kind: 'wrote'; readonly node: string; readonly what: WriteKind }
  | { readonly kind: 'condition'; readonly what: string };

export type Opened =
  | { readonly kind: 'no-such-device' }
  | { readonly kind: 'no-answer' | 'bad-label' | 'ready'; readonly half: DiskHalf };

export class SharedDisk {
  readonly halves: readonly DiskHalf[];
  readonly mounts: Mount[] = [];
  /** The file system replays its journal at the next mount. */
  journalPending = false;
  /** Two nodes wrote: an ordinary mount does not work any more. */
  damaged = false;
  /** The kernel on it cannot mount its root (a broken upgrade): every boot panics. */
  rootBroken = false;
  readonly #clock: Clock;
  readonly #resyncMs: number;
  readonly #listeners: ((happening: DiskHappening) => void)[] = [];

  constructor(
    clock: Clock,
    halves: readonly { readonly name: string; readonly paths: readonly string[] }[],
    resyncMs: number,
  ) {
    this.#clock = clock;
    this.#resyncMs = resyncMs;
    this.halves = halves.map((half) => ({ ...half, powered: true, labelGood: true, records: 0 }));
  }

  subscribe(listener: (happening: DiskHappening) => void): void {
    this.#listeners.push(listener);
  }

  half(name: string): DiskHalf {
    const found = this.halves.find((half) => half.name === name);
    if (found !== undefined) return found;
    const names = this.halves.map((half) => half.name).join(', ');
    throw new SimError('no-such-disk', `no disk is named '${name}'`, `the disks are ${names}`);
  }

  /** What firmware finds at a device path; a partition (`:a`) at its end does not matter. */
  open(path: string): Opened {
    const bare = path.replace(/:[^/:]*$/, '');
    const half = this.halves.find((candidate) => candidate.paths.includes(bare));
    if (half === undefined) return { kind: 'no-such-device' };
    if (!half.powered) return { kind: 'no-answer', half };
    return { kind: half.labelGood ? 'ready' : 'bad-label', half };
  }

  /** Newest transaction on any half that has power. */
  get records(): number {
    return Math.max(0, ...this.#powered().map((half) => half.records));
  }

  get answers(): boolean {
    return this.#powered().length > 0;
  }

  mountOf(node: string): Mount | null {
    return this.mounts.findLast((mount) => mount.node === node && mount.to === null) ?? null;
  }

  openMounts(): readonly Mount[] {
    return this.mounts.filter((mount) => mount.to === null);
  }

  /** Mounts the root read-write. False: no half answers. */
  mount(node: string, half: string): boolean {
    if (!this.answers) return false;
    this.unmount(node, false);
    for (const other of this.openMounts()) other.stale = true;
    const { at } = this.#clock.now();
    const mount: Mount = { node, from: at, to: null, suspended: false, stale: false };
    this.mounts.push(mount);
    this.journalPending = true;
    this.#tell({ kind: 'mounted', mount, half });
    this.#resync();
    return true;
  }

  /** `clean`: unmounted in order; else its system died. Without a mount: nothing. */
  unmount(node: string, clean: boolean): void {
    const mount = this.mountOf(node);
    if (mount === null) return;
    mount.to = this.#clock.now().at;
    if (clean && this.openMounts().length === 0) this.journalPending = false;
    this.#tell({ kind: 'unmounted', mount, clean });
  }

  setSuspended(node: string, suspended: boolean): void {
    const mount = this.mountOf(node);
    if (mount === null || mount.suspended === suspended) return;
    mount.suspended = suspended;
    this.#tell({ kind: suspended ? 'suspended' : 'resumed', mount });
  }

  /** Returns the number of the newest transaction on the disk, or null: nothing could be written. */
  write(node: string, what: WriteKind): number | null {
    if (!this.answers) return null;
    const own = this.mountOf(node);
    const others = this.openMounts().filter((mount) => mount.node !== node);
    for (const other of others) other.stale = true;
    if (others.length > 0 || own?.stale === true) this.#damage();
    const newest = this.records;
    if (what === 'transaction') {
      for (const half of this.#powered()) if (half.records === newest) half.records = newest + 1;
    }
    this.#tell({ kind: 'wrote', node, what });
    return this.records;
  }

  setPower(name: string, powered: boolean): void {
    const half = this.half(name);
    if (half.powered === powered) return;
    half.powered = powered;
    this.#tell({ kind: 'condition', what: `disk ${name} powered ${powered ? 'on' : 'off'}` });
    if (powered && this.openMounts().length > 0) this.#resync();
  }

  setLabel(name: string, good: boolean): void {
    this.half(name).labelGood = good;
    const what = good ? 'restored' : 'destroyed';
    this.#tell({ kind: 'condition', what: `label of disk ${name} ${what}` });
  }

  /** What fsck or a restore from tape does. */
  repair(): void {
    this.damaged = false;
    this.rootBroken = false;
    this.#tell({ kind: 'condition', what: 'file system repaired' });
  }

  #damage(): void {
    if (this.damaged) return;
    this.damaged = true;
    this.#tell({ kind: 'condition', what: 'FILE SYSTEM DESTROYED: two nodes wrote to it' });
  }

  #powered(): DiskHalf[] {
    return this.halves.filter((half) => half.powered);
  }

  #resync(): void {
    const behind = this.#powered().filter((half) => half.records < this.records);
    for (const half of behind) {
      this.#clock.after(this.#resyncMs, () => {
        if (!half.powered || this.openMounts().length === 0 || half.records === this.records)
          return;
        half.records = this.records;
        this.#tell({ kind: 'condition', what: `mirror half ${half.name} is in step again` });
      });
    }
  }

  #tell(happening: DiskHappening): void {
    for (const listener of this.#listeners) listener(happening);
  }
}
