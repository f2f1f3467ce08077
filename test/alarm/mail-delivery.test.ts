import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/alarm/delivery.ts';
import { mailDelivery } from '../../src/alarm/mail-delivery.ts';
import type { MailTarget } from '../../src/clist/site.ts';
import { type Behaviour, MailServer } from './mail-server.ts';
import { event, until } from './rig.ts';

let server: MailServer;

afterEach(() => server.stop());

function target(change: Partial<MailTarget> = {}): MailTarget {
  return {
    to: ['ops@example.org'],
    from: 'clusterd@example.org',
    host: '127.0.0.1',
    port: server.port,
    login: null,
    tls: 'any',
    ...change,
  };
}

const reveal = () => 'hunter2';

function send(change: Partial<MailTarget> = {}, signal = new AbortController().signal) {
  return mailDelivery(target(change), reveal).deliver(event('n1 is down'), signal);
}

async function outcomeWith(behaviour: Behaviour): Promise<Outcome> {
  server = await MailServer.start(behaviour);
  return await send();
}

test('a mail arrives with all that a person needs', async () => {
  server = await MailServer.start();
  const both = { to: ['a@example.org', 'b@example.org'] };
  expect(await send(both)).toEqual({ kind: 'delivered' });
  expect(server.commands).toEqual(
    expect.arrayContaining([
      'MAIL FROM:<clusterd@example.org>',
      'RCPT TO:<a@example.org>',
      'RCPT TO:<b@example.org>',
    ]),
  );
  expect(server.mails).toHaveLength(1);
  const [mail = ''] = server.mails;
  expect(mail).toContain('Subject: [clusterd] ALARM demo production: n1 is down\r\n');
  expect(mail).toContain('Auto-Submitted: auto-generated\r\n');
  expect(mail).toContain('Date: Sun, 22 Nov 2026 03:04:05 +0000\r\n');
  expect(mail).toContain('\r\n    type: clusterd status demo\r\n');
  expect(mail).toMatch(/about {3}cluster demo\r\n/);
  expect(mail).toContain('when    2026-11-22 03:04:05 UTC\r\n');
  await until(() => server.openCount === 0);
});

test('a text can forge no header and load no file', async () => {
  server = await MailServer.start();
  const text = 'x\r\nBcc: evil@example.org\r\n\r\n.\r\nMAIL FROM:<x@y>';
  const delivery = mailDelivery(target(), reveal);
  const { signal } = new AbortController();
  expect(await delivery.deliver(event(text), signal)).toEqual({ kind: 'delivered' });
  expect(server.mails[0]).not.toMatch(/^Bcc:/m);
  expect(server.commands.filter((line) => line.startsWith('RCPT'))).toHaveLength(1);
});

test('a login is sent, and never shown', async () => {
  server = await MailServer.start({ answers: { AUTH: '535 bad password' } });
  const login = { user: 'me', password: { kind: 'file', path: '/x' } } as const;
  const outcome = await send({ login, tls: 'none' });
  expect(outcome).toMatchObject({ kind: 'failed', attemptsMax: Number.POSITIVE_INFINITY });
  const auth = Buffer.from('\0me\0hunter2').toString('base64');
  expect(server.commands).toContain(`AUTH PLAIN ${auth}`);
  expect(JSON.stringify(outcome)).toContain('535');
  expect(JSON.stringify(outcome)).not.toContain('hunter2');
  server.behaviour = {};
  expect(await send({ login, tls: 'none' })).toEqual({ kind: 'delivered' });
});

test('a password is not sent without TLS unless CList says so', async () => {
  server = await MailServer.start();
  const login = { user: 'me', password: 'plain' };
  expect(await send({ login, tls: 'verified' })).toMatchObject({ kind: 'failed' });
  expect(server.commands.join()).not.toMatch(/AUTH|plain/);
});

