/**
 * A connection of the control socket that goes on after its reply: lines both ways until one end
 * closes. The server hands the socket over here; what the lines mean is the listener's business.
 * Keeps nothing itself: who sends must stop when `send` says so. The limits on silence end; a dead
 * peer is found by the listener.
 */
import type { Socket } from 'node:net';
import type { LineCutter } from './line-cutter.ts';
import { formatLine, type Reply } from './protocol.ts';

/** Whoever sends more at once waits, not the others. */
const LINES_PER_TURN = 16;

export interface Stream {
  readonly reply: Extract<Reply, { ok: true }>;
  /** Called once, after the reply was sent. */
  readonly begin: (wire: StreamWire) => StreamListener;
}

export interface StreamWire {
  /** One line, without its end. `false`: it was taken, and nothing more should come before `drained`. */
  send(line: string): boolean;
  /** Closes when everything that was sent has been taken by the other end. */
  end(): void;
  /** Closes now. */
  destroy(): void;
}

export interface StreamListener {
  /** Must not throw. */
  received(line: string): void;
  drained(): void;
  /** The connection is gone, for whatever reason; called once, and nothing after it. */
  closed(): void;
}

/** `lines`: came behind the request. A line that is too long ends the connection. */
export function beginStream(
  socket: Socket,
  stream: Stream,
  cutter: LineCutter,
  lines: readonly string[],
): void {
  socket.removeAllListeners('data');
  socket.removeAllListeners('timeout');
  socket.setTimeout(0);
  if (!socket.destroyed) socket.write(formatLine(stream.reply));
  const listener = stream.begin(wireOf(socket));
  socket.on('drain', () => listener.drained());
  if (socket.closed) listener.closed();
  else socket.once('close', () => listener.closed());
  const waiting = [...lines];
  socket.on('data', (chunk: Buffer) => {
    const cut = cutter.take(chunk);
    if (cut === null) socket.destroy();
    else waiting.push(...cut);
    if (cut !== null) giveSome(socket, listener, waiting);
  });
  giveSome(socket, listener, waiting);
}

/** A few in each turn of the event loop; nothing more is read before they are given. */
function giveSome(socket: Socket, listener: StreamListener, waiting: string[]): void {
  for (const line of waiting.splice(0, LINES_PER_TURN)) listener.received(line);
  if (waiting.length === 0 || socket.destroyed) return;
  socket.pause();
  setImmediate(() => {
    socket.resume();
    giveSome(socket, listener, waiting);
  });
}

function wireOf(socket: Socket): StreamWire {
  const isOpen = () => !socket.destroyed && !socket.writableEnded;
  return {
    send: (line) => !isOpen() || socket.write(`${line}\n`),
    end: () => socket.end(),
    destroy: () => socket.destroy(),
  };
}
