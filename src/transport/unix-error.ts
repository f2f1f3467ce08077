/** What it means that a unix socket cannot be reached, for the unix transport. */
import { TransportError } from './transport.ts';

export function unixError(path: string, cause: unknown): TransportError {
  switch (codeOf(cause)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new TransportError(
        'no-such-device',
        `the socket ${path} does not exist`,
        'is the program that makes it running, and is this the path that it was given?',
        cause,
      );
    case 'ENOTSOCK':
      return new TransportError(
        'no-such-device',
        `${path} is no socket`,
        'name the unix socket; a serial line is `console serial PATH BAUD`',
        cause,
      );
    case 'EACCES':
    case 'EPERM':
      return new TransportError(
        'other',
        `no permission to use the socket ${path}`,
        'give the user of clusterd the right to write to it, and to enter its directories',
        cause,
      );
    case 'ECONNREFUSED':
    case 'ECONNRESET':
      return new TransportError(
        'refused',
        `nobody listens on the socket ${path}`,
        'the program that made it has ended: start it again',
        cause,
      );
    case 'EAGAIN':
      return new TransportError(
        'busy',
        `the socket ${path} takes no more connections`,
        'is another program connected, or does the program behind it hang?',
        cause,
      );
    default:
      return new TransportError(
        'other',
        `the socket ${path} could not be opened (${codeOf(cause)})`,
        'look at the program behind it',
        cause,
      );
  }
}

function codeOf(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : '';
  return typeof code === 'string' && code !== '' ? code : 'no code';
}
