/**
 * One daemon per CLUSTER_HOME. Taken by `clusterd run` before anything else, held until it ends.
 * Two things stand for it: `state/clusterd.pid`, made by link(2) so that only one process can make
 * it, and the control socket, on which the holder answers. What a killed daemon left behind is
 * recognised (its process is gone, nobody answers) and taken over.
 * Must never let two daemons drive the same consoles: when in doubt it refuses.
 */
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { DaemonError, systemCode } from '../cluster/daemon-error.ts';
import { ask } from './client.ts';
import { type Answer, ControlServer, checkSocketPath } from './server.ts';

export interface DaemonLock {
  readonly server: ControlServer;
  /** Gives socket and pid file back. */
  release(): Promise<void>;
}

/**
 * The pid file: in the first line the pid, for init scripts; in the second when that process
 * started, so that a pid used again by another program is not taken for the holder.
 */
interface Holder {
  readonly pid: number;
  readonly started: string;
}

const ATTEMPTS = 5;

export function socketPath(stateDirectory: string): string {
  return join(stateDirectory, 'control.sock');
}

export function pidPath(stateDirectory: string): string {
  return join(stateDirectory, 'clusterd.pid');
}

/** Throws DaemonError `already-running` with the holder's pid, `socket-path`, `socket`. */
export async function lockDaemon(
  stateDirectory: string,
  answer: Answer,
  clock: Clock,
): Promise<DaemonLock> {
  const socket = socketPath(stateDirectory);
  const pidFile = pidPath(stateDirectory);
  checkSocketPath(socket);
  const me = await describeSelf();
  await takePidFile(pidFile, me);
  try {
    await refuseIfAnswered(socket, clock);
    await rm(socket, { force: true });
    const server = await ControlServer.listen(socket, answer);
    const kept = await readHolder(pidFile);
    if (kept === null || kept.pid !== me.pid) {
      await server.close();
      throw alreadyRunning(kept?.pid ?? null, stateDirectory);
    }
    return { server, release: () => release(server, pidFile, me) };
  } catch (error) {
    await removeOwn(pidFile, me);
    throw error;
  }
}

async function release(server: ControlServer, pidFile: string, me: Holder): Promise<void> {
  await server.close();
  await removeOwn(pidFile, me);
}

async function takePidFile(pidFile: string, me: Holder): Promise<void> {
  const mine = `${pidFile}.${me.pid}`;
  await writeFile(mine, `${me.pid}\n${me.started}\n`, { mode: 0o644 });
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (await linked(mine, pidFile)) return;
      const holder = await readHolder(pidFile);
      if (holder !== null && (await lives(holder))) {
        throw alreadyRunning(holder.pid, dirname(pidFile));
      }
      await setAside(pidFile, holder);
    }
    throw alreadyRunning(null, dirname(pidFile));
  } finally {
    await rm(mine, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead daemon's pid file away; puts it back when it was a newer one meanwhile. */
async function setAside(pidFile: string, dead: Holder | null): Promise<void> {
  const aside = `${pidFile}.stale.${process.pid}`;
  try {
    await rename(pidFile, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = await readHolder(aside);
  const another = moved !== null && (moved.pid !== dead?.pid || moved.started !== dead.started);
  if (another) await linked(aside, pidFile);
  await rm(aside, { force: true });
}

async function removeOwn(pidFile: string, me: Holder): Promise<void> {
  const holder = await readHolder(pidFile);
  if (holder?.pid === me.pid) await rm(pidFile, { force: true });
}

async function readHolder(path: string): Promise<Holder | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  const [pid = '', started = ''] = text.split('\n');
  return /^[1-9]\d*$/.test(pid) ? { pid: Number(pid), started } : null;
}

async function describeSelf(): Promise<Holder> {
  return { pid: process.pid, started: await startOf(process.pid) };
}

async function lives(holder: Holder): Promise<boolean> {
  if (holder.pid === process.pid) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
  }
  const started = await startOf(holder.pid);
  return started === '' || holder.started === '' || started === holder.started;
}

const ENDED = 'ended';

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

/** Somebody who answers holds the lock, whatever the pid file says. */
async function refuseIfAnswered(socket: string, clock: Clock): Promise<void> {
  try {
    await stat(socket);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  let pid: number | null = null;
  try {
    pid = (await ask(socket, { kind: 'ping' }, clock)).daemon.pid;
  } catch (error) {
    if (error instanceof DaemonError && error.code === 'not-running') return;
  }
  throw alreadyRunning(pid, dirname(socket));
}

function alreadyRunning(pid: number | null, directory: string): DaemonError {
  const who = pid === null ? 'another daemon' : `process ${pid}`;
  return new DaemonError('already-running', `${who} already runs this CLUSTER_HOME`, {
    context: { directory, pid: pid ?? 0 },
    hint: pid === null ? `look at ${directory}/clusterd.pid` : `stop it first: kill ${pid}`,
  });
}
