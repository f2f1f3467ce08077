import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { formatBody, webhookDelivery } from '../../src/alarm/webhook-delivery.ts';
import type { WebhookTarget } from '../../src/clist/site.ts';
import { event, until } from './rig.ts';

let server: Server | null = null;
let open = 0;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function serve(answer: Answer): Promise<string> {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => answer(request, response, body));
  });
  open = 0;
  server.on('connection', (socket) => {
    open++;
    socket.on('close', () => open--);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const reveal = () => 'hunter2';

function send(
  url: WebhookTarget['url'],
  token: WebhookTarget['token'] = null,
  abort?: AbortSignal,
) {
  const delivery = webhookDelivery({ url, token }, reveal);
  return delivery.deliver(event('n1 is down'), abort ?? new AbortController().signal);
}

test('the alarm is posted as JSON', async () => {
  const got: { request: IncomingMessage; body: string }[] = [];
  const at = await serve((request, response, body) => {
    got.push({ request, body });
    response.writeHead(204).end();
  });
  expect(await send(`${at}/hook?x=1`)).toEqual({ kind: 'delivered' });
  expect(got[0]?.request).toMatchObject({ method: 'POST', url: '/hook?x=1' });
  expect(got[0]?.request.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(got[0]?.request.headers.authorization).toBeUndefined();
  expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({
    text: 'ALARM demo production: n1 is down | type: clusterd status demo',
    event: 'raised',
    cluster: 'demo',
    alarm: 'production',
    says: 'n1 is down',
    type: 'clusterd status demo',
    at: '2026-11-22T03:04:05.000Z',
    by: null,
  });
  await until(() => open === 0);
});

test('a token is sent, and neither it nor a secret address is shown', async () => {
  let seen: string | undefined;
  const at = await serve((request, response) => {
    seen = request.headers.authorization;
    response.writeHead(500).end('no');
  });
  const file = { kind: 'file', path: '/etc/clusterd/hook' } as const;
  const outcome = await send(`${at}/hunter3`, file);
  expect(seen).toBe('Bearer hunter2');
  expect(JSON.stringify(outcome)).not.toMatch(/hunter/);
  expect(webhookDelivery({ url: `${at}/hunter3`, token: file }, reveal).name).toBe(`webhook ${at}`);
  expect(webhookDelivery({ url: file, token: null }, reveal).name).toBe(
    'webhook @file:/etc/clusterd/hook',
  );
});

test('a file that holds no address, or cannot be read, is a failure with a reason', async () => {
  const file = { kind: 'file', path: '/x' } as const;
  expect(await send(file)).toMatchObject({
    why: 'what the file holds is no address of a web page',
  });
  const unreadable = webhookDelivery({ url: file, token: null }, () => {
    throw new Error('the secret file /x does not exist');
  });
  await expect(unreadable.deliver(event('x'), new AbortController().signal)).rejects.toThrow(
    'does not exist',
  );
});

describe('an answer that is not good', () => {
  test.each<[string, number, RegExp, number]>([
    ['500', 500, /answers 500: sorry/, Number.POSITIVE_INFINITY],
    ['404', 404, /answers 404: sorry/, Number.POSITIVE_INFINITY],
    ['429', 429, /answers 429/, Number.POSITIVE_INFINITY],
    ['400', 400, /answers 400: sorry/, 3],
    ['a redirect', 302, /answers 302, a redirect/, Number.POSITIVE_INFINITY],
  ])('%s', async (_name, status, why, attemptsMax) => {
    let times = 0;
    const at = await serve((_request, response) => {
      times++;
      response.writeHead(status, { location: '/elsewhere' }).end('sorry');
    });
    const outcome = await send(at, { kind: 'file', path: '/x' });
    expect(outcome).toMatchObject({ kind: 'failed', attemptsMax });
    expect(outcome.kind === 'failed' && outcome.why).toMatch(why);
    expect(times).toBe(1);
  });

  test('nor one without an end: a little of it is read', async () => {
    const at = await serve((_request, response) => {
      response.writeHead(500);
      const pour = () => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', pour);
      };
      pour();
    });
    const outcome = await send(at);
    expect(outcome).toMatchObject({ why: `answers 500: ${'x'.repeat(200)}` });
    await until(() => open === 0);
  });

  test('no HTTP at all', async () => {
    const at = await serve((request) => {
      request.socket.end('garbage\r\n\r\n');
    });
    expect(await send(at)).toMatchObject({ kind: 'failed', why: expect.stringMatching(/Parse/) });
  });

  test('nobody listens', async () => {
    const at = await serve(() => {});
    server?.close();
    await once(server as Server, 'close');
    expect(await send(at)).toMatchObject({ why: expect.stringMatching(/ECONNREFUSED/) });
  });
});

describe('one that hangs is left at once when the time is over', () => {
  test.each<[string, Answer]>([
    ['no answer', () => {}],
    ['bad news that does not end', (_request, response) => response.writeHead(500).write('so')],
  ])('%s', async (_name, answer) => {
    let asked = false;
    const at = await serve((request, response, body) => {
      answer(request, response, body);
      asked = true;
    });
    const abort = new AbortController();
    const sending = send(at, null, abort.signal);
    await until(() => asked);
    abort.abort();
    expect(await sending).toMatchObject({ kind: 'failed' });
    await until(() => open === 0);
  });

  test('good news is taken without waiting for its end', async () => {
    const at = await serve((_request, response) => response.writeHead(200).write('so'));
    expect(await send(at)).toEqual({ kind: 'delivered' });
    await until(() => open === 0);
  });
});

test('who acknowledged it stands in it', () => {
  const acknowledged = { by: 'anna', note: 'I go' };
  const body = JSON.parse(formatBody(event('x', { kind: 'acknowledged', acknowledged })));
  expect(body).toMatchObject({ event: 'acknowledged', by: 'anna', note: 'I go' });
  expect(body.text).toContain('acknowledged by anna: I go');
});
