/**
 * What this daemon drives, told to every other clusterd of this host, whatever its CLUSTER_HOME: a
 * console or a journal belongs to one process. Taken by `clusterd run` before any console is opened.
 *
 *   /run/lock/clusterd/PID-TOKEN.claims   who it is (as in the pid file), then a claim on each line
 *   /run/lock/clusterd/PID-TOKEN.sock     somebody listens there as long as the process lives
 *
 * First the own claims are written, then those of the others are read: of two that start at once at
 * least one sees the other. The kernel ends the listening with the process, kill -9 or not, so a
 * claim that was left behind is known as such and removed by the next clusterd; nobody has to.
 * Must never take over what a living process claims: when in doubt it lives.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { messageOf, systemCode } from '../cluster/daemon-error.ts';
import { describeSelf, type Holder, holderLines, lives, parseHolder } from './process-life.ts';

/** In the order in which they are tried. All are looked into: another user may write elsewhere. */
export const CLAIM_DIRECTORIES = [
  '/run/lock/clusterd',
  '/var/lock/clusterd',
  '/tmp/clusterd-locks',
];
/** As /tmp: everybody makes files, nobody removes those of others. */
const DIRECTORY_MODE = 0o1777;
const STICKY = 0o1000;
const FOR_OTHERS_TO_WRITE = 0o002;
/** For daemons of other users, whatever the umask: units and init scripts set a narrow one. */
const CLAIMS_MODE = 0o644;
const CLAIMS_BYTES_MAX = 4 * 1024 * 1024;
const SUFFIX = '.claims';

export interface ClaimOptions {
  readonly home: string;
  /** Now, milliseconds since 1970. */
  readonly wall: number;
  /** `console ts1:7001`, `journal /PATH`: one line each. */
  readonly wanted: readonly string[];
  readonly directories: readonly string[];
}

export class HostClaims {
  /** Why others cannot be told, or null: then nothing is claimed, and nobody was seen. */
  readonly trouble: string | null;
  readonly #directories: readonly string[];
  readonly #own: OwnClaims | null;
  #others: ReadonlyMap<string, Holder>;

  private constructor(
    trouble: string | null,
    directories: readonly string[],
    others: ReadonlyMap<string, Holder>,
    own: OwnClaims | null,
  ) {
    this.trouble = trouble;
    this.#directories = directories;
    this.#others = others;
    this.#own = own;
  }

  /** Never rejects: a host without a directory for locks is said, and run. */
  static async take(options: ClaimOptions): Promise<HostClaims> {
    const { directories } = options;
    const troubles: string[] = [];
    const me = await describeSelf(options.home, options.wall);
    for (const directory of directories) {
      try {
        const own = await OwnClaims.write(directory, me, options.wanted);
        const others = await readOthers(directories, own.token);
        return new HostClaims(null, directories, others, own);
      } catch (error) {
        troubles.push(messageOf(error));
      }
    }
    const others = await readOthers(directories, null);
    return new HostClaims(troubles.join('; '), directories, others, null);
  }

  /** Another living process that claims it, or null. */
  holderOf(claim: string): Holder | null {
    return this.#others.get(claim) ?? null;
  }

  /** Claims these and nothing else, and looks at what others have by now. */
  async renew(claims: readonly string[]): Promise<void> {
    await this.#own?.rewrite(claims);
    this.#others = await readOthers(this.#directories, this.#own?.token ?? null);
  }

  /** The rest is given back: somebody else has it, or what stands beside it. */
  async keep(claims: readonly string[]): Promise<void> {
    await this.#own?.rewrite(claims);
  }

  async release(): Promise<void> {
    await this.#own?.remove();
  }
}

class OwnClaims {
  readonly token: string;
  readonly #path: string;
  readonly #me: Holder;
  readonly #server: Server;

  private constructor(path: string, token: string, me: Holder, server: Server) {
    this.#path = path;
    this.token = token;
    this.#me = me;
    this.#server = server;
  }

  static async write(directory: string, me: Holder, wanted: readonly string[]): Promise<OwnClaims> {
    await makeDirectory(directory);
    const token = `${me.pid}-${randomBytes(4).toString('hex')}`;
    const path = join(directory, token);
    const server = await listen(`${path}.sock`);
    const own = new OwnClaims(path, token, me, server);
    try {
      await own.rewrite(wanted);
    } catch (error) {
      await own.remove();
      throw error;
    }
    return own;
  }

  /** Whole or not at all, for whoever reads meanwhile. */
  async rewrite(claims: readonly string[]): Promise<void> {
    const text = [...holderLines(this.#me), ...claims].map((line) => `${line}\n`).join('');
    const fresh = `${this.#path}.new`;
    await writeFile(fresh, text);
    await chmod(fresh, CLAIMS_MODE);
    await rename(fresh, `${this.#path}${SUFFIX}`);
  }

  async remove(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const suffix of [SUFFIX, '.new', '.sock']) {
      await rm(`${this.#path}${suffix}`, { force: true }).catch(() => {});
    }
    await closed;
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
    await chmod(path, DIRECTORY_MODE);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  const found = await lstat(path);
  const isOpen = (found.mode & FOR_OTHERS_TO_WRITE) !== 0;
  if (!found.isDirectory() || (isOpen && (found.mode & STICKY) === 0)) {
    throw new Error(`${path} is not a directory in which only owners remove their files`);
  }
}

function listen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      server.on('error', () => {});
      server.unref();
      chmod(path, 0o666).then(() => resolve(server), reject);
    });
  });
}

// ---- the others ----------------------------------------------------------------------------------

/** Claims of living processes. Of dead ones the files are removed, where that is permitted. */
async function readOthers(
  directories: readonly string[],
  ownToken: string | null,
): Promise<ReadonlyMap<string, Holder>> {
  const found = new Map<string, Holder>();
  for (const path of await claimFiles(directories)) {
    const stem = path.slice(0, -SUFFIX.length);
    if (ownToken !== null && stem.endsWith(`/${ownToken}`)) continue;
    const lines = (await readClaims(path)).split('\n');
    const holder = parseHolder(lines);
    if (holder === null) continue;
    if ((await listens(`${stem}.sock`)) || (await lives(holder))) {
      for (const claim of lines.slice(holderLines(holder).length)) found.set(claim, holder);
    } else {
      for (const dead of [path, `${stem}.sock`]) await rm(dead, { force: true }).catch(() => {});
    }
  }
  found.delete('');
  return found;
}

/** /var/lock is mostly another name for /run/lock. */
async function claimFiles(directories: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const directory of directories) {
    try {
      const real = await realpath(directory);
      for (const name of await readdir(real)) {
        if (name.endsWith(SUFFIX)) files.add(join(real, name));
      }
    } catch {
      // There is none, or it is not for us to read.
    }
  }
  return [...files];
}

/** Anybody may have put anything there: a pipe must not hold us up, nor a huge file. */
async function readClaims(path: string): Promise<string> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    const file = await open(path, flags);
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.min(size, CLAIMS_BYTES_MAX));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return bytes.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error) => {
      const code = systemCode(error);
      resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT' && code !== 'ENOTSOCK');
    });
  });
}
