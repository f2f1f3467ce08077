/**
 * The connections of the control socket, and which of them has to go when there are too many: the
 * newest comer is always let in, so that nobody is locked out by somebody who only holds connections.
 * Called by server.ts. A connection whose request is being answered is never ended, nor is one that
 * became a stream: those are counted by who gives them.
 */
import type { Socket } from 'node:net';

export interface Entry {
  readonly socket: Socket;
  /** A request of it is being answered. */
  isAnswering: boolean;
  /** How many requests it has sent. */
  requests: number;
}

/** Half of them are for those who have not yet said anything. */
export const CONNECTIONS_MAX = 128;
/** Replies that nobody takes, all together. */
const UNREAD_BYTES_MAX = 32 * 1024 * 1024;

export class ConnectionTable<T extends Entry> {
  /** Who has done something last stands last. */
  readonly #entries = new Set<T>();
  readonly #max: number;
  readonly #unreadBytesMax: number;

  constructor(max = CONNECTIONS_MAX, unreadBytesMax = UNREAD_BYTES_MAX) {
    this.#max = max;
    this.#unreadBytesMax = unreadBytesMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Who has to go for it, or null. */
  add(entry: T): T | null {
    this.#entries.add(entry);
    if (this.#entries.size <= this.#max) return null;
    const victim = this.#victim();
    if (victim !== null) this.remove(victim);
    return victim;
  }

  remove(entry: T): void {
    this.#entries.delete(entry);
  }

  /** It has sent a request. */
  spoke(entry: T): void {
    if (!this.#entries.delete(entry)) return;
    entry.requests += 1;
    this.#entries.add(entry);
  }

  /** Who has to go before more is written: those who have left theirs unread for longest. */
  unread(): T[] {
    let bytes = 0;
    for (const { socket } of this.#entries) bytes += socket.writableLength;
    const victims: T[] = [];
    for (const entry of this.#entries) {
      if (bytes <= this.#unreadBytesMax) break;
      if (entry.socket.writableLength === 0) continue;
      bytes -= entry.socket.writableLength;
      victims.push(entry);
    }
    for (const victim of victims) this.remove(victim);
    return victims;
  }

  /** Beyond half of the room: who is silent for longest. Else who has asked for most. */
  #victim(): T | null {
    const idle = [...this.#entries].filter(({ isAnswering }) => !isAnswering);
    const silent = idle.filter(({ requests }) => requests === 0);
    const others = idle.filter(({ requests }) => requests > 0);
    if (silent.length > this.#max / 2 || others.length === 0) return silent[0] ?? null;
    return others.reduce((most, one) => (one.requests > most.requests ? one : most));
  }
}
