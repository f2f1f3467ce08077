/**
 * One daemon per CLUSTER_HOME. Taken by `clusterd run` before anything else, held until it ends.
 * Two things stand for it: `state/clusterd.pid`, made by link(2) so that only one process can make
 * it, and the control socket, on which the holder answers. What a killed daemon left behind is
 * recognised (its process is gone, nobody answers) and taken over.
 * Must never let two daemons drive the same consoles: when in doubt it refuses.
 */
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { DaemonError, systemCode } from '../cluster/daemon-error.ts';
import { ask } from './client.ts';
import { pidPath, socketPath } from './daemon-paths.ts';
import {
  describeSelf,
  type Holder,
  holderLines,
  lives,
  nameOf,
  parseHolder,
} from './process-life.ts';
import type { Answer } from './served-connection.ts';
import { ControlServer, checkSocketPath } from './server.ts';

export interface DaemonLock {
  readonly server: ControlServer;
  /** Gives socket and pid file back. */
  release(): Promise<void>;
}

const ATTEMPTS = 5;

/**
 * The pid file holds, a line each: the pid, for init scripts; when that process started, so that a
 * pid used again by another program is not taken for the holder; user; CLUSTER_HOME; since when.
 * `group`: of the operators, by number; null: as the system gives it.
 * Throws DaemonError `already-running` with the holder's name, `socket-path`, `socket`.
 */
export async function lockDaemon(
  stateDirectory: string,
  answer: Answer,
  clock: Clock,
  group: number | null = null,
  cluster: string | null = null,
): Promise<DaemonLock> {
  const socket = socketPath(stateDirectory, cluster);
  const pidFile = pidPath(stateDirectory, cluster);
  checkSocketPath(socket);
  const me = await describeSelf(dirname(stateDirectory), clock.now().wall);
  await takePidFile(pidFile, me);
  try {
    await refuseIfAnswered(socket, pidFile, clock);
    await rm(socket, { force: true });
    const server = await ControlServer.listen(socket, answer, clock, group);
    const kept = await readHolder(pidFile);
    if (kept === null || kept.pid !== me.pid) {
      await server.close();
      throw alreadyRunning(kept, pidFile);
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
  await writeFile(
    mine,
    holderLines(me)
      .map((line) => `${line}\n`)
      .join(''),
    { mode: 0o644 },
  );
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (await linked(mine, pidFile)) return;
      const holder = await readHolder(pidFile);
      if (holder !== null && (await lives(holder))) {
        throw alreadyRunning(holder, pidFile);
      }
      await setAside(pidFile, holder);
    }
    throw alreadyRunning(null, pidFile);
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

/** Who holds the lock, living or dead, or null. */
export async function readHolder(path: string): Promise<Holder | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  return parseHolder(text.split('\n'));
}

/** Somebody who answers holds the lock, whatever the pid file says. */
async function refuseIfAnswered(socket: string, pidFile: string, clock: Clock): Promise<void> {
  try {
    await stat(socket);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  let holder: Holder | null = null;
  try {
    const { daemon } = await ask(socket, { kind: 'ping' }, clock);
    const since = new Date(daemon.startedWall).toISOString();
    holder = { pid: daemon.pid, started: '', user: '', home: daemon.home, since };
  } catch (error) {
    if (error instanceof DaemonError && error.code === 'not-running') return;
  }
  throw alreadyRunning(holder, pidFile);
}

function alreadyRunning(holder: Holder | null, pidFile: string): DaemonError {
  const who = holder === null ? 'another daemon' : nameOf(holder);
  return new DaemonError('already-running', `this CLUSTER_HOME is run already, by ${who}`, {
    context: { pidFile, pid: holder?.pid ?? 0 },
    hint:
      holder === null
        ? `look at ${pidFile}`
        : `stop it first: clusterd stop, or kill ${holder.pid}`,
  });
}
