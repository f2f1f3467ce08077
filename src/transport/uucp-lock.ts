/**
 * The lock file by which serial programs (minicom, cu, conserver, ser2net) keep out of each other's
 * way: `/var/lock/LCK..ttyS0`, ten characters of pid and a line end. Beside it, serialport holds a
 * flock, which these do not look at. Called by serial.ts.
 * A lock of a dead process is taken over. Where the directory is missing or not ours to write to,
 * there is no such lock, and the port is opened all the same.
 */
import { readFileSync, rmSync } from 'node:fs';
import { link, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { TransportError } from './transport.ts';

export const UUCP_DIRECTORY = '/var/lock';
/** Another program has made its file and not yet written its pid. */
const EMPTY_MS = 10_000;
const ATTEMPTS = 3;
const NOT_POSSIBLE = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC'];

export interface UucpLock {
  release(): void;
}

const NONE: UucpLock = { release: () => {} };

/** Rejects with a TransportError `busy` that names the holder. */
export async function lockPort(
  port: string,
  clock: Clock,
  directory = UUCP_DIRECTORY,
): Promise<UucpLock> {
  const name = await nameOf(port);
  if (name === null) return NONE;
  const path = join(directory, name);
  const mine = `${path}.${process.pid}`;
  try {
    await writeFile(mine, `${String(process.pid).padStart(10)}\n`, { mode: 0o644 });
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (await linked(mine, path)) return { release: () => release(path) };
      const holder = await holderOf(path, clock);
      if (holder !== null) throw busy(port, path, holder);
      await setAside(path, mine, clock);
    }
    throw busy(port, path, 'another program');
  } catch (error) {
    if (NOT_POSSIBLE.includes(codeOf(error))) return NONE;
    throw error;
  } finally {
    await rm(mine, { force: true }).catch(() => {});
  }
}

/** Null: no serial port or pty; it will be refused for what it is. */
async function nameOf(port: string): Promise<string | null> {
  try {
    const real = await realpath(port);
    if (!/^\/dev\/(?:tty|pts\/|cu|term\/)/.test(real)) return null;
    return `LCK..${real.replace(/^\/dev\//, '').replaceAll('/', '_')}`;
  } catch {
    return null;
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead lock away; puts it back when it was a living one meanwhile. */
async function setAside(path: string, mine: string, clock: Clock): Promise<void> {
  const aside = `${mine}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if ((await holderOf(aside, clock)) !== null) await linked(aside, path);
  await rm(aside, { force: true });
}

/** The living program that has it, in words, or null. */
async function holderOf(path: string, clock: Clock): Promise<string | null> {
  let bytes: Buffer;
  let writtenAt: number;
  try {
    bytes = await readFile(path);
    writtenAt = (await stat(path)).mtimeMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  if (bytes.length === 0) {
    return clock.now().wall - writtenAt > EMPTY_MS ? null : 'a program that is just starting';
  }
  const pid = parsePid(bytes);
  if (pid === null || pid === process.pid || !isAlive(pid)) return null;
  const program = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return `process ${pid}${program === '' ? '' : ` (${program.trim()})`}`;
}

/** As text, or as the four bytes that old programs write. */
function parsePid(bytes: Buffer): number | null {
  const text = bytes.toString('latin1');
  if (bytes.length === 4 && !/^[\s\d]+$/.test(text)) return bytes.readInt32LE();
  const pid = /^\s*([1-9]\d*)/.exec(text)?.[1];
  return pid === undefined ? null : Number(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** At once: the process may be on its way out. */
function release(path: string): void {
  try {
    if (parsePid(readFileSync(path)) === process.pid) rmSync(path, { force: true });
  } catch {
    // Somebody has removed it.
  }
}

function busy(port: string, path: string, holder: string): TransportError {
  return new TransportError(
    'busy',
    `${port} is used by ${holder}, says ${path}`,
    'end that program; a lock of a dead one is taken over',
  );
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}
