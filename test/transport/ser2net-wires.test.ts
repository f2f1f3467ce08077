import type { BreakMethod, ConsoleAddress } from '../../src/clist/cluster.ts';
import { systemClock } from '../../src/clock/system.ts';
import { createTransport } from '../../src/transport/open.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { describeTransport, type Expectations, type Rig } from './contract.ts';
import { haveTools, PtyLine, Ser2net, ser2netVersion, socatVersion } from './external.ts';
import { TcpPeer } from './tcp-peer.ts';

const LINE_BREAK: BreakMethod = { kind: 'line', force: null, durationMs: 250 };
const open = (address: ConsoleAddress): Transport =>
  createTransport(address, LINE_BREAK, systemClock);

interface Ser2netMode {
  readonly kind: 'telnet' | 'tcp';
  /** ser2net's word for what it accepts; none: a raw port. */
  readonly accepts: string;
  readonly kicks?: boolean;
}

async function ser2netRig({ kind, accepts, kicks = false }: Ser2netMode): Promise<Rig> {
  const peer = await TcpPeer.listen();
  const line = await PtyLine.start(peer);
  const server = await Ser2net.start(line.path, accepts, kicks);
  const others: Transport[] = [];
  const create = (port = server.port): Transport => open({ kind, host: '127.0.0.1', port });
  const connectAnother = async (): Promise<void> => {
    const other = create();
    others.push(other);
    await other.open({ data: () => {}, modem: () => {}, closed: () => {} });
    if (!other.write(Buffer.from('.'))) await other.drained();
  };
  return {
    create,
    port: server.port,
    say: (bytes) => peer.socket.write(bytes),
    typed: () => peer.received,
    hangUp: () => server.stop(),
    setReading: (reading) => {
      if (reading) peer.socket.resume();
      else peer.socket.pause();
    },
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    unplug: () => line.stop(),
    ...(kicks ? { kick: connectAnother } : { occupy: connectAnother }),
    stop: async () => {
      for (const other of others) other.close();
      await server.stop();
      await line.stop();
      await peer.stop();
    },
  };
}

const BEHAVED = 'ser2net sends none';
const NO_COMMANDS = 'there are no commands on a raw port';

function describeMode(name: string, mode: Ser2netMode, cannot: Expectations['cannot'] = {}): void {
  describeTransport(name, () => ser2netRig(mode), {
    canBreak: mode.kind === 'telnet',
    floodBytes: 1 << 20,
    peers: [ser2netVersion(), socatVersion()],
    cannot: { 'option-storm': BEHAVED, malformed: BEHAVED, ...cannot },
  });
}

const ONE_USER = { kicked: 'set up to refuse a second user' };
const LAST_USER = { busy: 'set up to throw the first user off' };
if (haveTools('socat', 'ser2net')) {
  const rfc2217: Ser2netMode = { kind: 'telnet', accepts: 'telnet(rfc2217)' };
  describeMode('ser2net, RFC 2217', rfc2217, ONE_USER);
  describeMode('ser2net, telnet', { kind: 'telnet', accepts: 'telnet' }, ONE_USER);
  describeMode(
    'ser2net, raw',
    { kind: 'tcp', accepts: '' },
    { ...ONE_USER, malformed: NO_COMMANDS, 'option-storm': NO_COMMANDS },
  );
  describeMode('ser2net, RFC 2217, kickolduser', { ...rfc2217, kicks: true }, LAST_USER);
}
