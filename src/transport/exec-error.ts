/** What it means that a console's program was not started, or has ended. For the exec transport. */
import { constants } from 'node:os';
import { TransportError } from './transport.ts';

export function programError(program: string, kind: 'missing' | 'no-program'): TransportError {
  const where = program.includes('/') ? '' : ' in PATH';
  return kind === 'missing'
    ? new TransportError(
        'no-such-program',
        `there is no program ${program}${where}`,
        'install it, or put its directory into the PATH of the daemon',
      )
    : new TransportError(
        'no-such-program',
        `${program} may not be run`,
        'look at its path and mode: ls -l',
      );
}

export function notStarted(why: string): TransportError {
  return new TransportError(
    'other',
    `no program could be started: ${printable(why)}`,
    'look at the limits of the daemon: ulimit -u, ulimit -n',
  );
}

export function tooSlow(name: string): TransportError {
  return new TransportError(
    'timeout',
    `${name} was not started within 10 s`,
    'this host is overloaded, or script(1) of util-linux does not work here',
  );
}

export function notConnected(name: string): TransportError {
  return new TransportError(
    'timeout',
    `${name} did not say within 60 s that it is connected`,
    'run the program by hand, as the user of clusterd, and see what it says',
  );
}

export function notOpen(name: string): TransportError {
  return new TransportError('other', `${name} does not run`, 'nothing to do: the line reconnects');
}

/** `status` as a shell has it: 128 and more for a signal. */
export function endedError(name: string, status: number, lastLine: string): TransportError {
  const said = lastLine === '' ? 'and said nothing' : `its last line: ${printable(lastLine)}`;
  return new TransportError(
    'other',
    `${name} ended${wayOf(status)}, ${said}`,
    'run the program by hand, as the user of clusterd, and see what it says',
  );
}

function wayOf(status: number): string {
  if (status === 0) return '';
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - 128);
  return signal === undefined ? ` with status ${status}` : ` by ${signal[0]}`;
}

function printable(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 200);
}