const hasOpenssl = existsSync('/usr/bin/openssl');
describe.skipIf(!hasOpenssl)('TLS with a certificate that nobody signed (needs openssl)', () => {
  function certificate(): { key: string; cert: string } {
    const directory = mkdtempSync(join(tmpdir(), 'tls-'));
    const [key, cert] = [join(directory, 'key'), join(directory, 'cert')];
    const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2`;
    const rest = ['-subj', '/CN=localhost', '-keyout', key, '-out', cert];
    execFileSync('/usr/bin/openssl', [...words.split(' '), ...rest], { stdio: 'ignore' });
    const pair = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
    rmSync(directory, { recursive: true });
    return pair;
  }

  test.each(['127.0.0.1', 'localhost'])('is used for %s where any will do', async (host) => {
    server = await MailServer.start({ tls: certificate() });
    expect(await send({ host, tls: 'any' })).toEqual({ kind: 'delivered' });
    expect(server.encrypted).toBe(1);
    expect(server.mails).toHaveLength(1);
  });

  test('is refused where it must be verified, and no password was sent', async () => {
    server = await MailServer.start({ tls: certificate() });
    const login = { user: 'me', password: 'plain' };
    const outcome = await send({ host: 'localhost', login, tls: 'verified' });
    expect(outcome).toMatchObject({ kind: 'failed', why: expect.stringMatching(/self-signed/) });
    expect(server.commands.join()).not.toMatch(/AUTH/);
  });

  test('is not used where CList says none', async () => {
    server = await MailServer.start({ tls: certificate() });
    expect(await send({ tls: 'none' })).toEqual({ kind: 'delivered' });
    expect(server.encrypted).toBe(0);
  });
});

describe('a server that does not take the mail', () => {
  test.each<[string, Behaviour, RegExp, number]>([
    [
      '550 to the recipient',
      { answers: { RCPT: '550 no such user' } },
      /550 no such user/,
      Infinity,
    ],
    ['451, come back later', { answers: { MAIL: '451 later' } }, /451 later/, Infinity],
    ['554 to the text', { answers: { 'DATA-END': '554 spam' } }, /554 spam/, 3],
    ['450 to the text', { answers: { 'DATA-END': '450 full' } }, /450 full/, Infinity],
    [
      '421 in the greeting',
      { answers: { EHLO: '421 busy', HELO: '421 busy' } },
      /421 busy/,
      Infinity,
    ],
    ['hangs up in the text', { closesInData: true }, /closed|reset|EPIPE/i, Infinity],
  ])('%s', async (_name, behaviour, why, attemptsMax) => {
    const outcome = await outcomeWith(behaviour);
    expect(outcome).toMatchObject({ kind: 'failed', attemptsMax });
    expect(outcome.kind === 'failed' && outcome.why).toMatch(why);
    expect(server.mails).toEqual([]);
    await until(() => server.openCount === 0);
  });

  test('nobody listens', async () => {
    server = await MailServer.start();
    const closed = target();
    await server.stop();
    const { signal } = new AbortController();
    await expect(mailDelivery(closed, reveal).deliver(event('x'), signal)).rejects.toThrow(
      /ECONNREFUSED/,
    );
    server = await MailServer.start();
  });

  test('one of two recipients is refused: the other one is not told twice', async () => {
    server = await MailServer.start();
    server.behaviour = {
      get answers(): Readonly<Record<string, string>> {
        return server.commands.at(-1)?.includes('b@example.org') ? { RCPT: '550 gone' } : {};
      },
    };
    const outcome = await send({ to: ['a@example.org', 'b@example.org'] });
    expect(outcome).toMatchObject({ kind: 'failed', attemptsMax: 1 });
    expect(server.mails).toHaveLength(1);
  });
});

describe('a server that hangs is left at once when the time is over', () => {
  test.each<[string, Behaviour]>([
    ['accepts and never greets', { greets: false }],
    ['at EHLO', { silentAt: 'EHLO' }],
    ['at RCPT', { silentAt: 'RCPT' }],
    ['at the end of the text', { silentAt: 'DATA-END' }],
  ])('%s', async (_name, behaviour) => {
    server = await MailServer.start(behaviour);
    const abort = new AbortController();
    const sending = send({}, abort.signal);
    const at = behaviour.silentAt;
    const isThere = () =>
      at === undefined ? server.connections > 0 : server.commands.some((one) => one.includes(at));
    await until(isThere);
    abort.abort();
    await expect(sending).resolves.toMatchObject({ kind: 'failed' });
    await until(() => server.openCount === 0);
  });
});
