/**
 * The production service and the router on TCP. The service accepts only while it can be reached;
 * else its port is closed. A line from a client is a transaction, answered `ok N` once transaction
 * N is on the disk.
 */
import type { Network } from './network.ts';
import { type Address, readLines, SocketServer } from './socket-server.ts';

/** A listener on one fixed port that is there or not. */
export class SwitchedServer {
  readonly #make: () => SocketServer;
  readonly #failed: (error: Error) => void;
  #server: SocketServer | null = null;
  #port = 0;
  #turn: Promise<void> = Promise.resolve();

  /** `failed`: the port was taken by somebody else while it was closed. */
  constructor(make: () => SocketServer, failed: (error: Error) => void) {
    this.#make = make;
    this.#failed = failed;
  }

  async start(port: number): Promise<Address> {
    const server = this.#make();
    const address = await server.open(port);
    this.#server = server;
    this.#port = address.port;
    return address;
  }

  /** Opens or closes the port; done in the order of the calls. */
  set(up: boolean): Promise<void> {
    this.#turn = this.#turn.then(() => (up ? this.#open() : this.#shut())).catch(this.#failed);
    return this.#turn;
  }

  async #open(): Promise<void> {
    if (this.#server !== null) return;
    const server = this.#make();
    await server.open(this.#port);
    this.#server = server;
  }

  async #shut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    await server?.close();
  }
}

export function serviceServer(transact: () => number | null): SocketServer {
  return new SocketServer((socket) => {
    readLines(socket, () => {
      const transaction = transact();
      // A system that does not answer lets its clients wait.
      if (transaction !== null) socket.write(`ok ${transaction}\r\n`);
    });
  });
}

/** Accepts and says nothing. */
export function routerServer(): SocketServer {
  return new SocketServer((socket) => {
    socket.resume();
  });
}

export interface Following {
  /** Resolves when both ports are as the network says. */
  settled(): Promise<unknown>;
  /** Closes both. */
  stop(): Promise<void>;
}

/** Keeps both ports as the network says. */
export function followNetwork(
  network: Network,
  service: SwitchedServer,
  router: SwitchedServer,
): Following {
  let settled: Promise<unknown> = Promise.resolve();
  let closed = false;
  const follow = () => {
    if (closed) return;
    settled = Promise.all([service.set(network.serviceUp), router.set(network.referenceUp)]);
  };
  network.subscribe(follow);
  follow();
  return {
    settled: () => settled,
    stop: async () => {
      closed = true;
      await settled;
      await Promise.all([service.set(false), router.set(false)]);
    },
  };
}
