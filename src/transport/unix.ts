/**
 * A console on a unix stream socket of this host, as hypervisors and conserver offer them: bytes both
 * ways, nothing else. Made by `createTransport`. There is no BREAK on this wire.
 */
import { stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import { BusyNotice } from './busy-notice.ts';
import type { Answer } from './reach.ts';
import { abandon, READ_BUFFER, readBytes, SocketWire } from './socket-wire.ts';
import { type Transport, TransportError, type TransportHandlers } from './transport.ts';
import { unixError } from './unix-error.ts';

export class UnixTransport implements Transport {
  readonly answersInBand = false;
  readonly #path: string;
  readonly #clock: Clock;
  #socket: Socket | null = null;
  #wire: SocketWire | null = null;
  #handlers: TransportHandlers | null = null;
  #busy: BusyNotice | null = null;
  #closed = false;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  async open(handlers: TransportHandlers): Promise<void> {
    this.#handlers = handlers;
    await this.#lookAtPath();
    const socket = await this.#connect();
    this.#busy = new BusyNotice(this.#clock.now().at);
    this.#wire = new SocketWire(socket, this.#clock, (detail) => this.#ended(detail));
  }

  write(bytes: Uint8Array): boolean {
    return this.#wire?.write(bytes) ?? false;
  }

  drained(): Promise<void> {
    return this.#wire?.drained() ?? Promise.resolve();
  }

  sendBreak(): Promise<void> {
    return Promise.reject(
      new TransportError(
        'other',
        'a unix socket cannot carry a BREAK',
        'give the byte sequence that the other end understands as one',
      ),
    );
  }

  /** The other end is a program of this host: the kernel closes the socket when it ends. */
  answers(): Promise<Answer> {
    return Promise.resolve(
      this.#wire?.isOpen === true
        ? { answers: true, detail: `${this.#path} is a socket of this host, and open` }
        : { answers: false, detail: `${this.#path} is not open` },
    );
  }

  pause(isPaused: boolean): void {
    this.#wire?.pause(isPaused);
  }

  close(): void {
    this.#closed = true;
    this.#handlers = null;
    if (this.#wire !== null) this.#wire.close();
    else if (this.#socket !== null) abandon(this.#socket);
  }

  /** The kernel says of a file that is no socket only that nobody listens. */
  async #lookAtPath(): Promise<void> {
    const found = await stat(this.#path).catch((cause: unknown) => {
      throw unixError(this.#path, cause);
    });
    if (!found.isSocket()) throw unixError(this.#path, { code: 'ENOTSOCK' });
    if (this.#closed) throw unixError(this.#path, { code: 'closed' });
  }

  /** The kernel answers at once, so there is no time limit. */
  #connect(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const onread = { buffer: READ_BUFFER, callback: (count: number) => this.#received(count) };
      const socket = connect({ path: this.#path, onread });
      this.#socket = socket;
      const fail = (cause: unknown): void => {
        abandon(socket);
        reject(unixError(this.#path, cause));
      };
      socket.once('error', fail);
      socket.once('close', () => fail({ code: 'closed' }));
      socket.once('connect', () => {
        socket.removeAllListeners('error').removeAllListeners('close');
        socket.resume();
        resolve(socket);
      });
    });
  }

  #received(count: number): boolean {
    const bytes = readBytes(count);
    if (this.#busy?.listens) this.#busy.see(bytes, this.#clock.now().at);
    this.#handlers?.data(bytes);
    return true;
  }

  #ended(detail: string): void {
    const refusal = this.#busy?.refusal(this.#clock.now().at) ?? null;
    const handlers = this.#handlers;
    this.#handlers = null;
    if (this.#closed) return;
    handlers?.closed(
      refusal === null ? { kind: 'lost', detail } : { kind: 'busy', detail: `it said: ${refusal}` },
    );
  }
}
