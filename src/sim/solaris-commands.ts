/**
 * What a simulated Solaris answers to commands over ssh: those with which administrators look at a
 * machine and at its firmware variables. Called by ssh-server.ts.
 */
import type { Nvram } from './nvram.ts';
import { readCommandLine } from './shell-words.ts';
import { type Answered, eeprom } from './solaris-eeprom.ts';

export interface CommandHost {
  readonly nvram: Nvram;
  readonly hostId: string;
  readonly nodename: string;
  /** Where the system was booted from, a device path with its slice. */
  readonly bootPath: string;
  readonly user: string;
  /** Ends the system in order. */
  readonly halt: () => void;
}

type Program = (host: CommandHost, args: readonly string[]) => Answered;

const fine = (output: string): Answered => ({ output, status: 0 });

const PROGRAMS: Readonly<Record<string, Program>> = {
  true: () => fine(''),
  hostid: ({ hostId }) => fine(`${hostId}\n`),
  hostname: ({ nodename }) => fine(`${nodename}\n`),
  id: ({ user }) =>
    fine(user === 'root' ? 'uid=0(root) gid=0(root)\n' : `uid=101(${user}) gid=1(other)\n`),
  uname: ({ nodename }, [option]) =>
    fine(
      option === '-sm'
        ? 'SunOS sun4u\n'
        : `SunOS ${nodename} 5.10 Generic_147440-01 sun4u sparc SUNW,Sun-Fire-V240\n`,
    ),
  eeprom: ({ nvram, user }, args) => eeprom(nvram, args, user === 'root'),
  init: ({ user, halt }, [level]) => {
    if (user !== 'root') return { output: 'Must be super-user\n', status: 1 };
    if (level !== '0') return { output: `init: ${level ?? ''}: not simulated\n`, status: 1 };
    halt();
    return fine('');
  },
  prtconf: ({ bootPath }) =>
    fine(
      'System Configuration:  Sun Microsystems  sun4u\nSystem Peripherals (PROM Nodes):\n\n' +
        `    Node f006c5e8\n        bootargs:  00\n        bootpath:  '${bootPath}'\n`,
    ),
};

/** What it writes, both outputs in one, and its status. */
export function runSolarisCommand(host: CommandHost, line: string): Answered {
  const parts = readCommandLine(line);
  if (parts === null) return { output: `sh: syntax error: ${line}\n`, status: 2 };
  let last: Answered = fine('');
  for (const words of parts) last = runOne(host, words, last.output);
  return last;
}

function runOne(host: CommandHost, [path = '', ...args]: readonly string[], input: string) {
  const name = path.replace(/^(\/usr)?\/s?bin\//, '');
  if (name === 'grep') return grep(args[0] ?? '', input);
  if (name === 'sh') {
    return args[0] === '-c'
      ? runSolarisCommand(host, args[1] ?? '')
      : { output: 'sh: no terminal\n', status: 1 };
  }
  const program = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
  return program?.(host, args) ?? { output: `sh: ${path}: not found\n`, status: 127 };
}

function grep(text: string, input: string): Answered {
  const lines = input.split('\n').filter((line) => line.includes(text));
  const output = lines.map((line) => `${line}\n`).join('');
  return { output, status: lines.length > 0 ? 0 : 1 };
}
