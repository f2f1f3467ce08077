/** The files with which a person, or clusterd, logs in to simulated nodes. Called by main.ts. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Address } from './socket-server.ts';
import type { SshKeys } from './ssh-server.ts';

/** Writes the key and known_hosts; what is said about them. */
export function writeSshFiles(
  folder: string,
  keys: SshKeys,
  addresses: readonly Address[],
): readonly string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = join(folder, 'id_ed25519');
  const known = join(folder, 'known_hosts');
  const hosts = addresses.map(({ host, port }) => `[${host}]:${port} ${keys.hostPublic}`);
  writeFileSync(key, keys.userKey, { mode: 0o600 });
  chmodSync(key, 0o600);
  writeFileSync(known, hosts.map((line) => `${line}\n`).join(''));
  return [`ssh key: ${key}`, `ssh known_hosts: ${known}`, ...hosts];
}
