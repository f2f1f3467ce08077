import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import type { BreakMethod, ConsoleAddress } from '../../src/clist/cluster.ts';
import { systemClock } from '../../src/clock/system.ts';
import { createTransport } from '../../src/transport/open.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { describeTransport, type Rig } from './contract.ts';
import { haveTools, PtyLine, Ser2net } from './external.ts';
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

async function tcpRig(method: BreakMethod = LINE_BREAK): Promise<Rig> {
  const peer = await TcpPeer.listen();
  return {
    create: () => open({ kind: 'tcp', host: '127.0.0.1', port: peer.port }, method),
    say: (bytes) => peer.socket.write(bytes),
    typed: () => peer.received,
    hangUp: () => {
      peer.socket.destroy();
    },
    setReading: (reading) => setReading(peer, reading),
    occupy: () => {
      peer.greet = (socket) => socket.end(busyGreeting);
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
    stop: async () => {
      await peer.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function telnetRig(options: Partial<TelnetPeerOptions>): Promise<Rig> {
  const peer = await TelnetPeer.listen(options);
  return {
    create: () => open({ kind: 'telnet', host: '127.0.0.1', port: peer.tcp.port }),
    say: (bytes) => peer.say(bytes),
    typed: () => Buffer.from(peer.console),
    hangUp: () => {
      peer.tcp.socket.destroy();
    },
    setReading: (reading) => setReading(peer.tcp, reading),
    occupy: () => {
      peer.tcp.greet = (socket) => socket.end(busyGreeting);
    },
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

async function ser2netRig(): Promise<Rig> {
  const peer = await TcpPeer.listen();
  const line = await PtyLine.start(peer);
  const server = await Ser2net.start(line.path);
  const others: Transport[] = [];
  const create = (): Transport => open({ kind: 'telnet', host: '127.0.0.1', port: server.port });
  return {
    create,
    say: (bytes) => peer.socket.write(bytes),
    typed: () => peer.received,
    hangUp: () => server.stop(),
    setReading: (reading) => setReading(peer, reading),
    occupy: async () => {
      const other = create();
      others.push(other);
      await other.open({ data: () => {}, modem: () => {}, closed: () => {} });
      if (!other.write(Buffer.from('.'))) await other.drained();
    },
    stop: async () => {
      for (const other of others) other.close();
      await server.stop();
      await line.stop();
      await peer.stop();
    },
  };
}

describeTransport('tcp', tcpRig, { canBreak: false });
describeTransport(
  'tcp with a BREAK of bytes',
  () => tcpRig({ kind: 'bytes', sequence: ['', 260] }),
  { canBreak: true },
);
describeTransport('unix', unixRig, { canBreak: false });
// The first off ends a BREAK that an earlier connection may have left on.
describeTransport('telnet, everything agreed', () => telnetRig({}), {
  canBreak: true,
  breakSeen: ['off', 'on', 'off'],
});
describeTransport(
  'telnet, nothing agreed',
  () => telnetRig({ binary: false, rfc2217: false, marks: 'none' }),
  { canBreak: true, breakSeen: ['brk'] },
);
describeTransport('telnet, no word about options', () => telnetRig({ silent: true }), {
  canBreak: true,
  breakSeen: ['brk'],
});
describe('serial, a pty of socat', () => {
  if (!haveTools('socat')) return;
  describeTransport('as a wire', serialRig, { canBreak: true, floodBytes: 1 << 20 });
});
describe('telnet, ser2net before a pty of socat', () => {
  if (!haveTools('socat', 'ser2net')) return;
  describeTransport('as a wire', ser2netRig, { canBreak: true, floodBytes: 1 << 20 });
});
