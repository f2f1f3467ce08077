/**
 * What is to be done about one file of an installation: the same question for all of them, so that
 * what an administrator has edited is never overwritten. Called by carry-out.ts. Looks only.
 */
import { readFileSync, statSync } from 'node:fs';
import { systemCode } from '../cluster/daemon-error.ts';
import { digestOf, type Manifest } from './manifest.ts';
import type { FileStep } from './step.ts';

export type FileVerdict =
  | 'new'
  /** It is there as it is to be. */
  | 'same'
  /** Ours of an earlier version, nobody has touched it. */
  | 'update'
  /** Edited: the new version goes beside it. */
  | 'beside'
  /** Edited, and this version stood beside it before. */
  | 'edited'
  /** It belongs to the site. */
  | 'kept';

export function judgeFile(step: FileStep, { files }: Manifest): FileVerdict {
  const { path, content, onlyIfMissing, mode } = step;
  const present = readIfThere(path);
  if (present === null) return 'new';
  if (onlyIfMissing) return 'kept';
  const ours = digestOf(content);
  const placed = files[path];
  if (present.digest === ours) return present.mode === mode ? 'same' : 'update';
  if (present.digest === placed) return 'update';
  return placed === ours ? 'edited' : 'beside';
}

export interface Present {
  readonly digest: string;
  readonly mode: number;
}

/** Null: no such file. A link to a file counts as what it leads to. */
export function readIfThere(path: string): Present | null {
  try {
    return { digest: digestOf(readFileSync(path)), mode: statSync(path).mode & 0o7777 };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
