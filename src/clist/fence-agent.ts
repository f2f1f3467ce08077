/**
 * Finds the program behind a fence agent's name. Called by the power adapter and by `doctor`.
 * A name with `/` is taken as it is, `fence_sim` is the project's own simulated power switch, all
 * others are looked up in PATH, then where Debian and others install them: the PATH of somebody who
 * is not root often lacks these places.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClistError } from './clist-error.ts';

/** The same place whether this runs from src/ or from dist/. */
const SIMULATED_AGENT = fileURLToPath(new URL('../../dist/sim/fence-agent.js', import.meta.url));

const SYSTEM_PLACES: readonly string[] = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The words to run. Throws ClistError `no-agent`. */
export function resolveFenceAgent(
  agent: string,
  path: string | undefined = process.env.PATH,
): readonly string[] {
  if (agent === 'fence_sim') return [process.execPath, SIMULATED_AGENT];
  if (agent.includes('/')) {
    if (isProgram(agent)) return [agent];
    throw noAgent(agent, 'is no program that may be run', `check the path and mode of ${agent}`);
  }
  for (const directory of [...(path ?? '').split(delimiter), ...SYSTEM_PLACES]) {
    if (directory.startsWith('/') && isProgram(join(directory, agent))) {
      return [join(directory, agent)];
    }
  }
  const hint = 'install the package fence-agents, or write the whole path of the agent';
  throw noAgent(agent, 'is neither in PATH nor in /usr/sbin', hint);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function noAgent(agent: string, what: string, hint: string): ClistError {
  return new ClistError('no-agent', `the fence agent ${agent} ${what}`, hint, { agent });
}
