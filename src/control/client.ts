/**
 * The operator's end of the control socket: one request, one reply, then the connection ends.
 * Called by the commands and, to find a living daemon, by the lock. Waits a bounded time.
 */
import { connect } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import { DaemonError, systemCode } from '../cluster/daemon-error.ts';
import { LineCutter } from './line-cutter.ts';
import { formatLine, parseReply, type Reply, type Request } from './protocol.ts';
import { checkSocketPath } from './server.ts';

/** A status of thousands of clusters fits. */
const REPLY_BYTES_MAX = 64 * 1024 * 1024;
const REPLY_MS = 20_000;

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
  const reply = await exchange(path, request, clock);
  if (!reply.ok) {
    throw new DaemonError('refused', reply.text, {
      hint: reply.hint,
      context: { code: reply.code },
    });
  }
  return reply as OkReply<K>;
}

function exchange(path: string, request: Request, clock: Clock): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const cutter = new LineCutter(REPLY_BYTES_MAX);
    const finish = (settle: () => void) => {
      cancel();
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.destroy();
      settle();
    };
    const cancel = clock.after(REPLY_MS, () => finish(() => reject(noReply(path))));
    socket.on('connect', () => socket.write(formatLine(request)));
    socket.on('error', (error) => finish(() => reject(cannotConnect(path, error))));
    socket.on('close', () => finish(() => reject(badReply(path))));
    socket.on('data', (chunk: Buffer) => {
      const lines = cutter.take(chunk);
      const line = lines?.[0];
      if (lines !== null && line === undefined) return;
      const reply = line === undefined ? null : parseReply(line);
      finish(() => (reply === null ? reject(badReply(path)) : resolve(reply)));
    });
  });
}

function cannotConnect(path: string, error: Error): DaemonError {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new DaemonError('not-running', 'no daemon runs for this CLUSTER_HOME', {
      context: { path },
      hint: 'start it: clusterd run',
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

function noReply(path: string): DaemonError {
  return new DaemonError(
    'timeout',
    `the daemon took the request and did not reply in ${REPLY_MS / 1000} s`,
    {
      context: { path },
      hint: 'is it stopped or the machine overloaded?  See its logs',
    },
  );
}

function badReply(path: string): DaemonError {
  return new DaemonError('protocol', 'the daemon closed the connection without a proper reply', {
    context: { path },
    hint: 'are daemon and command of the same version?',
  });
}
