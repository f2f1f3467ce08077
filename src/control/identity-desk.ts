/**
 * The daemon's end of the proof of challenge.ts: keeps the directory `state/who`, thinks of words and
 * looks at the files that commands make there. Made by server.ts, one per daemon.
 * Whoever may use the socket may put anything there: nothing is followed, nothing is waited for, no
 * more is read than was expected. Must never say that somebody is proven who is not.
 */
import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import {
  chmod,
  chown,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rmdir,
  statfs,
  unlink,
} from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCode } from '../cluster/daemon-error.ts';
import { type Challenge, PROOF_MODE, proofText } from './challenge.ts';

/** Others may make files and reach those whose name they know; list or remove foreign ones: no. */
const DIRECTORY_MODE = 0o1730;
const WORD_BYTES = 16;
/** A pipe that somebody put there must not be waited for. */
const LOOK = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** On these another kernel, or a program, says whose a file is: NFS, SMB, CIFS, 9p, FUSE, AFS, Ceph. */
const FOREIGN_FILE_SYSTEMS: readonly number[] = [
  0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x01021997, 0x65735546, 0x5346414f, 0x00c36400,
];
/** Users that have no number here (another user namespace) all look like this one. */
const OVERFLOW_UID = 65_534;

export class IdentityDesk {
  readonly #directory: string;
  readonly #overflowUid: number;
  /** Why nobody can be proven, or null. */
  readonly trouble: string | null;

  private constructor(directory: string, overflowUid: number, trouble: string | null) {
    this.#directory = directory;
    this.#overflowUid = overflowUid;
    this.trouble = trouble;
  }

  /** `group`: who may use the socket; null: as the system gives it. Never throws. */
  static async open(directory: string, group: number | null): Promise<IdentityDesk> {
    const overflowUid = await readOverflowUid();
    try {
      await makeDirectory(directory, group);
      const { type } = await statfs(directory);
      const isForeign = FOREIGN_FILE_SYSTEMS.includes(type);
      const trouble = isForeign ? `${directory} is on a file system of another host` : null;
      return new IdentityDesk(directory, overflowUid, trouble);
    } catch (error) {
      return new IdentityDesk(directory, overflowUid, messageOf(error));
    }
  }

  /** Null: nobody can be proven here. */
  challenge(): Challenge | null {
    if (this.trouble !== null) return null;
    return { file: newWord(), word: newWord() };
  }

  /** Whose process made the file that was asked for, by number; null: there is no such proof. */
  async makerOf(challenge: Challenge, line: string): Promise<number | null> {
    const expected = Buffer.from(proofText(challenge, line));
    let handle: FileHandle | null = null;
    try {
      handle = await open(this.#pathOf(challenge), LOOK);
      const found = await handle.stat();
      if (!isProofLike(found, expected.length) || found.uid === this.#overflowUid) return null;
      return (await holds(handle, expected)) ? found.uid : null;
    } catch {
      return null; // Not made, or made in a way that cannot be read: nothing is shown.
    } finally {
      await handle?.close();
    }
  }

  /** Whatever has the name is removed; what a person put there in its place may stay. */
  async forget(challenge: Challenge): Promise<void> {
    await removeEntry(this.#pathOf(challenge));
  }

  /** Leaves nothing behind, unless somebody filled directories of their own. */
  async close(): Promise<void> {
    try {
      await sweep(this.#directory);
      await rmdir(this.#directory);
    } catch {
      // It was never made, or what others put there cannot be removed: the next start looks again.
    }
  }

  #pathOf({ file }: Challenge): string {
    return join(this.#directory, file);
  }
}

function newWord(): string {
  return randomBytes(WORD_BYTES).toString('hex');
}

async function makeDirectory(directory: string, group: number | null): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    const found = await lstat(directory);
    if (!found.isDirectory() || found.uid !== process.geteuid?.()) {
      throw new Error(`${directory} is not a directory of this daemon's user`);
    }
    await sweep(directory);
  }
  if (group !== null) await chown(directory, -1, group);
  await chmod(directory, DIRECTORY_MODE);
}

/** What clients left that were killed. Goes into no directory: others could change it meanwhile. */
async function sweep(directory: string): Promise<void> {
  for (const name of await readdir(directory)) await removeEntry(join(directory, name));
}

async function removeEntry(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    await rmdir(path).catch(() => {});
  }
}

/** A file of its own, not a link to one that somebody else made, and closed to all others. */
function isProofLike(found: Stats, size: number): boolean {
  const isAlone = found.isFile() && found.nlink === 1;
  return isAlone && (found.mode & 0o7777) === PROOF_MODE && found.size === size;
}

/** One byte more is asked for: the file may have grown since. */
async function holds(handle: FileHandle, expected: Buffer): Promise<boolean> {
  const found = Buffer.alloc(expected.length + 1);
  const { bytesRead } = await handle.read(found, 0, found.length, 0);
  return found.subarray(0, bytesRead).equals(expected);
}

async function readOverflowUid(): Promise<number> {
  try {
    return Number((await readFile('/proc/sys/kernel/overflowuid', 'utf8')).trim());
  } catch {
    return OVERFLOW_UID;
  }
}
