import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { BreakMethod, SshConsole } from '../../src/clist/cluster.ts';
import { systemClock } from '../../src/clock/system.ts';
import { createTransport } from '../../src/transport/open.ts';
import type { SshParts } from '../../src/transport/ssh-connection.ts';
import { SshPool } from '../../src/transport/ssh-pool.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { describeTransport, Ear, type Expectations, type Rig, writeAll } from './contract.ts';
import { haveTools, socatVersion, versionOf } from './external.ts';
import { makeKey, Sshd, type SshdOptions } from './sshd.ts';
import { TcpPeer } from './tcp-peer.ts';
import { until } from './until.ts';

const LINE_BREAK: BreakMethod = { kind: 'line', force: null, durationMs: 250 };

/** What a console server does: a session is a wire to the test. */
function bridgeTo(peer: TcpPeer): string {
  return `socat -t0 -b65536 - TCP:127.0.0.1:${peer.port},nodelay`;
}

async function sshRig(asCommand: boolean): Promise<Rig> {
  const peer = await TcpPeer.listen();
  const bridge = bridgeTo(peer);
  const server = await Sshd.start(asCommand ? {} : { forceCommand: bridge });
  const pool = new SshPool(server.parts);
  const command = asCommand ? `exec ${bridge}` : null;
  const knownHosts = server.knownAnywhere;
  const create = (port = server.port): Transport => {
    const address: SshConsole = { kind: 'ssh', ...server.target, port, knownHosts, command };
    return createTransport(address, LINE_BREAK, systemClock, pool);
  };
  return {
    create,
    port: server.port,
    say: (bytes) => peer.socket.write(bytes),
    typed: () => peer.received,
    hangUp: () => {
      peer.socket.destroy();
    },
    setReading: (reading) => (reading ? peer.socket.resume() : peer.socket.pause()),
    occupy: () => {
      peer.greet = (socket) => socket.end('Port already in use\r\n');
    },
    kick: () => {
      peer.socket.end('\r\nYou have been kicked off by a new user\r\n');
    },
    stop: async () => {
      await server.stop();
      await peer.stop();
    },
  };
}

describe('ssh, a real OpenSSH', () => {
  if (!haveTools('socat', 'openssh-server')) return;
  const NO_OPTIONS =
    'ssh has no telnet options; its own protocol is attacked in ssh-hostile.test.ts';
  const EXPECTED: Expectations = {
    canBreak: true,
    peers: [
      `OpenSSH ${versionOf('/usr/sbin/sshd', ['-V'], /OpenSSH_([^, ]+)/).split(' ')[1]}`,
      socatVersion(),
    ],
    cannot: {
      unplugged: 'there is no line behind the session',
      'option-storm': NO_OPTIONS,
      malformed: NO_OPTIONS,
    },
  };
  // That the server takes a BREAK and says so is seen here; a pty shows none to the program behind it.
  describeTransport('ssh, a shell', () => sshRig(false), EXPECTED);
  describeTransport('ssh, a command', () => sshRig(true), EXPECTED);
});

