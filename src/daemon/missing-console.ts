/**
 * What a console of this host needs and is not there: the device of a serial line, a unix socket, a program.
 * Called by `missingParts`. Looks and never opens: a terminal server could take that for a user.
 */
import { accessSync, constants, type Stats, statSync } from 'node:fs';
import type { ConsoleAddress } from '../clist/cluster.ts';
import { systemCode } from '../cluster/daemon-error.ts';
import { findProgram } from '../transport/find-program.ts';

export interface ConsoleTrouble {
  /** One clause that names it. */
  readonly what: string;
  readonly hint: string;
}

export function consoleTrouble(console: ConsoleAddress): ConsoleTrouble | null {
  if (console.kind === 'serial') return pathTrouble(console.path, SERIAL);
  if (console.kind === 'unix') return pathTrouble(console.path, SOCKET);
  if (console.kind === 'exec') return programTrouble(console.argv[0] ?? '');
  return null;
}

/** Also what the terminal of such a program is made with. */
function programTrouble(program: string): ConsoleTrouble | null {
  for (const name of [program, 'script', 'setpriv', 'stty']) {
    const found = findProgram(name);
    if (found.kind === 'found') continue;
    const role = name === program ? 'the console program' : 'the program';
    return found.kind === 'missing'
      ? {
          what: `${role} ${name} is not there`,
          hint: 'install it, or put its directory into the PATH of the daemon',
        }
      : { what: `${role} ${name} may not be run`, hint: 'look at its path and mode: ls -l' };
  }
  return null;
}

interface Kind {
  readonly name: string;
  readonly isOne: (found: Stats) => boolean;
  readonly otherwise: string;
  readonly absent: string;
  readonly forbidden: string;
}

const SERIAL: Kind = {
  name: 'serial line',
  isOne: (found) => found.isCharacterDevice(),
  otherwise: 'name a device, for example /dev/ttyS0',
  absent: 'is the adapter plugged in?',
  forbidden: 'put the user of the daemon into its group: usermod -aG dialout USER',
};

const SOCKET: Kind = {
  name: 'unix socket',
  isOne: (found) => found.isSocket(),
  otherwise: 'name the socket that the program behind it has made',
  absent: 'is the program that makes it running?',
  forbidden: 'the user of the daemon must be able to write to it, and to enter its directories',
};

function pathTrouble(path: string, kind: Kind): ConsoleTrouble | null {
  try {
    if (!kind.isOne(statSync(path))) {
      return { what: `${path} is no ${kind.name}`, hint: kind.otherwise };
    }
    accessSync(path, constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    return systemCode(error) === 'EACCES'
      ? { what: `the ${kind.name} ${path} may not be opened`, hint: kind.forbidden }
      : { what: `the ${kind.name} ${path} is not there`, hint: kind.absent };
  }
}
