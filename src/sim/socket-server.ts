/**
 * TCP servers on loopback for the simulator: opened on a given or free port, closed with all their
 * connections. The only place in sim/ that listens.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { SimError } from './sim-error.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export const LOOPBACK = '127.0.0.1';

export class SocketServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(accept: (socket: Socket) => void) {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      // A client that vanishes is no trouble of ours.
      socket.on('error', () => socket.destroy());
      accept(socket);
    });
  }

  /** `port` 0: any free one. Throws `port-in-use`. */
  open(port: number): Promise<Address> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause: Error) => {
        const hint = 'choose another port, or 0 for any free one';
        reject(
          new SimError('port-in-use', `cannot listen on port ${port}: ${cause.message}`, hint),
        );
      });
      this.#server.listen(port, LOOPBACK, () => {
        const { port: bound } = this.#server.address() as AddressInfo;
        resolve({ host: LOOPBACK, port: bound });
      });
    });
  }

  /** Resolves when the port is free again. Safe when it is not open. */
  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

/** Calls `take` with each complete line of the socket, without its line end. */
export function readLines(socket: Socket, take: (line: string) => void): void {
  let pending = '';
  socket.setEncoding('latin1');
  socket.on('data', (text) => {
    pending += String(text);
    const lines = pending.split(/\r?\n/);
    pending = (lines.pop() ?? '').slice(-LINE_MAX);
    for (const line of lines) take(line);
  });
}

const LINE_MAX = 4096;
