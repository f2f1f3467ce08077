/**
 * The journal's directory on the real disk. Files are for owner and group only (0640).
 * Made by journal-file.ts.
 */
import { constants } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from './daemon-error.ts';
import type { JournalDirectory } from './journal-directory.ts';

const FILE_MODE = 0o640;
const DIRECTORY_MODE = 0o750;
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;

/** Makes the directory when it is missing. Rejects with the system's error. */
export async function openJournalDirectory(path: string): Promise<JournalDirectory> {
  await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  const at = (name: string) => join(path, name);
  return {
    path,
    read: (name) => readIfThere(at(name)),
    open: (name) => open(at(name), APPEND, FILE_MODE),
    async create(name) {
      await rm(at(name), { force: true });
      return open(at(name), APPEND | constants.O_EXCL, FILE_MODE);
    },
    rename: (from, to) => rename(at(from), at(to)),
    link: (from, to) => link(at(from), at(to)),
    remove: (name) => rm(at(name), { force: true }),
    list: () => readdir(path),
    sync: () => syncDirectory(path),
  };
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
