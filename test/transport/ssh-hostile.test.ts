import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { SshConsole, SshTarget } from '../../src/clist/cluster.ts';
import { resolveSecret } from '../../src/clist/secrets.ts';
import { systemClock } from '../../src/clock/system.ts';
import { createTransport } from '../../src/transport/open.ts';
import type { SshParts } from '../../src/transport/ssh-connection.ts';
import { SshPool } from '../../src/transport/ssh-pool.ts';
import { type Transport, TransportError } from '../../src/transport/transport.ts';
import { Ear } from './contract.ts';
import { SshPeer, sendRaw, socketOf } from './ssh-peer.ts';
import { TcpPeer } from './tcp-peer.ts';
import { until } from './until.ts';

const PRINTABLE = /^[\x20-\x7e]*$/;
const endings: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const partsOf = (more: Partial<SshParts> = {}): SshParts => ({
  clock: systemClock,
  reveal: (secret) => resolveSecret(secret).reveal(),
  trustFile: null,
  withinMs: 500,
  ...more,
});

function consoleAt(target: SshTarget, more: Partial<SshParts> = {}): [Transport, Ear] {
  const address: SshConsole = { kind: 'ssh', ...target, command: null };
  const pool = new SshPool(partsOf(more));
  const transport = createTransport(
    address,
    { kind: 'line', force: null, durationMs: 250 },
    systemClock,
    pool,
  );
  endings.push(() => transport.close());
  return [transport, new Ear()];
}

async function listen(): Promise<SshPeer> {
  const peer = await SshPeer.listen();
  endings.push(() => peer.stop());
  return peer;
}

async function connect(peer: SshPeer, more: Partial<SshParts> = {}): Promise<[Transport, Ear]> {
  const [transport, ear] = consoleAt(peer.target, { withinMs: 5000, ...more });
  await transport.open(ear);
  return [transport, ear];
}

/** The error of an attempt that has to fail: ours, in words that may be shown. */
async function failureOf(opening: Promise<void>): Promise<TransportError> {
  const error = await opening.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TransportError);
  const known = error as TransportError;
  expect(known.message).toMatch(PRINTABLE);
  expect(known.message.length).toBeLessThan(300);
  expect(known.hint).not.toBe('');
  return known;
}

describe('an ssh server that is none', () => {
  async function refusedBy(greet: (socket: Socket) => void): Promise<TransportError> {
    const peer = await TcpPeer.listen();
    endings.push(() => peer.stop());
    peer.greet = greet;
    const ssh = await listen();
    const [transport, ear] = consoleAt({ ...ssh.target, port: peer.port });
    const error = await failureOf(transport.open(ear));
    expect(ear.closes).toEqual([]);
    return error;
  }

  it('says garbage', async () => {
    const garbage = '\x1b[2J\x07HTTP/1.1 400 no\r\n\r\n'.repeat(50);
    const error = await refusedBy((socket) => socket.end(garbage));
    expect(error).toMatchObject({ code: 'other' });
    expect(error.message).toContain('does not speak ssh as expected');
  });

  it('speaks an old ssh', async () => {
    const error = await refusedBy((socket) => socket.write('SSH-1.5-old\r\n'));
    expect(error.message).toContain('does not speak ssh as expected');
  });

  it('greets without end, in one line and in many', async () => {
    for (const piece of ['x'.repeat(8000), 'hello\r\n'.repeat(1000)]) {
      const error = await refusedBy((socket) => pour(socket, Buffer.from(piece)));
      expect(error.message).toMatch(/does not speak ssh as expected|did not finish/);
    }
  });

  it('says nothing', async () => {
    const error = await refusedBy(() => {});
    expect(error).toMatchObject({ code: 'timeout' });
    expect(error.message).toContain('did not finish the exchange of keys');
  });

  it('names itself and says nothing more', async () => {
    const error = await refusedBy((socket) => socket.write('SSH-2.0-slow\r\n'));
    expect(error).toMatchObject({ code: 'timeout' });
  });

  it('names itself and floods', async () => {
    for (const seed of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const noise = noiseOf(seed, 64 * 1024);
      await refusedBy((socket) => {
        socket.write('SSH-2.0-flood\r\n');
        pour(socket, noise);
      });
    }
  });

  it('hangs up at once', async () => {
    const error = await refusedBy((socket) => socket.destroy());
    expect(error).toMatchObject({ code: 'other' });
  });
});

