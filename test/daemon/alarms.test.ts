/** Alarms of the real daemon: to a mail server, a syslog, a web page, a command; acknowledged; tested. */

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MailServer } from '../alarm/mail-server.ts';
import { cleanUp, clusterd, makeHome, RunningDaemon, silentConsoles, waitFor } from './program.ts';

const SCRIPT = `identity host-id /Host ID: ([0-9a-f]{8})/

state start "starts"
  -> watch             "looked around"

state watch "watches"
  on operator go    -> down "$operator wants it"
  clear production
  rest

state down lasting "is down"
  on operator release -> watch "$operator released"
  alarm production "n1 is down" type "clusterd release demo"
  rest
`;

const ends: (() => unknown)[] = [];
vi.setConfig({ testTimeout: 60_000 });
afterEach(async () => {
  cleanUp();
  for (const end of ends.splice(0)) await end();
});

async function makeSite(site: readonly string[], ofCluster = ''): Promise<string> {
  const [first, second] = await silentConsoles(2);
  const clist = `site
${site.map((line) => `  ${line}\n`).join('')}
cluster demo
  script plain
  on-silence confirm
  service tcp 192.0.2.1:1
  reference tcp 192.0.2.2:1
  ${ofCluster}
  node n1
    console tcp 127.0.0.1:${first}
    identity 83a54d1a
    boot-path disk
  node n2
    console tcp 127.0.0.1:${second}
    identity 83a54d1b
    boot-path disk
`;
  return makeHome(clist, { 'plain.chat': SCRIPT });
}

async function mailServer(...given: Parameters<typeof MailServer.start>): Promise<MailServer> {
  const server = await MailServer.start(...given);
  ends.push(() => server.stop());
  return server;
}

async function syslog(): Promise<{ port: number; lines: string[] }> {
  const socket: UdpSocket = createSocket('udp4');
  ends.push(() => socket.close());
  const lines: string[] = [];
  socket.on('message', (bytes) => lines.push(bytes.toString()));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, lines };
}

async function webPage(status: number): Promise<{ port: number; bodies: string[] }> {
  const bodies: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(status).end('sorry');
    });
  });
  ends.push(() => server.closeAllConnections());
  ends.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, bodies };
}

