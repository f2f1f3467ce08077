/**
 * What a login over ssh needs here and is not there: key files, secrets, files of host keys, an agent,
 * the inner parts of ssh2 that a BREAK takes. Called by `missingParts`. Connects to nothing.
 */
import { accessSync, constants } from 'node:fs';
import { ClistError } from '../clist/clist-error.ts';
import type { ClusterNode, Secret, SshTarget } from '../clist/cluster.ts';
import { resolveSecret } from '../clist/secrets.ts';
import { missingInternals } from '../transport/ssh-internals.ts';
import type { ConsoleTrouble } from './missing-console.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export function sshTroubles(node: ClusterNode, environment: Environment): ConsoleTrouble[] {
  const { console, admin, breakMethod } = node;
  const logins = [...(console.kind === 'ssh' ? [console] : []), ...(admin === null ? [] : [admin])];
  const found = logins.flatMap((login) => troublesOf(login, environment));
  const internals =
    console.kind === 'ssh' && breakMethod.kind === 'line' ? missingInternals() : null;
  if (internals !== null) {
    found.push({ what: internals, hint: 'install clusterd with its own ssh2: npm ci' });
  }
  return [...new Map(found.map((one) => [one.what, one])).values()];
}

function troublesOf(login: SshTarget, environment: Environment): ConsoleTrouble[] {
  const { key, passphrase, password, agent, knownHosts } = login;
  const keyFile: Secret | null = key === null ? null : { kind: 'file', path: key };
  const secrets = [keyFile, passphrase, password].flatMap((secret) =>
    secret === null ? [] : (secretTrouble(secret, environment) ?? []),
  );
  const isDeaf = agent && (environment.SSH_AUTH_SOCK ?? '') === '';
  return [
    ...secrets,
    ...(isDeaf ? [NO_AGENT] : []),
    ...(knownHosts === null || isReadable(knownHosts) ? [] : [unreadable(knownHosts)]),
  ];
}

const NO_AGENT: ConsoleTrouble = {
  what: 'there is no ssh agent: SSH_AUTH_SOCK is not set',
  hint: 'start the daemon with an agent, or use key=PATH',
};

function secretTrouble(secret: Secret, environment: Environment): ConsoleTrouble | null {
  try {
    resolveSecret(secret, environment);
    return null;
  } catch (error) {
    if (error instanceof ClistError) return { what: error.message, hint: error.hint };
    throw error;
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function unreadable(file: string): ConsoleTrouble {
  return {
    what: `the file of host keys ${file} cannot be read`,
    hint: 'make it: ssh-keyscan HOST, compared at the host; the user of the daemon reads it',
  };
}
