/**
 * The name of a user by number: from /etc/passwd, else from whatever directory the host asks
 * (getent). Called by peer.ts for each request that acts. Remembers what it found; never waits long.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const PASSWD = '/etc/passwd';
/** A directory server that does not answer must not hold an operator up. */
const GETENT_MS = 3_000;
/** As useradd(8) takes them, with the capitals, dots and domains of directory servers. */
const NAME_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9_.@\\+-]{0,127}\$?$/;

export class UserNames {
  readonly #known = new Map<number, string>();

  /** `uid 4711` for a user without a name, or with one that nobody should have. */
  async nameOf(uid: number): Promise<string> {
    const known = this.#known.get(uid);
    if (known !== undefined) return known;
    const name = (await inPasswd(uid)) ?? (await byGetent(uid));
    if (name === null || !NAME_PATTERN.test(name)) return `uid ${uid}`;
    this.#known.set(uid, name);
    return name;
  }
}

async function inPasswd(uid: number): Promise<string | null> {
  try {
    return nameIn(await readFile(PASSWD, 'utf8'), uid);
  } catch {
    return null;
  }
}

function byGetent(uid: number): Promise<string | null> {
  return new Promise((resolve) => {
    execFile('getent', ['passwd', `${uid}`], { timeout: GETENT_MS }, (error, out) =>
      resolve(error === null ? nameIn(out, uid) : null),
    );
  });
}

function nameIn(passwd: string, uid: number): string | null {
  for (const line of passwd.split('\n')) {
    const [name, , number] = line.split(':');
    if (name !== undefined && number === `${uid}`) return name;
  }
  return null;
}
