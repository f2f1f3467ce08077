/**
 * Which process is that, and does it still live? For locks that name their holder: a pid alone may
 * have been given to another program since. Called by the locks of this room.
 */
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { systemCode } from '../cluster/daemon-error.ts';

/** What a lock says of its holder. Texts may be empty: an older clusterd wrote less. */
export interface Holder {
  readonly pid: number;
  /** When that process started, with the boot of the host; '' where the system does not tell. */
  readonly started: string;
  readonly user: string;
  readonly home: string;
  /** ISO time. */
  readonly since: string;
}

const ENDED = 'ended';

/** `wall`: now, milliseconds since 1970. */
export async function describeSelf(home: string, wall: number): Promise<Holder> {
  const started = await startOf(process.pid);
  const since = new Date(wall).toISOString();
  return { pid: process.pid, started, user: userName(), home: oneLine(home), since };
}

/** Never of this process itself: what names our own pid was left by another that had it. */
export async function lives({ pid, started }: Pick<Holder, 'pid' | 'started'>): Promise<boolean> {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
  }
  const now = await startOf(pid);
  return now === '' || started === '' || now === started;
}

/** `process 4711 (ann, /srv/cluster, since 2026-11-22T17:34:53Z)` */
export function nameOf({ pid, user, home, since }: Holder): string {
  const known = [user, home, since === '' ? '' : `since ${since.replace(/\.\d+Z$/, 'Z')}`];
  const words = known.filter((word) => word !== '');
  return words.length === 0 ? `process ${pid}` : `process ${pid} (${words.join(', ')})`;
}

/** The lines that stand for a holder in a file; the first two are for init scripts, too. */
export function holderLines({ pid, started, user, home, since }: Holder): string[] {
  return [`${pid}`, started, user, home, since];
}

/** Null: it does not begin with a pid. */
export function parseHolder(lines: readonly string[]): Holder | null {
  const [pid = '', started = '', user = '', home = '', since = ''] = lines;
  return /^[1-9]\d*$/.test(pid) ? { pid: Number(pid), started, user, home, since } : null;
}

/**
 * `starttime` of proc(5), with the boot it counts from; `ENDED` for a zombie that nobody buried
 * (containers); '' where there is no /proc.
 */
async function startOf(pid: number): Promise<string> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return ENDED;
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return `${fields[19] ?? ''} ${boot}`;
  } catch {
    return '';
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? '?'}`; // Containers run as users that nobody named.
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/[\0-\x1f\x7f]/g, '?');
}
