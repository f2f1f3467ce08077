/** What a failed TCP connection means, for the tcp and telnet transports. */
import { TransportError } from './transport.ts';

export function connectError(host: string, port: number, cause: unknown): TransportError {
  const where = `${host}:${port}`;
  switch (causeCode(cause)) {
    case 'ECONNREFUSED':
    case 'ECONNRESET':
      return new TransportError(
        'refused',
        `${where} refused the connection`,
        'is this the TCP port of the console line, and is nobody else connected?',
        cause,
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
      return new TransportError(
        'unreachable',
        `${where} cannot be reached`,
        'check the network between this host and the terminal server',
        cause,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new TransportError(
        'unreachable',
        `the name ${host} has no address`,
        'check the spelling, or write the address itself, which needs no name server',
        cause,
      );
    case 'ETIMEDOUT':
      return new TransportError(
        'timeout',
        `${where} did not answer`,
        'check that the terminal server is up, and firewalls on the way',
        cause,
      );
    default:
      return new TransportError(
        'other',
        `connecting to ${where} failed (${causeCode(cause)})`,
        'check address and port',
        cause,
      );
  }
}

function causeCode(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  if ('code' in cause) return String(cause.code);
  // telnet-client's own words for its connection timeout.
  return cause.message === 'Cannot connect' ? 'ETIMEDOUT' : 'no code';
}
