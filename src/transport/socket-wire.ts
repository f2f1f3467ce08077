/**
 * A connected TCP socket as the tcp and telnet transports need it: writing with honest
 * back-pressure, one report of its end, and a way to close that lets last words through.
 * Must never hold more than `PENDING_BYTES_MAX` for a peer that does not read.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import { Views } from './views.ts';

/**
 * One buffer for the reads of all sockets: Node fills it and calls back at once, so that next to nothing
 * is allocated for a chunk. This is why console bytes are only valid during the call.
 */
export const READ_BUFFER = Buffer.allocUnsafeSlow(16 * 1024);

const views = new Views(READ_BUFFER);

/** The first `count` bytes of the read buffer, only valid until the next read. */
export function readBytes(count: number): Buffer {
  return views.first(count);
}

/** Unsent bytes after which the peer is given up. Typing stops long before, at the first one. */
export const PENDING_BYTES_MAX = 256 * 1024;

/** So long a closed connection stays to let last words arrive. */
const LINGER_MS = 2000;

const EMPTY = Buffer.alloc(0);
const ignore = (): void => {};

export class SocketWire {
  readonly #socket: Socket;
  readonly #clock: Clock;
  #ended: ((detail: string) => void) | null;

  /** `ended` is called once, when the connection is over for any reason but `close`. */
  constructor(socket: Socket, clock: Clock, ended: (detail: string) => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#ended = ended;
    socket.on('end', () => this.#end('closed by the other end'));
    socket.on('error', (error) => this.#end(describeEnd(error)));
    socket.on('close', () => this.#end('connection closed'));
  }

  get isOpen(): boolean {
    return this.#ended !== null;
  }

  /** `false`: the operating system takes no more; write on when `drained` resolves. */
  write(bytes: Uint8Array): boolean {
    if (this.#ended === null) return false;
    this.#socket.write(bytes);
    if (this.#socket.writableLength > PENDING_BYTES_MAX) {
      this.#end('the other end sends but does not read');
    }
    return this.#socket.writableLength === 0;
  }

  /** What `run` writes goes out in one piece. */
  together(run: () => void): void {
    this.#socket.cork();
    run();
    this.#socket.uncork();
  }

  /** Resolves when everything written is with the operating system, or the connection is over. */
  drained(): Promise<void> {
    if (this.#ended === null || this.#socket.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#socket.write(EMPTY, () => resolve());
    });
  }

  pause(isPaused: boolean): void {
    if (this.#ended === null) return;
    if (isPaused) this.#socket.pause();
    else this.#socket.resume();
  }

  close(lastWords: Uint8Array = EMPTY): void {
    if (this.#ended === null) return;
    this.#ended = null;
    if (lastWords.length === 0) {
      this.#socket.destroy();
      return;
    }
    // What arrives is still read: a reset for unread bytes could overtake the last words.
    this.#socket.end(lastWords);
    const cancel = this.#clock.after(LINGER_MS, () => this.#socket.destroy());
    this.#socket.once('close', cancel);
  }

  #end(detail: string): void {
    const ended = this.#ended;
    this.#ended = null;
    this.#socket.destroy();
    ended?.(detail);
  }
}

/** Nobody may be left listening on a socket that a library made; errors still need a listener. */
export function stripListeners(socket: Socket): void {
  for (const event of ['data', 'timeout', 'end', 'error', 'close', 'connect']) {
    socket.removeAllListeners(event);
  }
  socket.setTimeout(0);
}

/** Ends a socket that nobody wants any more, at any stage of its life. */
export function abandon(socket: Socket): void {
  socket.on('error', ignore);
  socket.destroy();
}

function describeEnd(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ECONNRESET') return 'connection reset by the other end';
  if (code === 'EPIPE') return 'the other end takes no more input';
  if (code === 'ETIMEDOUT') return 'the other end no longer answers';
  return code === '' ? 'connection failed' : `connection failed (${code})`;
}
