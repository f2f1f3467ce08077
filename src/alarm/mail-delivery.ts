/**
 * Sends alarms by mail, one connection each, through the mail server that CList names. Called by an
 * outbox. The library is loaded with the first mail: most sites have none.
 * Must never show the password, and must never read a file or fetch a page that a text names.
 */
import { connect, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Secret } from '../clist/cluster.ts';
import type { MailTarget } from '../clist/site.ts';
import { formatHostPort } from '../clist/values.ts';
import { DELIVERED, type Delivery, type Outcome, refused, unreachable } from './delivery.ts';
import { formatHead, formatPage } from './event-text.ts';
import { lookupInTurn } from './find-address.ts';

/** Of the library's own limits: they say better what was waited for than the outbox's. */
const STEP_MS_MAX = 20_000;
const SUBJECT_CHARS = 120;
const SECURE_PORT = 465;

/** `reveal` fetches a secret when it is needed; what it throws is the reason of the failure. */
export function mailDelivery(target: MailTarget, reveal: (secret: Secret) => string): Delivery {
  return {
    name: `mail to ${target.to.join(', ')} by ${formatHostPort(target.host, target.port)}`,
    async deliver(event, signal) {
      const { createTransport } = await import('nodemailer');
      const options = optionsOf(target, reveal);
      const socket = await connectTo(target, signal);
      const transport = createTransport({ ...options, connection: socket });
      try {
        const info = await transport.sendMail({
          from: { name: 'clusterd', address: target.from },
          to: [...target.to],
          subject: `[clusterd] ${formatHead(event)}`.slice(0, SUBJECT_CHARS),
          text: formatPage(event, hostname()),
          date: new Date(event.wall),
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Clusterd-Event': event.kind },
          disableFileAccess: true,
          disableUrlAccess: true,
          signal,
        });
        return info.rejected.length === 0 ? DELIVERED : notForAll(info.rejected);
      } catch (error) {
        return signal.aborted ? unreachable('') : outcomeOf(error);
      } finally {
        transport.close();
        socket.destroy();
      }
    },
  };
}

/** Some have it: sending it again would tell those twice. */
function notForAll(rejected: readonly unknown[]): Outcome {
  const why = `refused for ${rejected.map(String).join(', ')}, the others have it`;
  return { kind: 'failed', why, attemptsMax: 1 };
}

function connectTo({ host, port }: MailTarget, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, lookup: lookupInTurn(signal) });
    const giveUp = () => socket.destroy(new Error('no connection yet'));
    signal.addEventListener('abort', giveUp, { once: true });
    socket.on('error', reject); // Stays: later errors are the library's, and harmless here.
    socket.once('connect', () => {
      signal.removeEventListener('abort', giveUp);
      resolve(socket);
    });
  });
}

function optionsOf({ host, port, login, tls }: MailTarget, reveal: (secret: Secret) => string) {
  const secure = port === SECURE_PORT && tls !== 'none';
  return {
    host,
    port,
    secure,
    name: hostname(),
    ignoreTLS: tls === 'none',
    requireTLS: tls === 'verified',
    // An address is no server name (RFC 6066).
    tls: { rejectUnauthorized: tls === 'verified', ...(isIP(host) ? {} : { servername: host }) },
    greetingTimeout: STEP_MS_MAX,
    socketTimeout: STEP_MS_MAX,
    ...(login === null ? {} : { auth: { user: login.user, pass: wordOf(login.password, reveal) } }),
  };
}

function wordOf(password: string | Secret, reveal: (secret: Secret) => string): string {
  return typeof password === 'string' ? password : reveal(password);
}

/** Only what the server says of the text itself is about this one event. */
function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof Error)) return unreachable(String(error));
  const { command, responseCode } = error as { command?: unknown; responseCode?: unknown };
  const isFinal = typeof responseCode === 'number' && responseCode >= 500;
  return command === 'DATA' && isFinal ? refused(error.message) : unreachable(error.message);
}