/** A program in the home that writes a line about its environment into `out`. */
function program(home: string, name: string, text: string): string {
  const path = join(home, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function watching(home: string): Promise<RunningDaemon> {
  const daemon = await RunningDaemon.start(home);
  await daemon.arm('demo');
  await daemon.logged(/-> watch \| why: looked/, 10_000);
  return daemon;
}

const mailLine = (port: number, more = '') =>
  `alarm-mail ops@example.org from clusterd@example.org by 127.0.0.1:${port}${more}`;

async function until(isSo: () => boolean, daemon: RunningDaemon): Promise<void> {
  await waitFor(isSo, 15_000, () => `${daemon.err}\n${daemon.file('Logs/demo.log')}`);
}

describe('alarms', () => {
  it('go to everybody, are acknowledged, stay so over a restart, and are cleared', async () => {
    const mail = await mailServer();
    const log = await syslog();
    const page = await webPage(200);
    const home = await makeSite([
      mailLine(mail.port),
      `alarm-syslog 127.0.0.1:${log.port}`,
      `alarm-webhook http://127.0.0.1:${page.port}/hook`,
    ]);
    const daemon = await watching(home);
    await clusterd(home, 'go', 'demo');
    const toldAll = (word: string) =>
      mail.mails.some((one) => one.includes(`Subject: [clusterd] ${word} demo production`)) &&
      log.lines.some((one) => one.includes(`- ${word} demo production: n1 is down`)) &&
      page.bodies.some((one) => one.includes(`"text":"${word} demo production`));
    await until(() => toldAll('ALARM'), daemon);

    const user = userInfo().username;
    const ack = await clusterd(home, 'ack', 'demo', 'production', 'I', 'drive', 'there');
    expect([ack.status, ack.err]).toEqual([0, '']);
    expect(ack.out).toMatch(/demo production is acknowledged: it is not repeated/);
    await until(() => toldAll('acknowledged'), daemon);
    const shown = new RegExp(`n1 is down \\(acknowledged by ${user}.*: I drive there\\)`);
    expect((await clusterd(home, 'status')).out).toMatch(shown);
    await daemon.logged(/acknowledges production: I drive there/, 10_000);

    const told = mail.mails.length;
    await clusterd(home, 'stop');
    await daemon.ended;
    const again = await RunningDaemon.start(home);
    await again.logged(/the daemon starts[\s\S]*the daemon starts[\s\S]*down +==>/, 10_000);
    expect((await clusterd(home, 'status')).out).toMatch(shown);
    const test = await clusterd(home, 'test-alarm');
    expect(test.status).toBe(0);
    const subjects = mail.mails.slice(told).map((one) => /^Subject: .*/m.exec(one)?.[0] ?? '');
    expect(subjects.filter((one) => one.includes('ALARM'))).toEqual([]);

    await clusterd(home, 'release', 'demo');
    await until(() => toldAll('cleared'), again);
  });

  it('that are not up cannot be acknowledged, and the command says what is', async () => {
    const home = await makeSite([]);
    await watching(home);
    await clusterd(home, 'go', 'demo');
    const wrong = await clusterd(home, 'ack', 'demo', 'prodction');
    expect([wrong.status, wrong.out]).toEqual([1, '']);
    expect(wrong.err).toMatch(/no alarm 'prodction' of demo is up\n +did you mean 'production'/);
    const other = await clusterd(home, 'ack', 'dmo', 'production');
    expect(other.err).toMatch(/no cluster 'dmo' is watched\n +did you mean 'demo'/);
    const site = await clusterd(home, 'ack', 'site', 'clusterd:alarm-mail');
    expect(site.err).toMatch(/no alarm 'clusterd:alarm-mail' of site is up/);
  });
});

describe('a sink that does not work', () => {
  it('is an alarm of its own, told to the others and not to itself, until it works again', async () => {
    const mail = await mailServer({ answers: { RCPT: '550 no such user' } });
    const log = await syslog();
    const home = await makeSite([mailLine(mail.port), `alarm-syslog 127.0.0.1:${log.port}`]);
    const daemon = await watching(home);
    await clusterd(home, 'go', 'demo');
    const told = (pattern: RegExp) => log.lines.some((line) => pattern.test(line));
    await until(
      () => told(/ALARM site clusterd:alarm-mail: mail to ops.*550 no such user/),
      daemon,
    );
    expect(mail.mails).toEqual([]);
    const list = await clusterd(home, 'status');
    expect(list.out).toMatch(
      /^ALARM of the site, clusterd:alarm-mail, .*550 no such user.* \| type: clusterd test-alarm$/m,
    );
    expect(daemon.err).toMatch(/ALARM clusterd:alarm-mail: .*550/);
    const ack = await clusterd(home, 'ack', 'site', 'clusterd:alarm-mail');
    expect(ack.status).toBe(0);
    expect((await clusterd(home, 'status')).out).toMatch(/550.*\(acknowledged by /);
    const failed = await clusterd(home, 'test-alarm');
    expect(failed.status).toBe(1);
    expect(failed.out).toMatch(/^FAILED {5}mail to ops@example.org by 127.*550 no such user$/m);
    expect(failed.out).toMatch(/^delivered {2}syslog 127/m);
    mail.behaviour = {};
    const good = await clusterd(home, 'test-alarm', '--json');
    expect(good.status).toBe(0);
    await until(() => mail.mails.some((one) => one.includes('ALARM demo production')), daemon);
    await until(() => told(/cleared site clusterd:alarm-mail/), daemon);
    expect(mail.mails.join()).not.toMatch(/clusterd:alarm-mail/);
    expect((await clusterd(home, 'status')).out).not.toMatch(/ALARM of the site/);
  });

  it('that hangs delays neither the daemon nor its end', async () => {
    const mail = await mailServer({ greets: false });
    const home = await makeSite([mailLine(mail.port)]);
    const hang = program(home, 'hang', 'sleep 1000 & sleep 1000');
    const clist = readFileSync(join(home, 'CList'), 'utf8');
    writeFileSync(join(home, 'CList'), clist.replace('site\n', `site\n  alarm-command ${hang}\n`));
    const daemon = await watching(home);
    await clusterd(home, 'go', 'demo');
    await until(() => mail.connections > 0, daemon);
    for (let times = 0; times < 3; times++) {
      const begin = performance.now();
      expect((await clusterd(home, 'release', 'demo')).status).toBe(0);
      expect((await clusterd(home, 'go', 'demo')).status).toBe(0);
      expect(performance.now() - begin).toBeLessThan(10_000);
    }
    const begin = performance.now();
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(performance.now() - begin).toBeLessThan(9_000);
  });
});

it('the heartbeat beats with its counts, a failing one is an alarm', async () => {
  const home = await makeSite([]);
  const out = join(home, 'beats');
  const beat = program(
    home,
    'beat',
    `echo "$CLUSTERD_CLUSTERS $CLUSTERD_FAULTS $CLUSTERD_ALARMS" >> "${out}"\ntest ! -e "${home}/broken"`,
  );
  const clist = readFileSync(join(home, 'CList'), 'utf8');
  const line = `  heartbeat every 1s ${beat}\n  test-alarm every 10s\n`;
  writeFileSync(join(home, 'CList'), clist.replace('site\n', `site\n${line}`));
  const daemon = await watching(home);
  await clusterd(home, 'go', 'demo');
  const beats = () => (existsSync(out) ? readFileSync(out, 'utf8').trim().split('\n') : []);
  await until(() => /^1 0 [1-9]\d*$/.test(beats().at(-1) ?? ''), daemon);
  writeFileSync(join(home, 'broken'), '');
  const status = async () => (await clusterd(home, 'status')).out;
  await until(() => /ALARM clusterd:heartbeat/.test(daemon.err), daemon);
  expect(await status()).toMatch(/clusterd:heartbeat, .*beat ended with status 1/);
  writeFileSync(beat, '#!/bin/sh\n');
  await until(() => /cleared clusterd:heartbeat/.test(daemon.err), daemon);
  await until(() => /test alarm, sent regularly: CList names nobody/.test(daemon.err), daemon);
});
