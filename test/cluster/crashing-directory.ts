/**
 * A directory in memory that forgets what a disk may forget. Each operation is a step, each byte of
 * a write another; at the step that is named everything ends in the middle. What is left depends on
 * what ended: a process (`killed`: all that the system took is there) or the host (`powerCut`: only
 * what was synced is sure to be there).
 */
import type { AppendFile, JournalDirectory } from '../../src/cluster/journal-directory.ts';

export class Crash extends Error {}

interface Inode {
  bytes: Buffer;
  /** So many bytes are on the disk. */
  synced: number;
}

type Names = ReadonlyMap<string, Inode>;

export class CrashingDirectory implements JournalDirectory {
  readonly path = '/state';
  /** Steps so far; the crash comes before step number `crashAt`. */
  steps = 0;
  crashAt = Number.POSITIVE_INFINITY;
  /** No byte is taken. */
  isFull = false;
  #names = new Map<string, Inode>();
  /** As `#names` was when the directory was synced, and after each change since. */
  #since: Names[] = [new Map()];

  /** What a new process finds. */
  killed(): CrashingDirectory {
    return CrashingDirectory.#of(this.#names, (inode) => inode.bytes);
  }

  /**
   * What a new host may find: names as after any change since the last sync, and of each file what
   * was synced and any part of what was not. `bytes`: how much of that part, 0 to 1.
   */
  powerCuts(parts: readonly number[]): CrashingDirectory[] {
    return this.#since.flatMap((names) =>
      parts.map((part) =>
        CrashingDirectory.#of(names, ({ bytes, synced }) => {
          const more = Math.max(0, bytes.length - synced);
          return bytes.subarray(0, Math.min(bytes.length, synced) + Math.floor(more * part));
        }),
      ),
    );
  }

  static #of(names: Names, left: (inode: Inode) => Buffer): CrashingDirectory {
    const made = new CrashingDirectory();
    for (const [name, inode] of names) {
      const bytes = Buffer.from(left(inode));
      made.#names.set(name, { bytes, synced: bytes.length });
    }
    made.#since = [new Map(made.#names)];
    return made;
  }

  async read(name: string) {
    this.#step();
    return this.#names.get(name)?.bytes ?? null;
  }

  async open(name: string) {
    this.#step();
    const known = this.#names.get(name);
    if (known !== undefined) return this.#file(known);
    return this.#make(name);
  }

  async create(name: string) {
    this.#step();
    return this.#make(name);
  }

  async rename(from: string, to: string) {
    this.#step();
    const inode = this.#names.get(from);
    if (inode === undefined) throw new Error(`ENOENT: ${from}`);
    this.#names.delete(from);
    this.#names.set(to, inode);
    this.#changed();
  }

  async link(from: string, to: string) {
    this.#step();
    const inode = this.#names.get(from);
    if (inode === undefined) throw new Error(`ENOENT: ${from}`);
    this.#names.set(to, inode);
    this.#changed();
  }

  async remove(name: string) {
    this.#step();
    if (this.#names.delete(name)) this.#changed();
  }

  async list() {
    this.#step();
    return [...this.#names.keys()];
  }

  async sync() {
    this.#step();
    this.#since = [new Map(this.#names)];
  }

  #make(name: string): AppendFile {
    const inode = { bytes: Buffer.alloc(0), synced: 0 };
    this.#names.set(name, inode);
    this.#changed();
    return this.#file(inode);
  }

  #changed(): void {
    this.#since.push(new Map(this.#names));
  }

  #step(): void {
    if (this.steps >= this.crashAt) throw new Crash('killed');
    this.steps += 1;
  }

  #file(inode: Inode): AppendFile {
    return {
      write: async (bytes, offset, length) => {
        if (this.isFull) throw new Error('ENOSPC: no space left on device');
        for (let index = 0; index < length; index++) {
          this.#step();
          inode.bytes = Buffer.concat([
            inode.bytes,
            bytes.subarray(offset + index, offset + index + 1),
          ]);
        }
        return { bytesWritten: length };
      },
      datasync: async () => {
        this.#step();
        inode.synced = inode.bytes.length;
      },
      truncate: async (length) => {
        this.#step();
        inode.bytes = inode.bytes.subarray(0, length);
        inode.synced = Math.min(inode.synced, length);
      },
      close: async () => {},
    };
  }
}
