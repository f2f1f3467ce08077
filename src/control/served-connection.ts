/**
 * One connection of the control socket, the daemon's side: takes lines, has them answered one after
 * the other, and writes the replies. Made by server.ts for each client.
 * A client costs next to nothing, whatever it does: one request at a time, each piece of work in its
 * turn (gate.ts), reading stops while a reply is not taken, a wrong line ends the connection.
 */
import type { Socket } from 'node:net';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import type { ConnectionTable, Entry } from './connection-table.ts';
import { formatReply } from './format-reply.ts';
import type { Gate } from './gate.ts';
import { LineCutter } from './line-cutter.ts';
import type { Pace } from './pace.ts';
import type { Peer } from './peer.ts';
import {
  BUSY,
  formatLine,
  LINE_BYTES_MAX,
  parseRequest,
  type Reply,
  type Request,
  refusal,
  type WireRequest,
} from './protocol.ts';
import { beginStream, type Stream } from './stream.ts';

export type Answer = (request: Request) => Promise<Reply | Stream>;

export interface ConnectionParts {
  readonly answer: Answer;
  readonly peer: Peer;
  readonly gate: Gate;
  readonly pace: Pace;
  readonly table: ConnectionTable<ServedConnection>;
}

const SILENT_MS = 60_000;
/** Lines are cut out of so much at once. */
const CUT_BYTES = 4 * 1024;
/** A command needs two: who it is, and what it wants. */
const NEWCOMER_REQUESTS = 2;

export class ServedConnection implements Entry {
  readonly socket: Socket;
  isAnswering = false;
  requests = 0;
  readonly #parts: ConnectionParts;
  readonly #cutter = new LineCutter(LINE_BYTES_MAX);

  constructor(socket: Socket, parts: ConnectionParts) {
    this.socket = socket;
    this.#parts = parts;
  }

  begin(): void {
    const { socket } = this;
    const { table, peer } = this.#parts;
    socket.on('close', () => {
      table.remove(this);
      void peer.leave();
    });
    socket.on('error', () => socket.destroy());
    socket.setTimeout(SILENT_MS, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      socket.pause();
      this.#serve(chunk).then(
        () => socket.resume(),
        () => socket.destroy(),
      );
    });
  }

  /** Somebody else needs the place; nothing of it is under way. */
  dismiss(): void {
    if (this.#isOpen) this.socket.write(formatLine(BUSY));
    if (this.socket.writableLength > 0)
      this.socket.destroy(); // It takes nothing: do not wait for it.
    else this.socket.destroySoon();
  }

  get #isOpen(): boolean {
    return !this.socket.destroyed && !this.socket.writableEnded;
  }

  async #serve(chunk: Buffer): Promise<void> {
    for (let from = 0; from < chunk.length; from += CUT_BYTES) {
      await this.#pass();
      if (!this.#isOpen) return;
      const stream = await this.#serveCut(chunk.subarray(from, from + CUT_BYTES));
      if (stream === null) continue;
      this.#parts.table.remove(this);
      const rest = this.#cutter.take(chunk.subarray(from + CUT_BYTES));
      if (rest === null) this.socket.destroy();
      beginStream(this.socket, stream.stream, this.#cutter, [...stream.lines, ...(rest ?? [])]);
      return;
    }
  }

  /** Not null: the connection goes on as this stream; `lines` came behind its request. */
  async #serveCut(part: Buffer): Promise<{ stream: Stream; lines: readonly string[] } | null> {
    const lines = this.#cutter.take(part);
    if (lines === null) {
      const why = `a line may have ${LINE_BYTES_MAX} bytes`;
      this.#end(refusal('protocol', why, 'send less'));
      return null;
    }
    for (const [index, line] of lines.entries()) {
      if (index > 0) await this.#pass();
      if (!this.#isOpen) return null;
      const stream = await this.#serveLine(line);
      if (stream !== null) return { stream, lines: lines.slice(index + 1) };
    }
    return null;
  }

  #pass(): Promise<void> {
    return this.#parts.gate.pass(this.requests < NEWCOMER_REQUESTS);
  }

  /** Not null: from here on the connection is this stream. */
  async #serveLine(line: string): Promise<Stream | null> {
    const request = parseRequest(line);
    if ('ok' in request) {
      this.#end(request);
      return null;
    }
    this.#parts.table.spoke(this);
    try {
      const reply = await this.#replyTo(request, line);
      if (reply === null) return null;
      if ('begin' in reply) return reply;
      const text = await formatReply(reply, () => this.#pass());
      for (const { socket } of this.#parts.table.unread()) socket.destroy();
      this.isAnswering = false;
      if (this.#isOpen && !this.socket.write(text)) await drained(this.socket);
      return null;
    } finally {
      this.isAnswering = false;
    }
  }

  /** Null: it had to go before its request was taken. */
  async #replyTo(request: WireRequest, line: string): Promise<Reply | Stream | null> {
    const { peer, pace, answer } = this.#parts;
    if (request.kind === 'who') return peer.introduce(request);
    const known = await peer.named(request, line);
    const mayAct = !('operator' in known) || (await pace.wait(peer.proven));
    if (!mayAct) return BUSY;
    if (!this.#isOpen) return null;
    this.isAnswering = true;
    try {
      return await answer(known);
    } catch (error) {
      if (error instanceof DaemonError) return refusal(error.code, error.message, error.hint);
      return refusal('refused', messageOf(error), 'see the logs');
    }
  }

  #end(reply: Reply): void {
    this.socket.removeAllListeners('data');
    this.socket.end(formatLine(reply));
    this.socket.resume(); // What still comes is thrown away, so that the reply is not lost in a reset.
  }
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
    if (socket.destroyed) done();
  });
}
