/**
 * A console on a raw TCP port: bytes both ways, nothing else. Made by `createTransport`.
 * There is no BREAK on this wire; such consoles need `bytes` as their break method.
 */
import { connect, type Socket } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import { BusyNotice } from './busy-notice.ts';
import { connectError } from './connect-error.ts';
import { type Answer, reachHost } from './reach.ts';
import { abandon, READ_BUFFER, readBytes, SocketWire } from './socket-wire.ts';
import { type Transport, TransportError, type TransportHandlers } from './transport.ts';

export interface TcpOptions {
  readonly host: string;
  readonly port: number;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
}

export class TcpTransport implements Transport {
  readonly answersInBand = false;
  readonly #options: TcpOptions;
  readonly #clock: Clock;
  #socket: Socket | null = null;
  #wire: SocketWire | null = null;
  #handlers: TransportHandlers | null = null;
  #busy: BusyNotice | null = null;
  #closed = false;

  constructor(options: TcpOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  async open(handlers: TransportHandlers): Promise<void> {
    this.#handlers = handlers;
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
        'a raw tcp line cannot carry a BREAK',
        'give the byte sequence that the other end understands as one, or use telnet',
      ),
    );
  }

  answers(withinMs: number): Promise<Answer> {
    return reachHost(this.#options.host, this.#options.port, withinMs, this.#clock);
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

  #connect(): Promise<Socket> {
    const { host, port, connectTimeoutMs = 10_000 } = this.#options;
    return new Promise((resolve, reject) => {
      const socket = connect({
        host,
        port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 30_000,
        onread: { buffer: READ_BUFFER, callback: (count) => this.#received(count) },
      });
      this.#socket = socket;
      const fail = (cause: unknown): void => {
        cancel();
        abandon(socket);
        reject(connectError(host, port, cause));
      };
      const cancel = this.#clock.after(connectTimeoutMs, () => {
        fail(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
      });
      socket.once('error', fail);
      socket.once('close', () => fail(new Error('closed while connecting')));
      socket.once('connect', () => {
        cancel();
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
