/**
 * The record of what `clusterd install` has placed, in CLUSTER_HOME: by it a second install knows an
 * edited file from an older one, and `clusterd uninstall` leaves nothing over and removes nothing of
 * the site's own.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DaemonError, messageOf, systemCode } from '../cluster/daemon-error.ts';

const schema = z.object({
  version: z.literal(1),
  prefix: z.string(),
  home: z.string(),
  user: z.string(),
  /** We made the user; else it was there. */
  madeUser: z.boolean(),
  /** In the order in which they were made. */
  directories: z.array(z.string()),
  /** Path to the SHA-256 of what we placed there last, or offered beside it. */
  files: z.record(z.string(), z.string()),
  /** Known to init and systemd. */
  registered: z.boolean(),
});
export type Manifest = z.infer<typeof schema>;

export function emptyManifest(prefix: string, home: string, user: string): Manifest {
  return {
    version: 1,
    prefix,
    home,
    user,
    madeUser: false,
    directories: [],
    files: {},
    registered: false,
  };
}

/** Null: nothing was installed there. Throws DaemonError `refused` for one that cannot be read. */
export function readManifest(path: string): Manifest | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new DaemonError('refused', `${path} cannot be read: ${messageOf(error)}`, {
      context: { path },
      hint: 'it records what was installed: bring it back, or remove it to begin anew',
      cause: error,
    });
  }
}

export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

export function digestOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
