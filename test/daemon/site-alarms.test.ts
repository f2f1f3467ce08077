/** The sinks of a site against real servers: trouble, test alarms, another site after a reload. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { DEFAULT_SITE, type Site } from '../../src/clist/site.ts';
import { systemClock } from '../../src/clock/system.ts';
import { AlarmSinks } from '../../src/daemon/alarm-sinks.ts';
import { formatReports } from '../../src/daemon/life-signs.ts';
import { SiteAlarms } from '../../src/daemon/site-alarms.ts';
import { MailServer } from '../alarm/mail-server.ts';
import { event, until } from '../alarm/rig.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function mailServer(...given: Parameters<typeof MailServer.start>): Promise<MailServer> {
  const server = await MailServer.start(...given);
  ends.push(() => server.stop());
  return server;
}

async function syslog(): Promise<{ port: number; lines: string[] }> {
  const socket = createSocket('udp4');
  ends.push(() => socket.close());
  const lines: string[] = [];
  socket.on('message', (bytes) => lines.push(bytes.toString()));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, lines };
}

function mailTo(name: string, { port }: MailServer): Site['alarmMail'][number] {
  const from = 'clusterd@example.org';
  return { to: [`${name}@example.org`], from, host: '127.0.0.1', port, login: null, tls: 'any' };
}

function setUp(site: Partial<Site>) {
  const notices: string[] = [];
  const clock = systemClock;
  const alarms = new SiteAlarms({
    site: { ...DEFAULT_SITE, ...site },
    sinks: new AlarmSinks(clock),
    clock,
    onNotice: (text) => notices.push(text),
  });
  ends.unshift(() => alarms.close());
  return { alarms, notices };
}

test('two mail servers of which one refuses: its alarm goes to the other one, under its own name', async () => {
  const good = await mailServer();
  const bad = await mailServer({ answers: { MAIL: '550 not you' } });
  const { alarms, notices } = setUp({ alarmMail: [mailTo('a', good), mailTo('b', bad)] });
  alarms.shared.take(event('n1 is down'));
  await until(() => good.mails.length === 2);
  expect(good.mails[0]).toContain('ALARM demo production: n1 is down');
  expect(good.mails[1]).toContain('ALARM site clusterd:alarm-mail-2');
  expect(good.mails[1]).toContain('about   clusterd itself');
  expect(alarms.list()).toMatchObject([
    { name: 'clusterd:alarm-mail-2', text: expect.stringMatching(/b@example.org.*550 not you/) },
  ]);
  expect(notices).toEqual([expect.stringMatching(/^ALARM clusterd:alarm-mail-2: .*550 not you/)]);
  bad.behaviour = {};
  const reports = await alarms.test('a test', []);
  expect(reports.map(({ why }) => why)).toEqual([null, null]);
  await until(() => alarms.list().length === 0);
  expect(bad.mails.some((mail) => mail.includes('clusterd:alarm-mail-2'))).toBe(false);
});

test('a test alarm reports each sink with its reason', async () => {
  const bad = await mailServer({ answers: { RCPT: '550 who?' } });
  const log = await syslog();
  const udp = { kind: 'udp', host: '127.0.0.1', port: log.port } as const;
  const { alarms } = setUp({
    alarmMail: [mailTo('a', bad)],
    alarmSyslog: [udp],
    alarmCommand: ['/bin/false'],
  });
  const reports = await alarms.test('a test', []);
  expect(formatReports(reports)).toMatch(
    /^NOT told by mail to a@example.org by .*: .*550 who\?; told by syslog .*; NOT told by the alarm command \/bin\/false: ended with status 1$/,
  );
  expect(log.lines.some((line) => / test - test alarm: a test$/.test(line))).toBe(true);
  expect(formatReports([])).toBe('CList names nobody who gets alarms');
});

test('after a reload alarms go where the site says now, and old trouble is forgotten', async () => {
  const old = await mailServer({ answers: { MAIL: '550 not you' } });
  const fresh = await mailServer();
  const { alarms } = setUp({ alarmMail: [mailTo('a', old)] });
  const { shared } = alarms;
  shared.take(event('one'));
  await until(() => alarms.list().length === 1);
  const connections = old.connections;
  alarms.apply({ ...DEFAULT_SITE, alarmMail: [mailTo('a', old)], autoApply: true });
  expect(alarms.list()).toHaveLength(1);
  alarms.apply({ ...DEFAULT_SITE, alarmMail: [mailTo('b', fresh)] });
  expect(alarms.list()).toEqual([]);
  shared.take(event('two'));
  await until(() => fresh.mails.length === 1);
  expect(fresh.mails[0]).toContain('production: two');
  await until(() => old.openCount === 0);
  expect(old.connections).toBeLessThanOrEqual(connections + 1);
});

test('an alarm of the site is acknowledged like any other', async () => {
  const log = await syslog();
  const { alarms, notices } = setUp({
    alarmSyslog: [{ kind: 'udp', host: '127.0.0.1', port: log.port }],
  });
  alarms.raise('clusterd:heartbeat', 'no beat', 'clusterd status');
  alarms.raise('clusterd:heartbeat', 'no beat', 'clusterd status');
  expect(alarms.acknowledge('clusterd:nothing', 'anna', '')).toBeNull();
  expect(alarms.acknowledge('clusterd:heartbeat', 'anna', 'on it')).toMatchObject({
    acknowledged: { by: 'anna', note: 'on it' },
  });
  alarms.clear('clusterd:heartbeat');
  alarms.clear('clusterd:heartbeat');
  await until(() => log.lines.length === 3);
  expect(log.lines.map((line) => line.split(' - ')[1]?.split(' ')[0])).toEqual([
    'ALARM',
    'acknowledged',
    'cleared',
  ]);
  expect(notices).toHaveLength(3);
});
