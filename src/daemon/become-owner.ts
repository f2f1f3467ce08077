/**
 * Started by root, the daemon becomes the user to whom `state` belongs: init scripts need no option
 * for it, and root who types `clusterd run` leaves no files behind that the daemon cannot write.
 * Called by `run` and `start` before anything is read or written. Where `state` belongs to root, or
 * is not there yet, nothing changes.
 */
import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import type { Home } from '../home/home.ts';

/** Missing in the declarations of Node 20, not in Node. */
type WithGroups = NodeJS.Process & { initgroups(user: number, group: number): void };

/** The name of the user that this process has become, or null. Throws DaemonError `refused`. */
export function becomeOwner({ state }: Home): string | null {
  if (process.getuid?.() !== 0) return null;
  const found = statSync(state, { throwIfNoEntry: false });
  if (found === undefined || found.uid === 0) return null;
  try {
    // Groups first: dialout opens the serial ports, and only root may take groups.
    (process as WithGroups).initgroups(found.uid, found.gid);
    process.setgid?.(found.gid);
    process.setuid?.(found.uid);
  } catch (error) {
    throw new DaemonError('refused', `cannot become user ${found.uid}: ${messageOf(error)}`, {
      context: { state, uid: found.uid },
      hint: `${state} belongs to that user: give it to one that there is (chown)`,
      cause: error,
    });
  }
  return settleIn();
}

/** Programs that we run (ssh) look for their files in HOME. */
function settleIn(): string {
  const { username, homedir } = userInfo();
  process.env.HOME = homedir;
  process.env.USER = username;
  process.env.LOGNAME = username;
  return username;
}
