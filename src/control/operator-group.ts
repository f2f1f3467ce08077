/**
 * The group of users who are operators, when it is not the daemon's own (`clusterd run --group`): its
 * directories are given to it, and what is made in them follows. Called by the daemon at its start.
 * A group that cannot be had is said and keeps nothing from being watched.
 */
import { execFile } from 'node:child_process';
import { chmod, chown, readFile } from 'node:fs/promises';
import { messageOf } from '../cluster/daemon-error.ts';

const GETENT_MS = 5_000;
/** What is made in the directory belongs to its group. */
const DIRECTORY_MODE = 0o2750;

export interface GivenToGroup {
  /** Its number; null: none was named, or it could not be had. */
  readonly group: number | null;
  /** Why it could not be had, or null. */
  readonly trouble: string | null;
}

/** `name`: of a group, or null where none was named. Never throws. */
export async function giveToGroup(
  name: string | null,
  directories: readonly string[],
): Promise<GivenToGroup> {
  if (name === null) return { group: null, trouble: null };
  const group = await numberOf(name);
  if (group === null) return failed(name, 'this host knows no such group');
  try {
    for (const directory of directories) {
      await chown(directory, -1, group);
      await chmod(directory, DIRECTORY_MODE);
    }
  } catch (error) {
    return failed(name, `${messageOf(error)}; the daemon's user must be a member of it`);
  }
  return { group, trouble: null };
}

function failed(name: string, why: string): GivenToGroup {
  return { group: null, trouble: `the group ${name} does not become the operators': ${why}` };
}

async function numberOf(name: string): Promise<number | null> {
  if (/^\d+$/.test(name)) return Number(name);
  return (await inGroups(name)) ?? (await byGetent(name));
}

async function inGroups(name: string): Promise<number | null> {
  try {
    return numberIn(await readFile('/etc/group', 'utf8'), name);
  } catch {
    return null;
  }
}

function byGetent(name: string): Promise<number | null> {
  return new Promise((resolve) => {
    execFile('getent', ['group', '--', name], { timeout: GETENT_MS }, (error, out) =>
      resolve(error === null ? numberIn(out, name) : null),
    );
  });
}

function numberIn(groups: string, name: string): number | null {
  for (const line of groups.split('\n')) {
    const [first, , number] = line.split(':');
    if (first === name && number !== undefined && /^\d+$/.test(number)) return Number(number);
  }
  return null;
}
