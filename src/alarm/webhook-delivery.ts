/**
 * Posts alarms as JSON to a web page. Called by an outbox. Delivered means an answer 2xx; redirects
 * are not followed: where they lead, the token has no business. The page's path may be a secret and
 * is never shown.
 */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { hostname } from 'node:os';
import type { Secret } from '../clist/cluster.ts';
import { formatSecretPlace } from '../clist/secrets.ts';
import type { WebhookTarget } from '../clist/site.ts';
import type { AlarmEvent } from './alarm-event.ts';
import { DELIVERED, type Delivery, type Outcome, refused, unreachable } from './delivery.ts';
import { formatOneLine } from './event-text.ts';
import { lookupInTurn } from './find-address.ts';

const ANSWER_CHARS = 200;

export function webhookDelivery(
  target: WebhookTarget,
  reveal: (secret: Secret) => string,
): Delivery {
  return {
    name: `webhook ${shownName(target)}`,
    async deliver(event, signal) {
      const url = readUrl(typeof target.url === 'string' ? target.url : reveal(target.url));
      if (url === null) return unreachable('what the file holds is no address of a web page');
      const { token } = target;
      const bearer = token === null || typeof token === 'string' ? token : reveal(token);
      return await post(url, bearer, formatBody(event), signal);
    },
  };
}

function shownName({ url }: WebhookTarget): string {
  return typeof url === 'string' ? new URL(url).origin : formatSecretPlace(url);
}

function readUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) ? url : null;
}

/** `text` says all: chat servers show it and ignore the rest. */
export function formatBody(event: AlarmEvent): string {
  const { kind, cluster, alarm, text, type, wall, acknowledged } = event;
  return JSON.stringify({
    text: formatOneLine(event),
    event: kind,
    cluster,
    alarm,
    says: text,
    type,
    at: new Date(wall).toISOString(),
    by: acknowledged?.by ?? null,
    note: acknowledged?.note ?? null,
    host: hostname(),
  });
}

function post(
  url: URL,
  bearer: string | null,
  body: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'clusterd',
    ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
  };
  return new Promise((resolve) => {
    const lookup = lookupInTurn(signal);
    const asked = request(url, { method: 'POST', headers, agent: false, lookup });
    const giveUp = () => asked.destroy();
    signal.addEventListener('abort', giveUp, { once: true });
    asked.on('error', (error) => resolve(unreachable(signal.aborted ? '' : error.message)));
    asked.on('close', () => signal.removeEventListener('abort', giveUp));
    asked.on('response', (answer) =>
      readAnswer(answer, (outcome) => {
        resolve(outcome);
        asked.destroy();
      }),
    );
    asked.end(body);
  });
}

/** Good news needs no more than the status; of bad news the beginning of the text is told. */
function readAnswer(answer: IncomingMessage, done: (outcome: Outcome) => void): void {
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) {
    done(DELIVERED);
    return;
  }
  let text = '';
  const end = () => done(outcomeOf(status, text.trim().slice(0, ANSWER_CHARS)));
  answer.setEncoding('latin1');
  answer.on('data', (part: string) => {
    text += part;
    if (text.length >= ANSWER_CHARS) end();
  });
  answer.on('end', end);
  answer.on('error', end);
  answer.on('close', end);
}

/** What is said of this one event (400, 413, 422) is tried a few times only. */
function outcomeOf(status: number, text: string): Outcome {
  const said = text === '' ? '' : `: ${text}`;
  if (status >= 300 && status < 400) {
    return unreachable(
      `answers ${status}, a redirect, which is not followed: name the new address`,
    );
  }
  const why = `answers ${status}${said}`;
  return [400, 413, 422].includes(status) ? refused(why) : unreachable(why);
}
