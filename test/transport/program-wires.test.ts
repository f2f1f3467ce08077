/**
 * The contract suite over programs: socat as one that changes nothing, and the clients of the console
 * servers that sites run. What a client takes out of the typed text is quoted as OPERATING.md tells.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BreakMethod } from '../../src/clist/cluster.ts';
import { systemClock } from '../../src/clock/system.ts';
import { createTransport } from '../../src/transport/open.ts';
import type { Transport, TransportHandlers } from '../../src/transport/transport.ts';
import { Conmand, Conserver, conmanVersion, conserverVersion } from './console-servers.ts';
import {
  describeTransport,
  Ear,
  type Expectations,
  NASTY,
  noise,
  type Rig,
  writeAll,
} from './contract.ts';
import { haveTools, socatVersion, versionOf } from './external.ts';
import { Sshd } from './sshd.ts';
import { TcpPeer } from './tcp-peer.ts';
import { TelnetPeer } from './telnet-peer.ts';
import { until } from './until.ts';

const NONE: BreakMethod = { kind: 'line', force: null, durationMs: 250 };

function openProgram(argv: readonly string[], method: BreakMethod = NONE): Transport {
  return createTransport({ kind: 'exec', argv }, method, systemClock);
}

/** Writes what a program takes for an escape so that it takes it for text. */
class Quoting implements Transport {
  readonly answersInBand = false;
  readonly #inside: Transport;
  readonly #escape: number;
  readonly #quoted: string;

  constructor(inside: Transport, escape: number, quoted: string) {
    this.#inside = inside;
    this.#escape = escape;
    this.#quoted = quoted;
  }

