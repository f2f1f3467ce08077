/** The port of the metrics against clients that do not behave. */
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MetricsServer } from '../../src/metrics/metrics-server.ts';

const PIECE = `${'# HELP x y\n'.repeat(50_000)}`;
let server: MetricsServer;
let port = 0;
let scrapes = 0;
let pieces: string[] = [];
const open = new Set<Socket>();

beforeEach(async () => {
  scrapes = 0;
  pieces = ['a 1\n', 'b 2\n'];
  server = new MetricsServer(async () => {
    scrapes += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return pieces;
  }, 500);
  port = await server.listen('127.0.0.1', 0);
});
afterEach(async () => {
  for (const socket of open) socket.destroy();
  open.clear();
  await server.close();
});

const url = (path: string) => `http://127.0.0.1:${port}${path}`;

function client(): Socket {
  const socket = connect(port, '127.0.0.1');
  open.add(socket.on('error', () => {}));
  return socket;
}

/** Resolves with what came, once the server has ended the connection. */
function talk(text: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = client();
    let out = '';
    socket.on('data', (chunk) => {
      out += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(out));
    socket.write(text);
  });
}

describe('a proper client', () => {
  it('gets the text with its type', async () => {
    const response = await fetch(url('/metrics?x=1'));
    expect([response.status, await response.text()]).toEqual([200, 'a 1\nb 2\n']);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  });
  it.each([
    ['/', 'GET', 404],
    ['/metrics/../x', 'GET', 404],
    ['/metrics', 'POST', 405],
    ['/metrics', 'DELETE', 405],
    ['/metrics', 'HEAD', 200],
  ])('%s %s: %i', async (path, method, status) => {
    expect((await fetch(url(path), { method })).status).toBe(status);
  });
  it('shares a scrape with those who ask at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => fetch(url('/metrics'))));
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(scrapes).toBeLessThan(8);
  });
});

describe('garbage', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['bytes', Buffer.from([0x16, 3, 1, 2, 0, 1, 0xff, 0xfe])],
    ['headers without end', `GET /metrics HTTP/1.1\r\n${'x: y\r\n'.repeat(10_000)}`],
    ['one long line', `GET /${'a'.repeat(100_000)}`],
  ])('%s ends its connection', async (_, text) => {
    expect(await talk(text)).not.toMatch(/200 OK/);
    expect((await fetch(url('/metrics'))).status).toBe(200);
  });
  it('a client that sends nothing is ended within its time', { timeout: 20_000 }, async () => {
    expect(await talk('GET /metrics HTTP/1.1\r\n')).not.toMatch(/200 OK/);
  });
  it('too many connections are refused, and the next is served once they are gone', async () => {
    const all = Array.from({ length: 40 }, client);
    const ended = all.map((socket) => new Promise<void>((end) => socket.on('close', () => end())));
    await Promise.any(ended);
    for (const socket of all) socket.destroy();
    await Promise.all(ended);
    const status = async () => (await fetch(url('/metrics')).catch(() => null))?.status;
    await expect.poll(status).toBe(200);
  });
  it('a client that takes nothing holds up nobody', { timeout: 30_000 }, async () => {
    pieces = Array.from({ length: 40 }, () => PIECE);
    const deaf = client();
    const ended = new Promise<void>((end) => deaf.on('close', () => end()));
    deaf.pause();
    deaf.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
    await expect.poll(() => scrapes).toBe(1);
    pieces = ['a 1\n'];
    const others = { headers: { connection: 'close' } };
    expect(await (await fetch(url('/metrics'), others)).text()).toBe('a 1\n');
    await expect.poll(() => server.connections(), { timeout: 20_000 }).toBe(0);
    deaf.resume();
    await ended;
  });
});
