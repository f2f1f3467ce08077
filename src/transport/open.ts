/** Chooses the wire for a console, as CList describes it. Called by cluster/ for each connection. */
import type { BreakMethod, ConsoleAddress } from '../clist/cluster.ts';
import type { Clock } from '../clock/clock.ts';
import { BytesBreakTransport } from './bytes-break.ts';
import { ExecTransport } from './exec.ts';
import { SerialTransport } from './serial.ts';
import { SshTransport } from './ssh.ts';
import type { SshPool } from './ssh-pool.ts';
import { TcpTransport } from './tcp.ts';
import { TelnetTransport } from './telnet.ts';
import type { Transport } from './transport.ts';
import { UnixTransport } from './unix.ts';

/** Used for what a BREAK of bytes does not say: POSIX 250-500 ms. */
const BREAK_MS = 300;

/** `ssh`: the connections that consoles over ssh share; needed for those. */
export function createTransport(
  address: ConsoleAddress,
  breakMethod: BreakMethod,
  clock: Clock,
  ssh: SshPool | null = null,
): Transport {
  const wire = createWire(address, breakMethod, clock, ssh);
  if (breakMethod.kind === 'line') return wire;
  return new BytesBreakTransport(wire, breakMethod.sequence, clock);
}

function createWire(
  address: ConsoleAddress,
  breakMethod: BreakMethod,
  clock: Clock,
  ssh: SshPool | null,
): Transport {
  const breakMs = breakMethod.kind === 'line' ? breakMethod.durationMs : BREAK_MS;
  switch (address.kind) {
    case 'telnet': {
      const forceBreak = breakMethod.kind === 'line' ? breakMethod.force : null;
      const { host, port } = address;
      return new TelnetTransport({ host, port, forceBreak, breakMs }, clock);
    }
    case 'tcp':
      return new TcpTransport({ host: address.host, port: address.port }, clock);
    case 'serial':
      return new SerialTransport({ path: address.path, baud: address.baud, breakMs }, clock);
    case 'unix':
      return new UnixTransport(address.path, clock);
    case 'exec':
      return new ExecTransport(address.argv, clock);
    case 'ssh':
      if (ssh === null) throw new Error('ssh needs a pool of connections');
      return new SshTransport(address, breakMs, ssh, clock);
    default:
      return assertNever(address);
  }
}

function assertNever(address: never): never {
  throw new Error(`unknown kind of console: ${JSON.stringify(address)}`);
}
