/**
 * The daemon's user must be able to read the program that root installs: a clone in /root or an
 * interpreter below somebody's home is closed to it, and nothing would say so before the first start.
 * Called by `clusterd install`.
 */
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DaemonError } from '../cluster/daemon-error.ts';

const OTHERS_READ = 0o004;
const OTHERS_ENTER = 0o001;

/** Throws DaemonError `refused`. */
export function refuseUnreadable(path: string, user: string): void {
  const closed = closedOnTheWay(path);
  if (closed === null) return;
  throw new DaemonError('refused', `the user ${user} could not read ${path}: ${closed} is closed`, {
    context: { path, closed },
    hint: 'put clusterd where everybody may read it: npm pack, then npm install -g clusterd-*.tgz',
  });
}

/** What keeps others from it, or null. */
function closedOnTheWay(path: string): string | null {
  const real = realpathSync(path);
  if ((statSync(real).mode & OTHERS_READ) === 0) return real;
  for (let at = dirname(real); at !== '/'; at = dirname(at)) {
    if ((statSync(at).mode & OTHERS_ENTER) === 0) return at;
  }
  return null;
}
