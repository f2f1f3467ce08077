/**
 * A client of the production service, as the demo's users would have one: asks for one transaction
 * after the other over TCP and remembers the highest that was acknowledged. Tells when answers stop
 * and when they come again. It knows nothing of nodes: it sees only the address.
 */
import { connect, type Socket } from 'node:net';
import type { Clock } from '../clock/clock.ts';

const EVERY_MS = 100;
/** Unanswered for so long: the client notices. */
const NOTICED_MS = 1_000;
const HOST = '127.0.0.1';

export interface LoadListener {
  /** The first answer ever, or the first after a gap of so many ms. */
  answers(transaction: number, gapMs: number): void;
  /** No answer since `wall`. */
  silent(lastTransaction: number, wall: number): void;
}

export class LoadClient {
  /** The highest transaction that was acknowledged to this client. */
  acknowledged = 0;
  /** How many were. */
  count = 0;
  readonly #port: number;
  readonly #clock: Clock;
  readonly #listener: LoadListener;
  #socket: Socket | null = null;
  #pending = '';
  #waiting = false;
  #isAnswering = false;
  #last: { readonly at: number; readonly wall: number };
  #cancel: () => void = () => {};

  constructor(port: number, clock: Clock, listener: LoadListener) {
    this.#port = port;
    this.#clock = clock;
    this.#listener = listener;
    this.#last = clock.now();
  }

  start(): void {
    this.#cancel = this.#clock.after(EVERY_MS, () => {
      this.#ask();
      this.#notice();
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
    this.#socket?.destroy();
  }

  #ask(): void {
    const socket = this.#socket ?? this.#connect();
    if (this.#waiting || socket.connecting) return;
    this.#waiting = true;
    socket.write('transaction\n');
  }

  #connect(): Socket {
    const socket = connect(this.#port, HOST).setEncoding('latin1');
    this.#socket = socket;
    this.#waiting = false;
    this.#pending = '';
    socket.on('data', (text) => this.#read(String(text)));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null;
    });
    return socket;
  }

  #read(text: string): void {
    const lines = (this.#pending + text).split('\r\n');
    this.#pending = lines.pop() ?? '';
    for (const line of lines) {
      const transaction = /^ok (\d+)$/.exec(line)?.[1];
      if (transaction !== undefined) this.#answered(Number(transaction));
    }
  }

  #answered(transaction: number): void {
    const now = this.#clock.now();
    const gapMs = now.at - this.#last.at;
    this.#waiting = false;
    this.#last = now;
    this.acknowledged = Math.max(this.acknowledged, transaction);
    this.count += 1;
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    this.#listener.answers(transaction, gapMs);
  }

  #notice(): void {
    if (!this.#isAnswering || this.#clock.now().at - this.#last.at < NOTICED_MS) return;
    this.#isAnswering = false;
    this.#listener.silent(this.acknowledged, this.#last.wall);
    // A system that hangs leaves the connection open: whoever serves next has a new one.
    this.#socket?.destroy();
  }
}
