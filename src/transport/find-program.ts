/**
 * Where a program is: PATH is looked through as a shell does. Called by the exec transport, which
 * needs the whole path before it starts anything, and at the start of the daemon.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Used when there is no PATH, as execvp(3) does. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

export type Found =
  | { readonly kind: 'found'; readonly path: string }
  /** `missing`: there is none; `no-program`: a file that may not be run. */
  | { readonly kind: 'missing' | 'no-program' };

export function findProgram(name: string, path: string = process.env.PATH ?? DEFAULT_PATH): Found {
  if (name.includes('/')) return look(name);
  let worst: Found = { kind: 'missing' };
  for (const directory of path.split(delimiter)) {
    if (!directory.startsWith('/')) continue; // what the working directory is, is chance
    const found = look(join(directory, name));
    if (found.kind === 'found') return found;
    if (found.kind === 'no-program') worst = found;
  }
  return worst;
}

function look(file: string): Found {
  try {
    if (!statSync(file).isFile()) return { kind: 'no-program' };
  } catch {
    return { kind: 'missing' };
  }
  try {
    accessSync(file, constants.X_OK);
    return { kind: 'found', path: file };
  } catch {
    return { kind: 'no-program' };
  }
}