describe('an ssh server that is cut off or changed on its way', () => {
  /** A wire to `port` that ends, or turns one bit, after so many bytes of the server. */
  async function wireTo(port: number, at: number, what: 'cut' | 'flip'): Promise<number> {
    const server: Server = createServer((near) => {
      const far = tcpConnect(port, '127.0.0.1');
      let passed = 0;
      near.on('error', () => far.destroy()).on('close', () => far.destroy());
      far.on('error', () => near.destroy()).on('close', () => near.destroy());
      near.on('data', (bytes) => far.write(bytes));
      far.on('data', (bytes) => {
        const here = at - passed;
        passed += bytes.length;
        if (here < 0 || here >= bytes.length) near.write(bytes);
        else if (what === 'cut') near.end(bytes.subarray(0, here));
        else {
          bytes[here] = (bytes[here] ?? 0) ^ 0x20;
          near.write(bytes);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endings.push(() => new Promise((resolve) => server.close(() => resolve())));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  it.each(['cut', 'flip'] as const)(
    '%s at every stage',
    async (what) => {
      const peer = await listen();
      let opened = 0;
      for (let at = 0; at < 2600; at += at < 40 ? 5 : 83) {
        const port = await wireTo(peer.port, at, what);
        const target = { ...peer.target, port, knownHosts: null, trustFirstUse: true };
        const trustFile = `${peer.directory}/trusted-${at}`;
        const [transport, ear] = consoleAt(target, { trustFile, withinMs: 700 });
        const outcome = await transport.open(ear).then(
          () => 'open' as const,
          (error: unknown) => error,
        );
        if (outcome === 'open') opened++;
        else {
          expect(outcome).toBeInstanceOf(TransportError);
          expect((outcome as TransportError).message).toMatch(PRINTABLE);
        }
        transport.close();
      }
      // The last ones come after the session was opened, or in a text that nobody checks.
      expect(opened).toBeLessThan(15);
    },
    60_000,
  );
});

describe('an ssh server with bad manners', () => {
  it('wants another password: it is refused, and no secret is said', async () => {
    const peer = await listen();
    peer.login = (context) => context.reject(['password', 'keyboard-interactive']);
    const [transport, ear] = consoleAt(peer.target, { withinMs: 5000 });
    const error = await failureOf(transport.open(ear));
    expect(error).toMatchObject({
      code: 'login-refused',
      message: `127.0.0.1:${peer.port} refused the login of admin`,
      hint: 'tried: the password; its own log tells why',
    });
  });

  it('asks for the password as a question', async () => {
    const peer = await listen();
    peer.login = (context) => {
      if (context.method !== 'keyboard-interactive') context.reject(['keyboard-interactive']);
      else {
        context.prompt([{ prompt: '\x1b]0;Password:', echo: false }], (answers) => {
          if (answers[0] === 'open sesame') context.accept();
          else context.reject();
        });
      }
    };
    const [transport] = await connect(peer);
    expect(await transport.answers(2000)).toMatchObject({ answers: true });
  });

  it('asks again and again: it gets the password once', async () => {
    const peer = await listen();
    const given: string[] = [];
    peer.login = (context) => {
      if (context.method !== 'keyboard-interactive') context.reject(['keyboard-interactive']);
      else {
        const ask = (): void =>
          context.prompt([{ prompt: 'Code:', echo: false }], (answers) => {
            given.push(...answers);
            if (given.length < 30) ask();
            else context.reject();
          });
        ask();
      }
    };
    const [transport, ear] = consoleAt(peer.target, { withinMs: 5000 });
    expect(await failureOf(transport.open(ear))).toMatchObject({ code: 'login-refused' });
    expect(given.filter((answer) => answer !== '')).toEqual(['open sesame']);
  });

  it('never answers a login', async () => {
    const peer = await listen();
    peer.login = () => {};
    const [transport, ear] = consoleAt(peer.target);
    const error = await failureOf(transport.open(ear));
    expect(error).toMatchObject({ code: 'timeout' });
    expect(error.message).toContain('did not finish the login');
  });

  it('hangs up instead of an answer, with words that move the cursor', async () => {
    const peer = await listen();
    peer.login = () => {
      const connection = peer.connections[0];
      if (connection === undefined) return;
      const text = '\x1b[2J\x1b]0;owned\x07 go away\r\n';
      const words = Buffer.alloc(4 + text.length + 4);
      words.writeUInt32BE(text.length, 0);
      words.write(text, 4, 'latin1');
      sendRaw(connection, Buffer.concat([Buffer.from([1, 0, 0, 0, 2]), words]));
    };
    const [transport, ear] = consoleAt(peer.target, { withinMs: 5000 });
    const error = await failureOf(transport.open(ear));
    expect(error).toMatchObject({ code: 'login-refused' });
    expect(error.message).toContain('go away');
  });

  it('shows a banner: nobody sees it', async () => {
    const peer = await SshPeer.listen('\x1b[31mAUTHORIZED ONLY');
    endings.push(() => peer.stop());
    const [, ear] = await connect(peer);
    peer.channels[0]?.write('ok ');
    await until(() => ear.all.toString() === 'ok ');
  });

  it('ignores our window: the connection is given up', async () => {
    const peer = await listen();
    const [transport, ear] = await connect(peer);
    transport.pause?.(true);
    const [connection] = peer.connections;
    if (connection === undefined) throw new Error('not connected');
    const data = Buffer.alloc(9 + 32_000);
    data.writeUInt8(94, 0);
    data.writeUInt32BE(0, 1); // the first channel
    data.writeUInt32BE(32_000, 5);
    const before = process.memoryUsage().rss;
    await pourPackets(connection, data, () => ear.closes.length > 0);
    expect(ear.closes).toEqual([
      expect.objectContaining({ kind: 'lost', detail: expect.stringContaining('allowed to') }),
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(80 << 20);
  });

  it('asks without end and reads no answer: the connection is given up', async () => {
    const peer = await listen();
    const [, ear] = await connect(peer, { keepaliveMs: 60_000 });
    const [connection] = peer.connections;
    if (connection === undefined) throw new Error('not connected');
    socketOf(connection).pause();
    const name = 'x'.repeat(64);
    const request = Buffer.alloc(1 + 4 + name.length + 1);
    request.writeUInt8(80, 0);
    request.writeUInt32BE(name.length, 1);
    request.write(name, 5, 'latin1');
    request.writeUInt8(1, 5 + name.length);
    await pourPackets(connection, request, () => ear.closes.length > 0);
    expect(ear.closes[0]?.detail).toContain('does not read');
  }, 60_000);

  it('sends any packet at any time: no crash, and other servers are well', async () => {
    const healthy = await listen();
    healthy.session = (channel) => channel.pipe(channel);
    const [other, heard] = await connect(healthy);
    let lost = 0;
    for (let round = 0; round < 30; round++) {
      const peer = await SshPeer.listen();
      const [transport, ear] = await connect(peer);
      const [connection] = peer.connections;
      if (connection === undefined) throw new Error('not connected');
      for (let i = 0; i < 12 && ear.closes.length === 0; i++) {
        const noise = noiseOf(`${round}/${i}`, 64);
        const length = 1 + ((noise[0] ?? 0) % 60);
        // Half of them for the channel that is open, so that they go deep.
        const packet = Buffer.from(noise.subarray(1, 1 + length));
        packet[0] = 1 + ((noise[63] ?? 0) % 105);
        if (length > 5 && i % 2 === 0) packet.writeUInt32BE(0, 1);
        try {
          sendRaw(connection, packet);
        } catch {
          break; // our own side has ended
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
      for (const { detail } of ear.closes) expect(detail).toMatch(PRINTABLE);
      lost += ear.closes.length;
      transport.close();
      await peer.stop();
    }
    expect(lost).toBeGreaterThan(4);
    other.write(Buffer.from('alive'));
    await until(() => heard.all.toString() === 'alive');
  }, 60_000);

  it('refuses a BREAK: that is an error, and it was asked for', async () => {
    const peer = await listen();
    const [transport] = await connect(peer);
    const sending = transport.sendBreak();
    sending.catch(() => {});
    await until(() => peer.seen.some((text) => /CHANNEL_REQUEST \(r:0, break\)/.test(text)));
    const [connection] = peer.connections;
    if (connection !== undefined) sendRaw(connection, Buffer.from([100, 0, 0, 0, 0]));
    await expect(sending).rejects.toMatchObject({
      name: 'TransportError',
      message: 'the ssh server refused the BREAK',
    });
  });

  it('opens no session', async () => {
    const peer = await listen();
    peer.login = (context) => {
      context.accept();
      peer.connections[0]?.removeAllListeners('session');
    };
    const [transport, ear] = consoleAt(peer.target, { withinMs: 5000 });
    expect(await failureOf(transport.open(ear))).toMatchObject({ code: 'refused' });
  });
});

function noiseOf(seed: string, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at * 64 < length; at++) {
    blocks.push(createHash('sha512').update(`${seed}:${at}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** Until nobody takes it any more. */
function pour(socket: Socket, bytes: Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.writable && socket.write(bytes)) {
      // As long as the system takes it.
    }
  };
  socket.on('drain', more);
  more();
}

async function pourPackets(
  connection: SshPeer['connections'][number],
  packet: Buffer,
  isOver: () => boolean,
): Promise<void> {
  const end = performance.now() + 30_000;
  const socket = socketOf(connection);
  while (!isOver() && performance.now() < end && !socket.destroyed) {
    for (let i = 0; i < 2000 && socket.writableLength < 1 << 20; i++) sendRaw(connection, packet);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(isOver);
}
