import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BreakMethod, ConsoleAddress } from '../../src/clist/cluster.ts';
import { systemClock } from '../../src/clock/system.ts';
import { createTransport } from '../../src/transport/open.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { describeTransport, type Rig } from './contract.ts';
import { haveTools, PtyLine, socatVersion } from './external.ts';
import { TcpPeer } from './tcp-peer.ts';
import { TelnetPeer, type TelnetPeerOptions } from './telnet-peer.ts';

const LINE_BREAK: BreakMethod = { kind: 'line', force: null, durationMs: 250 };
const open = (address: ConsoleAddress, method: BreakMethod = LINE_BREAK): Transport =>
  createTransport(address, method, systemClock);

function setReading(peer: TcpPeer, reading: boolean): void {
  if (reading) peer.socket.resume();
  else peer.socket.pause();
}

const busyGreeting = 'Port already in use\r\n';
const kickedOff = '\r\nYou have been kicked off by a new user\r\n';

async function tcpRig(method: BreakMethod = LINE_BREAK): Promise<Rig> {
  const peer = await TcpPeer.listen();
  return {
    create: (port = peer.port) => open({ kind: 'tcp', host: '127.0.0.1', port }, method),
    port: peer.port,
    say: (bytes) => peer.socket.write(bytes),
    typed: () => peer.received,
    hangUp: () => {
      peer.socket.destroy();
    },
    setReading: (reading) => setReading(peer, reading),
    occupy: () => {
      peer.greet = (socket) => socket.end(busyGreeting);
    },
    kick: () => {
      peer.socket.end(kickedOff);
    },
    stop: () => peer.stop(),
  };
}

async function unixRig(): Promise<Rig> {
  const directory = mkdtempSync(join(tmpdir(), 'unix-'));
  const path = join(directory, 'console');
  const peer = await TcpPeer.listenAt(path);
  return {
    create: () => open({ kind: 'unix', path }),
    say: (bytes) => peer.socket.write(bytes),
    typed: () => peer.received,
    hangUp: () => {
      peer.socket.destroy();
    },
    setReading: (reading) => setReading(peer, reading),
    occupy: () => {
      peer.greet = (socket) => socket.end(busyGreeting);
    },
    kick: () => {
      peer.socket.end(kickedOff);
    },
    freeze: () => setReading(peer, false),
    thaw: () => setReading(peer, true),
    stop: async () => {
      await peer.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function telnetRig(options: Partial<TelnetPeerOptions>): Promise<Rig> {
  const peer = await TelnetPeer.listen(options);
  return {
    create: (port = peer.tcp.port) => open({ kind: 'telnet', host: '127.0.0.1', port }),
    port: peer.tcp.port,
    say: (bytes) => peer.say(bytes),
    typed: () => Buffer.from(peer.console),
    hangUp: () => {
      peer.tcp.socket.destroy();
    },
    setReading: (reading) => setReading(peer.tcp, reading),
    occupy: () => {
      peer.tcp.greet = (socket) => socket.end(busyGreeting);
    },
    kick: () => {
      peer.tcp.socket.end(kickedOff);
    },
    sayWire: (bytes) => {
      peer.tcp.socket.write(bytes);
    },
    requests: () => peer.requests.length,
    breaks: () => peer.breaks.map(({ what }) => what),
    stop: () => peer.tcp.stop(),
  };
}

async function serialRig(): Promise<Rig> {
  const peer = await TcpPeer.listen();
  const line = await PtyLine.start(peer);
  const others: Transport[] = [];
  const create = (): Transport => open({ kind: 'serial', path: line.path, baud: 9600 });
  return {
    create,
    say: (bytes) => peer.socket.write(bytes),
    typed: () => peer.received,
    hangUp: () => line.stop(),
    setReading: (reading) => setReading(peer, reading),
    freeze: () => line.freeze(),
    thaw: () => line.thaw(),
    unplug: () => line.stop(),
    occupy: async () => {
      const other = create();
      others.push(other);
      await other.open({ data: () => {}, modem: () => {}, closed: () => {} });
    },
    stop: async () => {
      for (const other of others) other.close();
      await line.stop();
      await peer.stop();
    },
  };
}

const NO_LINE = 'no serial line stands behind this peer';
const ONLY_BYTES = "the wire has no protocol of its own: all bytes are the console's";
const NO_NETWORK = 'there is no network between';
const OWN_PEER = [`node ${process.versions.node}, a peer of the tests`];
const onTcp = { unplugged: NO_LINE, 'option-storm': ONLY_BYTES, malformed: ONLY_BYTES };
const onTelnet = { unplugged: NO_LINE };

describeTransport('tcp', tcpRig, { canBreak: false, peers: OWN_PEER, cannot: onTcp });
describeTransport(
  'tcp with a BREAK of bytes',
  () => tcpRig({ kind: 'bytes', sequence: ['', 260] }),
  { canBreak: true, peers: OWN_PEER, cannot: onTcp },
);
describeTransport('unix', unixRig, {
  canBreak: false,
  peers: OWN_PEER,
  cannot: { ...onTcp, vanished: NO_NETWORK },
});
// The first off ends a BREAK that an earlier connection may have left on.
describeTransport('telnet, everything agreed', () => telnetRig({}), {
  canBreak: true,
  breakSeen: ['off', 'on', 'off'],
  peers: OWN_PEER,
  cannot: onTelnet,
});
describeTransport(
  'telnet, nothing agreed',
  () => telnetRig({ binary: false, rfc2217: false, marks: 'none' }),
  { canBreak: true, breakSeen: ['brk'], peers: OWN_PEER, cannot: onTelnet },
);
describeTransport('telnet, no word about options', () => telnetRig({ silent: true }), {
  canBreak: true,
  breakSeen: ['brk'],
  peers: OWN_PEER,
  cannot: onTelnet,
});
if (haveTools('socat')) {
  describeTransport('serial, a pty', serialRig, {
    canBreak: true,
    floodBytes: 1 << 20,
    peers: [socatVersion()],
    cannot: {
      vanished: NO_NETWORK,
      kicked: 'the lock of a port keeps others out',
      'option-storm': ONLY_BYTES,
      malformed: ONLY_BYTES,
    },
  });
}
