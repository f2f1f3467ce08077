/**
 * The daemon's end of the control socket, `CLUSTER_HOME/state/control.sock`, mode 0660.
 * Made by the daemon; also half of its lock: who answers here runs this CLUSTER_HOME.
 * Requests that act come to it with the name of the operator as it is known (peer.ts).
 * Clients cost next to nothing, whatever they do: one request at a time and one turn of the event
 * loop each, reading stops while a reply is not taken, a wrong line ends the connection, silence
 * ends it after a minute.
 */
import { chmod, chown } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import { whoDirectory } from './challenge.ts';
import { IdentityDesk } from './identity-desk.ts';
import { LineCutter } from './line-cutter.ts';
import { Peer } from './peer.ts';
import {
  formatLine,
  LINE_BYTES_MAX,
  parseRequest,
  type Reply,
  type Request,
  refusal,
} from './protocol.ts';
import { beginStream, type Stream } from './stream.ts';
import { UserNames } from './user-names.ts';

const CONNECTIONS_MAX = 64;
const SILENT_MS = 60_000;
const SOCKET_MODE = 0o660;
/** Linux: sockaddr_un has 108 bytes with the final zero; other systems have 104. */
export const SOCKET_PATH_BYTES_MAX = 103;

export type Answer = (request: Request) => Promise<Reply | Stream>;

export class ControlServer {
  readonly #server: Server;
  readonly #path: string;
  readonly #desk: IdentityDesk;
  readonly #names = new UserNames();
  readonly #open = new Set<Socket>();

  private constructor(server: Server, path: string, desk: IdentityDesk) {
    this.#server = server;
    this.#path = path;
    this.#desk = desk;
  }

  /**
   * Binds the socket. `group`: who may use it besides the daemon's user, by number; null: whom the
   * system gives it to. Throws DaemonError `socket-path`, or `socket` with the system's error.
   */
  static async listen(
    path: string,
    answer: Answer,
    group: number | null = null,
  ): Promise<ControlServer> {
    checkSocketPath(path);
    const server = createServer();
    server.maxConnections = CONNECTIONS_MAX;
    const desk = await IdentityDesk.open(whoDirectory(path), group);
    const control = new ControlServer(server, path, desk);
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
    const peer = new Peer(this.#desk, this.#names);
    socket.on('close', () => {
      this.#open.delete(socket);
      void peer.leave();
    });
    socket.on('error', () => socket.destroy());
    socket.setTimeout(SILENT_MS, () => socket.destroy());
    const cutter = new LineCutter(LINE_BYTES_MAX);
    socket.on('data', (chunk: Buffer) => {
      const lines = cutter.take(chunk);
      if (lines === null) {
        end(socket, refusal('protocol', `a line may have ${LINE_BYTES_MAX} bytes`, 'send less'));
        return;
      }
      if (lines.length === 0) return;
      socket.pause();
      serveLines({ socket, peer, answer }, lines).then(
        (stream) => {
          if (stream !== null) beginStream(socket, stream, cutter, lines);
          socket.resume();
        },
        () => socket.destroy(),
      );
    });
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

interface Serving {
  readonly socket: Socket;
  readonly peer: Peer;
  readonly answer: Answer;
}

/** Takes the lines away that it serves. Not null: from here on the connection is this stream. */
async function serveLines(serving: Serving, lines: string[]): Promise<Stream | null> {
  const { socket, peer, answer } = serving;
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (socket.destroyed || socket.writableEnded) return null;
    const request = parseRequest(line);
    if ('ok' in request) {
      end(socket, request);
      return null;
    }
    const reply =
      request.kind === 'who'
        ? await peer.introduce(request)
        : await answered(await peer.named(request, line), answer);
    if ('begin' in reply) return reply;
    if (!socket.destroyed && !socket.write(formatLine(reply))) await drained(socket);
    await anotherTurn();
  }
  return null;
}

async function answered(request: Request, answer: Answer): Promise<Reply | Stream> {
  try {
    return await answer(request);
  } catch (error) {
    if (error instanceof DaemonError) return refusal(error.code, error.message, error.hint);
    return refusal('refused', messageOf(error), 'see the logs');
  }
}

function end(socket: Socket, reply: Reply): void {
  socket.removeAllListeners('data');
  socket.resume(); // What still comes is thrown away, so that the reply is not lost in a reset.
  socket.end(formatLine(reply));
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}

function anotherTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
