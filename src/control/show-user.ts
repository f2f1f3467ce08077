/**
 * The command's end of the proof of challenge.ts: makes the file that shows the kernel's word for who
 * runs this command. Called by client.ts before a request that acts.
 * Must never make a file elsewhere, whatever the other end says, and never fail: without the file the
 * name is only said.
 */
import { constants } from 'node:fs';
import { lstat, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Challenge, PROOF_MODE, proofText, WORD_PATTERN, whoDirectory } from './challenge.ts';

const MAKE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** As the daemon takes it. */
const NAME_PATTERN = /^[\w.@\\+-]{1,128}\$?$/;

/** The returned function removes the file, when the daemon has not. */
export async function showUser(
  socket: string,
  challenge: Challenge,
  line: string,
): Promise<() => Promise<void>> {
  const nothing = async () => {};
  if (!WORD_PATTERN.test(challenge.file) || !WORD_PATTERN.test(challenge.word)) return nothing;
  const directory = whoDirectory(socket);
  const path = join(directory, challenge.file);
  try {
    // Through a symbolic link the proof would be given to another daemon than the one that was asked.
    if (!(await lstat(directory)).isDirectory()) return nothing;
    const handle = await open(path, MAKE, PROOF_MODE);
    try {
      await handle.writeFile(proofText(challenge, line));
      await handle.chmod(PROOF_MODE);
    } finally {
      await handle.close();
    }
  } catch {
    // Read only, full, or not ours to write: what was made of it is removed all the same.
  }
  return () => unlink(path).catch(() => {});
}

/** Who became root by sudo or doas, as these tell it; null: nobody did. */
export function sudoUser(environment: Readonly<Record<string, string | undefined>>): string | null {
  const said = environment.SUDO_USER ?? environment.DOAS_USER ?? '';
  return NAME_PATTERN.test(said) ? said : null;
}
