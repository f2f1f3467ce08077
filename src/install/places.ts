/**
 * Where everything of an installation is: chosen once from the options of `clusterd install`, used by
 * plan.ts and, with the manifest, by `clusterd uninstall`. With a prefix all of it stands below that
 * directory, works there, and nothing else of the system is touched.
 */
import { join } from 'node:path';
import { DaemonError } from '../cluster/daemon-error.ts';

export interface Places {
  /** '' for the system itself, else a directory, absolute. */
  readonly prefix: string;
  /** CLUSTER_HOME. */
  readonly home: string;
  /** Who runs the daemon, and the group of the operators. */
  readonly user: string;
  readonly group: string;
  /** Who owns what the daemon must not write. */
  readonly admin: { readonly user: string; readonly group: string };
  /** The interpreter and the program. */
  readonly node: string;
  readonly main: string;
  /** The package: `share`, `chat-scripts`, CList. */
  readonly packageRoot: string;
}

export const DEFAULT_HOME = '/var/lib/clusterd';
export const DEFAULT_USER = 'clusterd';
export const MANIFEST = '.installed.json';

export function defaultsFile({ prefix }: Pick<Places, 'prefix'>): string {
  return `${prefix}/etc/default/clusterd`;
}

export function launcher({ prefix }: Pick<Places, 'prefix'>): string {
  return `${prefix}/usr/local/bin/clusterd`;
}

export function manifestPath({ home }: Pick<Places, 'home'>): string {
  return join(home, MANIFEST);
}

/** They stand in scripts, units and lists of files. Throws DaemonError `refused`. */
export function refuseOddPath(path: string): string {
  if (/^\/[A-Za-z0-9_.,+@/-]*$/.test(path)) return path;
  throw new DaemonError('refused', `${path} cannot stand in init scripts and units`, {
    context: { path },
    hint: 'use a path of letters, digits and . , + @ _ - alone, without blanks',
  });
}
