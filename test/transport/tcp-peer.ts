/**
 * The far end of a TCP connection, in the hands of a test: what it received, what it says, how it
 * ends. Also stands behind socat for serial lines. Binds 127.0.0.1 port 0.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { until } from './until.ts';

export class TcpPeer {
  readonly #server: Server;
  readonly connections: Socket[] = [];
  received = Buffer.alloc(0);
  /** What happens with each new connection; the default only takes it. */
  greet: (socket: Socket) => void = () => {};
  /** What happens with received bytes; the default keeps them. */
  take: (bytes: Buffer, socket: Socket) => void = (bytes) => this.keep(bytes);

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      socket.setNoDelay(true);
      this.connections.push(socket);
      socket.on('error', () => {});
      socket.on('data', (bytes) => this.take(bytes, socket));
      this.greet(socket);
    });
  }

  static async listen(): Promise<TcpPeer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TcpPeer(server);
  }

  /** On a unix socket. */
  static async listenAt(path: string): Promise<TcpPeer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return new TcpPeer(server);
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  get socket(): Socket {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error('nobody is connected');
    return last;
  }

  keep(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
  }

  async isConnected(count = 1): Promise<void> {
    await until(() => this.connections.length >= count);
  }

  async has(bytes: Uint8Array): Promise<void> {
    await until(() => this.received.length >= bytes.length);
  }

  async stop(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
