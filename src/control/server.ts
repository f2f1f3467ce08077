/**
 * The daemon's end of the control socket, `CLUSTER_HOME/state/control.sock`, mode 0660.
 * Made by the daemon; also half of its lock: who answers here runs this CLUSTER_HOME.
 * Requests that act come to it with the name of the operator as it is known (peer.ts).
 * Nobody can lock the others out: who holds connections without need loses the oldest, and who presses
 * waits behind everybody else for the next turn.
 */
import { chmod, chown } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import { whoDirectory } from './challenge.ts';
import { ConnectionTable } from './connection-table.ts';
import { Gate } from './gate.ts';
import { IdentityDesk } from './identity-desk.ts';
import { Pace } from './pace.ts';
import { Peer } from './peer.ts';
import { type Answer, ServedConnection } from './served-connection.ts';
import { UserNames } from './user-names.ts';

/** With streams. Beyond that the system's own queue must do. */
const SOCKETS_MAX = 1024;
const SOCKET_MODE = 0o660;
/** Linux: sockaddr_un has 108 bytes with the final zero; other systems have 104. */
export const SOCKET_PATH_BYTES_MAX = 103;

export class ControlServer {
  readonly #server: Server;
  readonly #path: string;
  readonly #desk: IdentityDesk;
  readonly #names = new UserNames();
  readonly #open = new Set<Socket>();
  readonly #gate: Gate;
  readonly #table = new ConnectionTable<ServedConnection>();
  readonly #pace: Pace;

  private constructor(server: Server, path: string, desk: IdentityDesk, clock: Clock) {
    this.#server = server;
    this.#path = path;
    this.#desk = desk;
    this.#gate = new Gate(clock);
    this.#pace = new Pace(clock);
  }

  /**
   * Binds the socket. `group`: who may use it besides the daemon's user, by number; null: whom the
   * system gives it to. Throws DaemonError `socket-path`, or `socket` with the system's error.
   */
  static async listen(
    path: string,
    answer: Answer,
    clock: Clock,
    group: number | null = null,
  ): Promise<ControlServer> {
    checkSocketPath(path);
    const server = createServer();
    server.maxConnections = SOCKETS_MAX;
    const desk = await IdentityDesk.open(whoDirectory(path), group);
    const control = new ControlServer(server, path, desk, clock);
    server.on('connection', (socket) => control.#serve(socket, answer));
    try {
      await bind(server, path);
      if (group !== null) await chown(path, -1, group);
      await chmod(path, SOCKET_MODE);
    } catch (error) {
      server.close();
      throw new DaemonError('socket', `cannot listen on ${path}: ${messageOf(error)}`, {
        context: { path },
        hint: 'is its directory there and writable?',
        cause: error,
      });
    }
    return control;
  }

  get path(): string {
    return this.#path;
  }

  /** Why the names of operators cannot be proven, or null. */
  get trouble(): string | null {
    return this.#desk.trouble;
  }

  /** Ends all connections and removes the socket. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#open) socket.destroySoon();
    await closed;
    await this.#desk.close();
  }

  #serve(socket: Socket, answer: Answer): void {
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    const peer = new Peer(this.#desk, this.#names);
    const parts = { answer, peer, gate: this.#gate, pace: this.#pace, table: this.#table };
    const connection = new ServedConnection(socket, parts);
    connection.begin();
    this.#table.add(connection)?.dismiss();
  }
}

/** A clear error instead of a truncated path. */
export function checkSocketPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= SOCKET_PATH_BYTES_MAX) return;
  throw new DaemonError(
    'socket-path',
    `the control socket's path has ${bytes} bytes, ${SOCKET_PATH_BYTES_MAX} are possible: ${path}`,
    {
      context: { path, bytes },
      hint: 'use a CLUSTER_HOME with a shorter path, or a symbolic link to it',
    },
  );
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      server.on('error', () => {}); // Too many files for one more client: the next one may succeed.
      resolve();
    });
  });
}
