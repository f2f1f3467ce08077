/**
 * Where a daemon's socket and pid file are. Asked by every command, so it must need nothing of what
 * speaks over the socket.
 */
import { join } from 'node:path';
import { socketName } from './daemons-of-home.ts';

/** `cluster`: the one that a daemon runs alone; null for the daemon that runs all. */
export function socketPath(stateDirectory: string, cluster: string | null = null): string {
  return join(stateDirectory, socketName(cluster));
}

export function pidPath(stateDirectory: string, cluster: string | null = null): string {
  return join(stateDirectory, cluster === null ? 'clusterd.pid' : `clusterd.${cluster}.pid`);
}