describe('consoles over ssh', () => {
  if (!haveTools('socat', 'openssh-server')) return;
  const servers: Sshd[] = [];
  const peers: TcpPeer[] = [];
  const open: Transport[] = [];
  afterEach(async () => {
    for (const transport of open.splice(0)) transport.close();
    for (const server of servers.splice(0)) await server.stop();
    for (const peer of peers.splice(0)) await peer.stop();
  });

  async function startServer(options: SshdOptions = {}): Promise<Sshd> {
    const server = await Sshd.start(options);
    servers.push(server);
    return server;
  }

  function poolOf(server: Sshd, more: Partial<SshParts> = {}): SshPool {
    return new SshPool({ ...server.parts, ...more });
  }

  async function connect(
    server: Sshd,
    pool: SshPool,
    more: Partial<SshConsole> = {},
  ): Promise<{ transport: Transport; ear: Ear }> {
    const address: SshConsole = { kind: 'ssh', ...server.target, command: 'cat', ...more };
    const transport = createTransport(address, LINE_BREAK, systemClock, pool);
    open.push(transport);
    const ear = new Ear();
    await transport.open(ear);
    return { transport, ear };
  }

  const connections = (server: Sshd): number => server.sessions.length;

  describe('share connections', () => {
    it('of the same user and server, eight on each', async () => {
      const server = await startServer({ config: ['MaxSessions 8'] });
      const pool = poolOf(server);
      const consoles = await Promise.all(Array.from({ length: 17 }, () => connect(server, pool)));
      expect(connections(server)).toBe(3);
      await Promise.all(
        consoles.map(async ({ transport, ear }, number) => {
          await writeAll(transport, Buffer.from(`console ${number}`));
          await until(() => ear.all.toString() === `console ${number}`);
        }),
      );
      for (const { transport } of consoles) transport.close();
      expect(pool.connections).toBe(0);
      await until(() => connections(server) === 0);
    });

    it('unless something about the login differs', async () => {
      const server = await startServer();
      const pool = poolOf(server);
      await connect(server, pool);
      await connect(server, pool, { legacy: true });
      expect(pool.connections).toBe(2);
    });

    it('with fewer channels where the server allows fewer', async () => {
      const server = await startServer({ config: ['MaxSessions 2'] });
      const pool = poolOf(server);
      await Promise.all(Array.from({ length: 5 }, () => connect(server, pool)));
      expect(pool.connections).toBe(3);
    });

    it('and say what a server says that allows none', async () => {
      const server = await startServer({ config: ['MaxSessions 0'] });
      await expect(connect(server, poolOf(server))).rejects.toMatchObject({
        name: 'TransportError',
        code: 'refused',
        message: 'the server opened no session: (SSH) Channel open failure: open failed',
      });
    });

    it('and take the place of one that is closed', async () => {
      const server = await startServer({ config: ['MaxSessions 8'] });
      const pool = poolOf(server);
      const consoles = await Promise.all(Array.from({ length: 8 }, () => connect(server, pool)));
      for (let round = 0; round < 20; round++) {
        consoles[round % 8]?.transport.close();
        consoles[round % 8] = await connect(server, pool);
      }
      expect(pool.connections).toBeLessThanOrEqual(2);
      const ear = consoles.at(-1)?.ear;
      consoles.at(-1)?.transport.write(Buffer.from('alive'));
      await until(() => ear?.all.toString() === 'alive');
    });

    it('and lose all channels with the connection, each once', async () => {
      const server = await startServer();
      const pool = poolOf(server);
      const consoles = await Promise.all(Array.from({ length: 5 }, () => connect(server, pool)));
      server.dropAll();
      await until(() => consoles.every(({ ear }) => ear.closes.length === 1));
      for (const { ear, transport } of consoles) {
        expect(ear.closes).toEqual([{ kind: 'lost', detail: expect.stringMatching(/^[ -~]+$/) }]);
        expect(transport.write(Buffer.from('x'))).toBe(false);
      }
      expect(pool.connections).toBe(0);
    });

    it('and lose only their own when one session ends', async () => {
      const server = await startServer();
      const pool = poolOf(server);
      const [one, other] = [
        await connect(server, pool, { command: 'read x; exit 3' }),
        await connect(server, pool),
      ];
      one.transport.write(Buffer.from('\n'));
      await until(() => one.ear.closes.length > 0);
      expect(one.ear.closes).toEqual([
        { kind: 'lost', detail: 'closed by the other end (exit status 3)' },
      ]);
      expect(other.ear.closes).toEqual([]);
      other.transport.write(Buffer.from('alive'));
      await until(() => other.ear.all.toString() === 'alive');
    });
  });

  it('find a frozen server by its silence', async () => {
    const server = await startServer();
    const pool = poolOf(server, { keepaliveMs: 150 });
    const { transport, ear } = await connect(server, pool);
    expect(await transport.answers(2000)).toMatchObject({ answers: true });
    const started = performance.now();
    server.freeze();
    expect(await transport.answers(100)).toEqual({
      answers: false,
      detail: `${server.target.user}@127.0.0.1:${server.port} did not answer within 100 ms`,
    });
    await until(() => ear.closes.length > 0);
    expect(performance.now() - started).toBeLessThan(3000);
    expect(ear.closes).toEqual([{ kind: 'lost', detail: 'no answer to 3 signs of life' }]);
    server.thaw();
    const again = await connect(server, pool);
    again.transport.write(Buffer.from('alive'));
    await until(() => again.ear.all.toString() === 'alive');
  });

  it('are told that a server is frozen while they connect', async () => {
    const server = await startServer();
    server.freeze();
    await expect(connect(server, poolOf(server, { withinMs: 300 }))).rejects.toMatchObject({
      code: 'timeout',
    });
  });

  it('hold what they say while nobody reads', async () => {
    const server = await startServer();
    const { transport, ear } = await connect(server, poolOf(server), {
      command: 'yes 0123456789abcdef | head -c 20000000',
    });
    transport.pause?.(true);
    const before = process.memoryUsage().rss;
    await new Promise((resolve) => setTimeout(resolve, 700));
    const heard = ear.bytes;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ear.bytes).toBe(heard);
    expect(process.memoryUsage().rss - before).toBeLessThan(40 << 20);
    transport.pause?.(false);
    await until(() => ear.bytes === 20_000_000, 20_000);
  });

  it('need a terminal', async () => {
    const server = await startServer({ config: ['PermitTTY no'] });
    await expect(connect(server, poolOf(server))).rejects.toMatchObject({
      code: 'refused',
      message: 'the server opened no session: Unable to request a pseudo-terminal',
    });
  });

  describe('log in', () => {
    it('with a key that a passphrase opens', async () => {
      const server = await startServer();
      const key = join(server.directory, 'locked');
      makeKey(key, 'ed25519', 'open sesame');
      authorize(server, `${key}.pub`);
      const passphrase = writeSecret(server, 'passphrase', 'open sesame\n');
      const wrong = writeSecret(server, 'wrong', 'open barley\n');
      await connect(server, poolOf(server), { key, passphrase });
      await expect(connect(server, poolOf(server), { key })).rejects.toMatchObject({
        code: 'other',
        message: `the key ${key} is encrypted, and no passphrase is given`,
      });
      await expect(
        connect(server, poolOf(server), { key, passphrase: wrong }),
      ).rejects.toMatchObject({ message: `the passphrase does not open the key ${key}` });
    });

    it('with an RSA key', async () => {
      const server = await startServer();
      const key = join(server.directory, 'rsa');
      makeKey(key, 'rsa');
      authorize(server, `${key}.pub`);
      await connect(server, poolOf(server), { key });
    });

    it('with the agent', async () => {
      const server = await startServer();
      const socket = join(server.directory, 'agent');
      const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
      const before = process.env.SSH_AUTH_SOCK;
      try {
        await until(() => existsSync(socket));
        process.env.SSH_AUTH_SOCK = socket;
        const add = spawn('ssh-add', ['-q', server.target.key ?? ''], { stdio: 'ignore' });
        await new Promise((resolve) => add.once('exit', resolve));
        await connect(server, poolOf(server), { key: null, agent: true });
        agent.kill();
        await new Promise((resolve) => agent.once('exit', resolve));
        await expect(
          connect(server, poolOf(server), { key: null, agent: true }),
        ).rejects.toMatchObject({ code: 'login-refused' });
        // A key that is there as well is tried in its place.
        await connect(server, poolOf(server), { agent: true });
      } finally {
        agent.kill();
        if (before === undefined) delete process.env.SSH_AUTH_SOCK;
        else process.env.SSH_AUTH_SOCK = before;
      }
    });

    it('not with a file that is no key', async () => {
      const server = await startServer();
      const { path } = writeSecret(server, 'nokey', 'nothing of that sort\n');
      await expect(connect(server, poolOf(server), { key: path })).rejects.toMatchObject({
        message: `${path} holds no private key`,
      });
    });

    it('not as somebody else', async () => {
      const server = await startServer();
      const login = connect(server, poolOf(server), { user: 'nobody-here' });
      await expect(login).rejects.toMatchObject({
        code: 'login-refused',
        message: `127.0.0.1:${server.port} refused the login of nobody-here`,
        hint: `tried: the key ${server.target.key}; its own log tells why`,
      });
    });
  });

  describe('know the host', () => {
    it('by one of several keys, whichever is recorded', async () => {
      const server = await startServer({ keyType: 'ed25519' });
      for (const type of ['rsa', 'ecdsa']) {
        const file = join(server.directory, `host-${type}`);
        makeKey(file, type);
        const both = await startServerWith(server, file);
        const recorded = readFileSync(`${file}.pub`, 'utf8');
        const knownHosts = join(both.directory, 'one-key');
        writeFileSync(knownHosts, `[127.0.0.1]:${both.port} ${recorded}`);
        await connect(both, poolOf(both), { knownHosts });
      }
    });

    async function startServerWith(first: Sshd, key: string): Promise<Sshd> {
      return startServer({
        config: [`HostKey ${key}`, `HostKey ${join(first.directory, 'host')}`],
      });
    }

    it('at first use, if that is asked for, and not another one later', async () => {
      const server = await startServer();
      const knownHosts = writeSecret(server, 'empty', '# nobody\n').path;
      const trusted = server.parts.trustFile ?? '';
      await expect(connect(server, poolOf(server), { knownHosts })).rejects.toMatchObject({
        code: 'host-key',
      });
      expect(existsSync(trusted)).toBe(false);
      const trusting = { knownHosts, trustFirstUse: true };
      await Promise.all([
        connect(server, poolOf(server), trusting),
        connect(server, poolOf(server), trusting),
      ]);
      const recorded = readFileSync(trusted, 'utf8');
      expect(recorded).toBe(
        `[127.0.0.1]:${server.port} ${readFileSync(join(server.directory, 'host.pub'), 'utf8').trim()}\n`,
      );
      // Only who asks for it believes what is recorded there.
      await expect(connect(server, poolOf(server), { knownHosts })).rejects.toMatchObject({
        code: 'host-key',
      });
      const other = join(server.directory, 'other');
      makeKey(other, 'ed25519');
      writeFileSync(trusted, `[127.0.0.1]:${server.port} ${readFileSync(`${other}.pub`, 'utf8')}`);
      await expect(connect(server, poolOf(server), trusting)).rejects.toMatchObject({
        code: 'host-key',
        message: expect.stringMatching(/is not the recorded one \(.*trusted:1\)/),
      });
    });

    it('and say what to do when a file of host keys is not there', async () => {
      const server = await startServer();
      await expect(
        connect(server, poolOf(server), { knownHosts: '/no/such/file' }),
      ).rejects.toMatchObject({
        code: 'host-key',
        message: 'the host keys in /no/such/file cannot be read (ENOENT)',
      });
    });
  });

  function writeSecret(server: Sshd, name: string, text: string) {
    const path = join(server.directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return { kind: 'file' as const, path };
  }

  function authorize(server: Sshd, publicKey: string): void {
    const file = join(server.directory, 'authorized_keys');
    writeFileSync(file, readFileSync(publicKey, 'utf8'), { flag: 'a' });
  }
});
