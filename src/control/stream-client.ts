/**
 * The operator's end of a stream: one request, its reply, and then lines both ways. Called by
 * `clusterd attach`. Only the reply has a time limit; after it, the connection stays until one end
 * closes it.
 */
import type { Clock } from '../clock/clock.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import { badReply, Conversation, introduce } from './client.ts';
import type { Reply, Request } from './protocol.ts';
import { checkSocketPath } from './server.ts';

export type StreamReply = Extract<Reply, { ok: true; kind: 'attach' }>;

export interface ClientStream {
  readonly reply: StreamReply;
  /** Once. `closed` is called once, and nothing after it. Gives back the way to send a line. */
  listen(received: (line: string) => void, closed: () => void): (line: string) => void;
  /** `true`: nothing is read until `false`; what comes waits at the other end. */
  pause(isPaused: boolean): void;
  close(): void;
}

/** Throws as `ask` does. */
export async function openStream(
  path: string,
  request: Extract<Request, { kind: 'attach' }>,
  clock: Clock,
): Promise<ClientStream> {
  checkSocketPath(path);
  const talk = new Conversation(path, clock);
  try {
    const reply = await exchange(talk, path, request);
    return {
      reply,
      listen: (received, closed) => talk.goOn(received, closed),
      pause: (isPaused) => talk.pause(isPaused),
      close: () => talk.end(),
    };
  } catch (error) {
    talk.end();
    throw error;
  }
}

async function exchange(talk: Conversation, path: string, request: Request): Promise<StreamReply> {
  const line = JSON.stringify(request);
  const withdraw = await introduce(talk, path, line);
  const reply = await talk.say(line).finally(withdraw);
  if (reply.ok && reply.kind === 'attach') return reply;
  if (reply.ok) throw badReply(path);
  throw new DaemonError('refused', reply.text, { hint: reply.hint, context: { code: reply.code } });
}
