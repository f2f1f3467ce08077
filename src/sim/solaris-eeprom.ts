/**
 * eeprom of the simulated Solaris, in the words of the real one (illumos cmd/eeprom/sparc): it ends
 * with status 0 whatever became of a variable; only who may not open the device gets status 1.
 * Called by the console's shell and by commands over ssh.
 */
import type { Nvram } from './nvram.ts';

export interface Answered {
  readonly output: string;
  readonly status: number;
}

const DENIED = 'eeprom: cannot open /dev/openprom: Permission denied\n';

/** `isRoot`: may open the device. */
export function eeprom(nvram: Nvram, args: readonly string[], isRoot: boolean): Answered {
  if (!isRoot) return { output: DENIED, status: 1 };
  const all = args.length === 0 ? nvram.names() : args;
  return { output: all.map((argument) => one(nvram, argument)).join(''), status: 0 };
}

function one(nvram: Nvram, argument: string): string {
  const [, name = '', , value] = /^([^=]*)(=([\s\S]*))?$/.exec(argument) ?? [];
  if (value === undefined) {
    return nvram.has(name) ? `${nvram.eeprom(name)}\n` : `${name}: data not available.\n`;
  }
  if (nvram.set(name, value) === 'set') return '';
  return `eeprom: OPROMSETOPT: Invalid argument\n${name}: invalid property.\n`;
}
