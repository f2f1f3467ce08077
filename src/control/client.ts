/**
 * The operator's end of the control socket: one request, one reply, then the connection ends. Before a
 * request that acts it shows who the operator is, where that can be had (show-user.ts).
 * Called by the commands and, to find a living daemon, by the lock. Waits a bounded time.
 */
import { connect, type Socket } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import { DaemonError, systemCode } from '../cluster/daemon-error.ts';
import { askTheRight } from './daemons-of-home.ts';
import { LineCutter } from './line-cutter.ts';
import { BUSY, parseReply, type Reply, type Request } from './protocol.ts';
import { checkSocketPath } from './server.ts';
import { showUser, sudoUser } from './show-user.ts';

/** A status of thousands of clusters fits. */
const REPLY_BYTES_MAX = 64 * 1024 * 1024;
const REPLY_MS = 20_000;
/** Sinks of alarms may need long; the daemon itself answers for them after 45 s. */
const TEST_ALARM_REPLY_MS = 55_000;
const AGAIN_MS = 10;
const AGAIN_MS_MAX = 200;
/** Reading and proving all scripts may take a while. */
const RELOAD_REPLY_MS = 120_000;

export type OkReply<K extends Request['kind']> = Extract<Reply, { ok: true; kind: K }>;

/**
 * Throws DaemonError: `not-running` when nobody listens, `timeout`, `protocol`, and what the daemon
 * itself refuses, with its code.
 */
export async function ask<K extends Request['kind']>(
  path: string,
  request: Extract<Request, { kind: K }>,
  clock: Clock,
): Promise<OkReply<K>> {
  checkSocketPath(path);
  const reply = await askTheRight(path, request, (one, its) => exchange(one, its, clock));
  if (!reply.ok) {
    throw new DaemonError('refused', reply.text, {
      hint: reply.hint,
      context: { code: reply.code },
    });
  }
  return reply as OkReply<K>;
}

function limitOf({ kind }: Request): number {
  if (kind === 'test-alarm') return TEST_ALARM_REPLY_MS;
  return kind === 'reload' ? RELOAD_REPLY_MS : REPLY_MS;
}

/** Where others press, this one comes again, as long as one that is answered may take. */
async function exchange(path: string, request: Request, clock: Clock): Promise<Reply> {
  const until = clock.now().at + REPLY_MS;
  for (let attempt = 1; ; attempt++) {
    const reply = await exchangeOnce(path, request, clock);
    if (!isBusy(reply) || clock.now().at > until) return reply;
    const delayMs = Math.min(attempt * AGAIN_MS, AGAIN_MS_MAX) * (0.5 + Math.random());
    await new Promise<void>((resolve) => clock.after(delayMs, resolve));
  }
}

async function exchangeOnce(path: string, request: Request, clock: Clock): Promise<Reply> {
  const talk = new Conversation(path, clock, limitOf(request));
  const line = JSON.stringify(request);
  let withdraw = async () => {};
  try {
    if ('operator' in request) withdraw = await introduce(talk, path, line);
    return await talk.say(line);
  } catch (error) {
    if (error instanceof DaemonError && isFullQueue(error.cause)) return BUSY;
    throw error;
  } finally {
    talk.end();
    await withdraw();
  }
}

function isBusy(reply: Reply): boolean {
  return !reply.ok && reply.code === BUSY.code;
}

/** As many wait to be let in as the system lets wait. */
function isFullQueue(cause: unknown): boolean {
  return systemCode(cause) === 'EAGAIN';
}

/** What comes back removes what was made for it. */
export async function introduce(
  talk: Conversation,
  path: string,
  line: string,
): Promise<() => Promise<void>> {
  const reply = await talk.say(JSON.stringify({ kind: 'who', sudo: sudoUser(process.env) }));
  if (!reply.ok || reply.kind !== 'who' || reply.challenge === null) return async () => {};
  return showUser(path, reply.challenge, line);
}

/** Lines and replies in turn, over one connection, all of it within a bounded time. */
export class Conversation {
  readonly #socket: Socket;
  readonly #cancel: () => void;
  readonly #cutter = new LineCutter(REPLY_BYTES_MAX);
  #failure: Error | null = null;
  /** The daemon has no place for this conversation; it says so unasked, and closes. */
  #isBusy = false;
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void } | null = null;
  /** Lines behind a reply: where the connection goes on as a stream. */
  #early: string[] = [];

  constructor(path: string, clock: Clock, limitMs = REPLY_MS) {
    this.#socket = connect(path);
    this.#cancel = clock.after(limitMs, () => this.#fail(noReply(path, limitMs)));
    this.#socket.on('error', (error) => this.#fail(cannotConnect(path, error)));
    this.#socket.on('close', () => this.#fail(badReply(path)));
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk, path));
  }

  say(line: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#isBusy) return resolve(BUSY);
      if (this.#failure !== null) return reject(this.#failure);
      this.#waiting = { resolve, reject };
      this.#socket.write(`${line}\n`);
    });
  }

  /**
   * After the last reply: the connection goes on, without a limit of time. Gives back the way to
   * send. `closed` is called once, and nothing after it.
   */
  goOn(received: (line: string) => void, closed: () => void): (line: string) => void {
    const socket = this.#socket;
    this.#cancel();
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => {
      const lines = this.#cutter.take(chunk);
      if (lines === null) socket.destroy();
      else for (const line of lines) received(line);
    });
    for (const line of this.#early.splice(0)) received(line);
    if (socket.closed) closed();
    else socket.once('close', closed);
    return (line) => {
      if (!socket.destroyed) socket.write(`${line}\n`);
    };
  }

  /** `true`: nothing is read until `false`. */
  pause(isPaused: boolean): void {
    if (isPaused) this.#socket.pause();
    else this.#socket.resume();
  }

  end(): void {
    this.#cancel();
    this.#waiting = null;
    this.#socket.destroy();
  }

  #take(chunk: Buffer, path: string): void {
    const lines = this.#cutter.take(chunk);
    const line = this.#waiting === null ? undefined : lines?.shift();
    if (lines !== null && line === undefined) {
      this.#early.push(...lines);
      return;
    }
    this.#early.push(...(lines ?? []));
    const reply = line === undefined ? null : parseReply(line);
    if (reply === null) return this.#fail(badReply(path));
    this.#isBusy ||= isBusy(reply);
    this.#waiting?.resolve(reply);
    this.#waiting = null;
  }

  /** The first failure counts: what comes after it is only its noise. */
  #fail(failure: Error): void {
    this.#failure ??= failure;
    this.#waiting?.reject(this.#failure);
    this.#waiting = null;
  }
}

function cannotConnect(path: string, error: Error): DaemonError {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new DaemonError('not-running', 'no daemon runs for this CLUSTER_HOME', {
      context: { path },
      hint: 'start it: clusterd start',
      cause: error,
    });
  }
  const hint =
    code === 'EACCES' ? "join the group of the daemon's state directory, or become its user" : '';
  return new DaemonError('socket', `cannot connect to ${path}: ${error.message}`, {
    context: { path },
    hint: hint === '' ? 'is CLUSTER_HOME the right one?' : hint,
    cause: error,
  });
}

function noReply(path: string, limitMs: number): DaemonError {
  return new DaemonError(
    'timeout',
    `the daemon took the request and did not reply in ${limitMs / 1000} s`,
    {
      context: { path },
      hint: 'is it stopped or the machine overloaded?  See its logs',
    },
  );
}

export function badReply(path: string): DaemonError {
  return new DaemonError('protocol', 'the daemon closed the connection without a proper reply', {
    context: { path },
    hint: 'are daemon and command of the same version?',
  });
}
