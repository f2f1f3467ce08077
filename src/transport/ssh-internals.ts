/**
 * What ssh2 1.17.0 can do and offers no function for: a BREAK (RFC 4335) and a question that any
 * server answers. Called by transport/ssh.ts and ssh-connection.ts; `missingInternals` by the daemon
 * at its start. Every inner part is looked at before it is used: when it is not as known, this says
 * so and nothing is sent.
 */
import { createRequire } from 'node:module';
import type { Client, ClientChannel } from 'ssh2';

const KNOWN_VERSION = '1.17.0';
const CHANNEL_REQUEST = 98;
const NAME = 'break';

type Answered = (error: unknown) => void;

interface Writer {
  readonly allocStart: number;
  alloc(bytes: number): Buffer;
  finalize(packet: Buffer): Buffer;
}

interface Protocol {
  ping(): void;
  readonly _packetRW: { readonly write: Writer };
}

type SendPacket = (protocol: Protocol, packet: Buffer) => void;

const inner = createRequire(import.meta.url);

/** Null: all is there. Else one clause that says what is not. */
export function missingInternals(): string | null {
  const version = look(() => inner('ssh2/package.json'), 'version');
  if (version !== KNOWN_VERSION) {
    return `ssh2 ${KNOWN_VERSION} is needed for a BREAK over ssh, found ${String(version)}`;
  }
  return sendPacketOf() === null ? 'this ssh2 has no way to send a BREAK' : null;
}

/**
 * Asks for a BREAK of `ms` behind all that the channel has sent. `answered`: undefined or false when
 * the server did it. False: cannot be sent, and `answered` is not called.
 */
export function requestBreak(
  client: Client,
  channel: ClientChannel,
  ms: number,
  answered: Answered,
): boolean {
  const protocol = protocolOf(client);
  const sendPacket = sendPacketOf();
  const id = look(() => look(() => channel, 'outgoing'), 'id');
  const state = look(() => look(() => channel, 'outgoing'), 'state');
  const callbacks = callbacksOf(channel);
  if (missingInternals() !== null || protocol === null || sendPacket === null) return false;
  if (callbacks === null || typeof id !== 'number' || state !== 'open') return false;
  const { write } = protocol._packetRW;
  const packet = write.alloc(1 + 4 + 4 + NAME.length + 1 + 4);
  let at = write.allocStart;
  at = packet.writeUInt8(CHANNEL_REQUEST, at);
  at = packet.writeUInt32BE(id, at);
  at = packet.writeUInt32BE(NAME.length, at);
  at += packet.write(NAME, at, 'latin1');
  at = packet.writeUInt8(1, at); // an answer is wanted
  packet.writeUInt32BE(ms, at);
  callbacks.push(answered);
  sendPacket(protocol, write.finalize(packet));
  return true;
}

/** Asks what every server answers, if only with a no. False: cannot be asked. */
export function requestSign(client: Client, answered: Answered): boolean {
  const protocol = protocolOf(client);
  const callbacks = callbacksOf(client);
  if (protocol === null || callbacks === null) return false;
  callbacks.push(answered);
  protocol.ping();
  return true;
}

function sendPacketOf(): SendPacket | null {
  const found = look(() => inner('ssh2/lib/protocol/utils.js'), 'sendPacket');
  return typeof found === 'function' ? (found as SendPacket) : null;
}

function protocolOf(client: Client): Protocol | null {
  const protocol = look(() => client, '_protocol');
  const writer = look(() => look(() => protocol, '_packetRW'), 'write');
  const isKnown =
    typeof look(() => protocol, 'ping') === 'function' &&
    typeof look(() => writer, 'alloc') === 'function' &&
    typeof look(() => writer, 'finalize') === 'function' &&
    typeof look(() => writer, 'allocStart') === 'number';
  return isKnown ? (protocol as Protocol) : null;
}

function callbacksOf(owner: Client | ClientChannel): Answered[] | null {
  const found = look(() => owner, '_callbacks');
  return Array.isArray(found) ? found : null;
}

function look(owner: () => unknown, name: string): unknown {
  try {
    const found = owner();
    if (found === null || (typeof found !== 'object' && typeof found !== 'function')) return null;
    return Reflect.get(found, name);
  } catch {
    return null;
  }
}
