/**
 * An ssh server in the hands of a test, for what OpenSSH would never do: any answer to a login, any
 * bytes in the protocol. In this very process, on a loopback port, with a host key of its own.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';
import type { SshTarget } from '../../src/clist/cluster.ts';
import { makeKeyPair } from '../../src/sim/ssh-keys.ts';

export class SshPeer {
  readonly directory = mkdtempSync(join(tmpdir(), 'ssh-peer-'));
  readonly connections: Connection[] = [];
  readonly channels: ServerChannel[] = [];
  /** What the library says of each packet. */
  readonly seen: string[] = [];
  /** What happens with each attempt to log in. */
  login: (context: AuthContext) => void = (context) => context.accept();
  /** What happens with each session that is opened. */
  session: (channel: ServerChannel) => void = () => {};
  /** What the server says before the login. */
  banner = '';
  readonly #server: InstanceType<typeof ssh2.Server>;

  private constructor(hostKey: string, banner: string) {
    this.#server = new ssh2.Server(
      {
        hostKeys: [hostKey],
        ...(banner === '' ? {} : { banner }),
        debug: (text: string) => this.seen.push(text),
      },
      (connection) => this.#connected(connection),
    );
  }

  static async listen(banner = ''): Promise<SshPeer> {
    const host = makeKeyPair();
    const peer = new SshPeer(host.private, banner);
    await new Promise<void>((resolve) => peer.#server.listen(0, '127.0.0.1', resolve));
    writeFileSync(join(peer.directory, 'known_hosts'), `[127.0.0.1]:${peer.port} ${host.public}\n`);
    writeFileSync(join(peer.directory, 'password'), 'open sesame\n', { mode: 0o600 });
    return peer;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  /** With a password, and this server's host key recorded. */
  get target(): SshTarget {
    return {
      user: 'admin',
      host: '127.0.0.1',
      port: this.port,
      key: null,
      passphrase: null,
      password: { kind: 'file', path: join(this.directory, 'password') },
      agent: false,
      knownHosts: join(this.directory, 'known_hosts'),
      trustFirstUse: false,
      legacy: false,
    };
  }

  async stop(): Promise<void> {
    for (const connection of this.connections) connection.end();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      for (const connection of this.connections) socketOf(connection).destroy();
    });
    rmSync(this.directory, { recursive: true });
  }

  #connected(connection: Connection): void {
    this.connections.push(connection);
    connection.on('error', () => {});
    connection.on('authentication', (context) => this.login(context));
    connection.on('session', (accept) => {
      const session = accept();
      session.on('pty', (yes) => yes());
      const begin = (yes: () => ServerChannel): void => {
        const channel = yes();
        channel.on('error', () => {});
        this.channels.push(channel);
        this.session(channel);
      };
      session.on('shell', begin);
      session.on('exec', begin);
    });
  }
}

/** The wire below a connection, for what is no ssh at all. */
export function socketOf(connection: Connection): import('node:net').Socket {
  return Reflect.get(connection, '_sock');
}

/** Sends these bytes as one encrypted packet, whatever they are. */
export function sendRaw(connection: Connection, payload: Buffer): void {
  const protocol = Reflect.get(connection, '_protocol');
  const { write } = protocol._packetRW;
  const packet: Buffer = write.alloc(payload.length);
  payload.copy(packet, write.allocStart);
  protocol._cipher.encrypt(write.finalize(packet));
}