  open(handlers: TransportHandlers): Promise<void> {
    return this.#inside.open(handlers);
  }
  write(bytes: Uint8Array): boolean {
    const text = Buffer.from(bytes).toString('latin1');
    const quoted = text.replaceAll(String.fromCharCode(this.#escape), this.#quoted);
    return this.#inside.write(Buffer.from(quoted, 'latin1'));
  }
  drained(): Promise<void> {
    return this.#inside.drained();
  }
  sendBreak(): Promise<void> {
    return this.#inside.sendBreak();
  }
  answers(withinMs: number): Promise<{ answers: boolean; detail: string }> {
    return this.#inside.answers(withinMs);
  }
  pause(isPaused: boolean): void {
    this.#inside.pause?.(isPaused);
  }
  close(): void {
    this.#inside.close();
  }
}

const IGNORE: TransportHandlers = { data: () => {}, modem: () => {}, closed: () => {} };

/** The test's end of a console. */
interface Far {
  readonly port: number;
  readonly protocol: 'raw' | 'telnet';
  say(bytes: Buffer): void;
  typed(): Buffer;
  setReading(reading: boolean): void;
  breaks?(): readonly string[];
  readonly tcp: TcpPeer;
  /** Instead of the port: a unix socket. */
  readonly path?: string;
  stop(): Promise<void>;
}

async function rawFar(): Promise<Far> {
  const tcp = await TcpPeer.listen();
  return farOf(tcp, tcp.port);
}

function farOf(tcp: TcpPeer, port: number): Far {
  return {
    port,
    protocol: 'raw',
    tcp,
    stop: () => tcp.stop(),
    say: (bytes) => tcp.socket.write(bytes),
    typed: () => tcp.received,
    setReading: (reading) => {
      if (reading) tcp.socket.resume();
      else tcp.socket.pause();
    },
  };
}

async function unixFar(): Promise<Far> {
  const directory = mkdtempSync(join(tmpdir(), 'far-'));
  const path = join(directory, 'console');
  const tcp = await TcpPeer.listenAt(path);
  const far = farOf(tcp, 0);
  return {
    ...far,
    path,
    stop: async () => {
      await tcp.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function telnetFar(): Promise<Far> {
  const peer = await TelnetPeer.listen({ rfc2217: false });
  return {
    port: peer.tcp.port,
    protocol: 'telnet',
    tcp: peer.tcp,
    stop: () => peer.tcp.stop(),
    say: (bytes) => peer.say(bytes),
    typed: () => Buffer.from(peer.console),
    setReading: (reading) => {
      if (reading) peer.tcp.socket.resume();
      else peer.tcp.socket.pause();
    },
    breaks: () => peer.breaks.map(({ what }) => what),
  };
}

async function socatRig(): Promise<Rig> {
  const far = await rawFar();
  const argv = ['socat', 'STDIO,raw,echo=0', `TCP:127.0.0.1:${far.port},nodelay`];
  return {
    ...far,
    // It says nothing by itself, and is then not believed to be connected before 4 s have passed.
    create: () => openProgram(['sh', '-c', 'printf begin; exec "$@"', 'sh', ...argv]),
    greeting: /^begin/,
    hangUp: () => {
      far.tcp.socket.destroy();
    },
    occupy: () => {
      far.tcp.greet = (socket) => socket.end('Port already in use\r\n');
    },
    stop: () => far.stop(),
    answers: false,
  };
}

/** As OPERATING.md has it, and nothing of what this host is set up for. */
async function sshRig(): Promise<Rig> {
  const far = await rawFar();
  const socat = `socat STDIO,raw,echo=0 TCP:127.0.0.1:${far.port},nodelay`;
  const server = await Sshd.start({ forceCommand: `printf begin; exec ${socat}` });
  const { key, knownHosts, user, port } = server.target;
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
  ];
  const words = ['-F', 'none', '-i', key ?? '', ...options.flatMap((one) => ['-o', one])];
  const argv = ['ssh', '-tt', '-e', 'none', ...words, '-p', String(port), `${user}@127.0.0.1`];
  return {
    ...far,
    create: () => openProgram(argv),
    greeting: /^begin/,
    answers: false,
    hangUp: () => server.dropAll(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    occupy: () => {
      far.tcp.greet = (socket) => socket.end('Port already in use\r\n');
    },
    stop: async () => {
      await server.stop();
      await far.stop();
    },
  };
}

const CTRL_E = 5;
const HALT: BreakMethod = { kind: 'bytes', sequence: ['\x05cl0', 260] };

async function conserverRig(startFar: () => Promise<Far>): Promise<Rig> {
  const far = await startFar();
  const { port, protocol } = far;
  const server = await Conserver.start([{ name: 'n1', port, protocol }]);
  const { another, endOthers } = people((option) => server.words('n1', 'anna', option));
  return {
    ...far,
    create: () => new Quoting(openProgram(server.words('n1'), HALT), CTRL_E, '\x05c\\005'),
    greeting: /\[Enter `\^Ec\?' for help\]\r?\n/,
    answers: false,
    hangUp: () => server.stop(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    occupy: () => another(),
    kick: () => another('-f'),
    unplug: () => far.tcp.stop(),
    stop: async () => {
      endOthers();
      await server.stop();
      await far.stop();
    },
  };
}

const AMPERSAND = 38;
const CONMAN_BREAK: BreakMethod = { kind: 'bytes', sequence: ['&B', 260] };

async function conmanRig(startFar: () => Promise<Far>, method: BreakMethod): Promise<Rig> {
  const far = await startFar();
  const server = await Conmand.start([{ name: 'n1', ...far }]);
  const { another, endOthers } = people((option) => server.words('n1', option));
  return {
    ...far,
    create: () => new Quoting(openProgram(server.words('n1'), method), AMPERSAND, '&&'),
    greeting: /<ConMan> Connection to console \[n1\] opened\.\r?\n/,
    answers: false,
    hangUp: () => server.stop(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    occupy: () => another(),
    kick: () => another('-f'),
    unplug: () => far.tcp.stop(),
    stop: async () => {
      endOthers();
      await server.stop();
      await far.stop();
    },
  };
}

/** Somebody else at the same console. */
function people(words: (option?: string) => string[]) {
  const others: Transport[] = [];
  return {
    another: async (option?: string): Promise<void> => {
      const other = openProgram(words(option));
      others.push(other);
      await other.open(IGNORE);
    },
    endOthers: () => {
      for (const other of others) other.close();
    },
  };
}

const NOT_ASKED = 'a program cannot be asked whether the other end answers';
const KEEPS = 'script(1) takes what is typed and keeps it until the program reads';
const ALWAYS: Expectations['cannot'] = {
  answers: NOT_ASKED,
  vanished: NOT_ASKED,
  unread: KEEPS,
  'never-reads': KEEPS,
  'option-storm': 'there are no commands on a terminal',
  malformed: 'there are no commands on a terminal',
};

describe('a program that changes nothing', () => {
  if (!haveTools('socat')) return;
  describeTransport('exec, socat', socatRig, {
    canBreak: false,
    floodBytes: 1 << 20,
    peers: [socatVersion()],
    cannot: {
      ...ALWAYS,
      kicked: 'nobody else can be on this wire',
      unplugged: 'the program is the line',
    },
  });
});

describe('ssh', () => {
  if (!haveTools('socat', 'openssh-server')) return;
  describeTransport('exec, ssh -tt -e none', sshRig, {
    canBreak: false,
    floodBytes: 1 << 20,
    peers: [versionOf('ssh', ['-V'], /OpenSSH_([\d.]+)/), socatVersion()],
    cannot: {
      ...ALWAYS,
      kicked: 'nobody else can be on this wire',
      unplugged: 'the program is the line',
    },
  });
});

describe('conserver', () => {
  if (!haveTools('conserver-server', 'conserver-client')) return;
  const common = { canBreak: true, floodBytes: 1 << 20, peers: [conserverVersion()] };
  describeTransport('exec, conserver, raw', () => conserverRig(rawFar), {
    ...common,
    cannot: { ...ALWAYS, break: 'conserver types FF F3 into a raw port' },
  });
  describeTransport('exec, conserver, telnet', () => conserverRig(telnetFar), {
    ...common,
    breakSeen: ['brk'],
    cannot: { ...ALWAYS, typed: 'conserver types CR NUL as it is, and telnet takes it for CR' },
  });
});

const DROPS = 'conmand drops what its client does not take at once';
const EIGHT_BITS = 'conmand types FF as it is, and adds a NUL to each CR that comes';
describe('conman', () => {
  if (!haveTools('conman')) return;
  const peers = [conmanVersion()];
  describeTransport('exec, conman, unix', () => conmanRig(unixFar, NONE), {
    canBreak: false,
    peers,
    cannot: { ...ALWAYS, flood: DROPS },
  });
  describeTransport('exec, conman, telnet', () => conmanRig(telnetFar, CONMAN_BREAK), {
    canBreak: true,
    breakSeen: ['brk'],
    peers,
    cannot: { ...ALWAYS, flood: DROPS, printed: EIGHT_BITS, typed: EIGHT_BITS },
  });

  it('what conmand drops of a flood is dropped, and the console goes on', async () => {
    const rig = await conmanRig(unixFar, NONE);
    const transport = rig.create();
    const ear = new Ear();
    try {
      await transport.open(ear);
      await writeAll(transport, Buffer.from('.'));
      await until(() => rig.typed().length === 1);
      rig.say(noise(1 << 20));
      rig.say(Buffer.from('\nlogin: '));
      await until(() => ear.all.toString('latin1').endsWith('\nlogin: '), 15_000);
      await writeAll(transport, Buffer.from('boot disk\r'));
      await until(() => rig.typed().toString() === '.boot disk\r');
      expect(ear.closes).toEqual([]);
    } finally {
      transport.close();
      await rig.stop();
    }
  });
});

describe('conserver before telnet', () => {
  if (!haveTools('conserver-server', 'conserver-client')) return;

  it('brings every typed byte but a NUL behind a RETURN', async () => {
    const rig = await conserverRig(telnetFar);
    const transport = rig.create();
    const crNul = Buffer.from('\r\0');
    const at = NASTY.indexOf(crNul);
    const text = Buffer.concat([NASTY.subarray(0, at), NASTY.subarray(at + crNul.length)]);
    try {
      await transport.open(new Ear());
      await writeAll(transport, Buffer.concat([Buffer.from('.'), text]));
      await until(() => rig.typed().length >= text.length + 1);
      expect(rig.typed().subarray(1).equals(text)).toBe(true);
    } finally {
      transport.close();
      await rig.stop();
    }
  });
});
