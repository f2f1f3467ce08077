/** Users and groups of this host, asked through id(1) and getent(1). Called by plan and carry-out. */
import { spawnSync } from 'node:child_process';

export function userExists(name: string): boolean {
  return answer('id', '-u', name) !== null;
}

export function groupExists(name: string): boolean {
  return answer('getent', 'group', name) !== null;
}

/** Null: there is no such user. */
export function groupOfUser(name: string): string | null {
  return answer('id', '-gn', name);
}

export function groupsOfUser(name: string): readonly string[] {
  return (answer('id', '-Gn', name) ?? '').split(' ');
}

/** Null: there is none. */
export function uidOf(user: string): number | null {
  const text = answer('id', '-u', user);
  return text === null ? null : Number(text);
}

/** Null: there is none. */
export function gidOf(group: string): number | null {
  const text = answer('getent', 'group', group)?.split(':')[2];
  return text === undefined ? null : Number(text);
}

function answer(program: string, ...words: string[]): string | null {
  const { status, stdout } = spawnSync(program, words, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
