/**
 * Opens one session on an ssh connection: a raw terminal, and in it a shell or a command. Called by
 * transport/ssh-pool.ts.
 */
import type { ClientChannel } from 'ssh2';
import type { Clock } from '../clock/clock.ts';
import { type SshConnection, shownText } from './ssh-connection.ts';
import { RAW_TERMINAL } from './ssh-terminal.ts';
import { TransportError } from './transport.ts';

const WITHIN_MS = 10_000;
/** RFC 4254, 5.1: why a channel is not opened. */
const PROHIBITED = 1;
const RESOURCE_SHORTAGE = 4;

/** The server does not open one more channel; on another connection it may. */
export class ChannelRefused extends Error {
  readonly reason: TransportError;

  constructor(reason: TransportError) {
    super(reason.message);
    this.reason = reason;
  }
}

/** Rejects with ChannelRefused, or with a TransportError. Adds it to the connection's channels. */
export function openChannel(
  connection: SshConnection,
  command: string | null,
  clock: Clock,
): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const cancel = clock.after(WITHIN_MS, () => {
      isOver = true;
      reject(new TransportError('timeout', 'the server did not open a session', 'is it well?'));
    });
    const opened = (error: Error | undefined, channel: ClientChannel): void => {
      cancel();
      if (error !== undefined) reject(refusalOf(error));
      else if (isOver || connection.isOver) channel.close();
      else {
        channel.on('error', () => {});
        connection.channels.add(channel);
        resolve(channel);
      }
    };
    try {
      if (command === null) connection.client.shell(RAW_TERMINAL, opened);
      else connection.client.exec(command, { pty: RAW_TERMINAL }, opened);
    } catch (error) {
      cancel();
      reject(refusalOf(error instanceof Error ? error : new Error('unknown')));
    }
  });
}

function refusalOf(error: Error): Error {
  const reason = 'reason' in error ? error.reason : null;
  const text = shownText(error.message);
  if (typeof reason !== 'number') {
    const hint = 'what the login may do there is decided by the server';
    return new TransportError('refused', `the server opened no session: ${text}`, hint, error);
  }
  const code = reason === RESOURCE_SHORTAGE ? 'busy' : 'refused';
  const hint =
    reason === PROHIBITED
      ? 'this login may not have sessions'
      : 'is somebody else on this console?';
  const what = `the server opened no session: ${text}`;
  return new ChannelRefused(new TransportError(code, what, hint, error));
}
