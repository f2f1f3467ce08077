import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  formatDatagram,
  localSyslogDelivery,
  udpSyslogDelivery,
} from '../../src/alarm/syslog-delivery.ts';
import { systemClock } from '../../src/clock/system.ts';
import { runCommand } from '../../src/transport/command.ts';
import { event, until, WALL } from './rig.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const { signal } = new AbortController();

async function listen(): Promise<{ port: number; heard: string[] }> {
  const socket = createSocket('udp4');
  ends.push(() => socket.close());
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(bytes.toString('latin1')));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, heard };
}

describe('another host', () => {
  test('gets RFC 5424, with the time of the alarm and not of the telling', async () => {
    const { port, heard } = await listen();
    const delivery = udpSyslogDelivery('127.0.0.1', port, systemClock);
    expect(await delivery.deliver(event('n1 is down'), signal)).toEqual({ kind: 'delivered' });
    await until(() => heard.length > 0);
    expect(heard[0]).toMatch(
      /^<25>1 2026-11-22T03:04:05\.000Z \S+ clusterd \d+ raised - ALARM demo production: n1 is down \| type: clusterd status demo$/,
    );
  });

  test('found by name', async () => {
    const { port, heard } = await listen();
    const delivery = udpSyslogDelivery('localhost', port, systemClock);
    expect(await delivery.deliver(event('x'), signal)).toEqual({ kind: 'delivered' });
    await until(() => heard.length > 0);
  });

  test('is gone: noticed where it says so', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    socket.close();
    await once(socket, 'close');
    const delivery = udpSyslogDelivery('127.0.0.1', port, systemClock);
    await expect(delivery.deliver(event('x'), signal)).rejects.toThrow(/ECONNREFUSED/);
  });

  test('has no such name', async () => {
    const delivery = udpSyslogDelivery('no-such-host.invalid', 514, systemClock);
    await expect(delivery.deliver(event('x'), signal)).rejects.toThrow(/no-such-host/);
  });

  test('is not sent more than a datagram takes, nor a line end', async () => {
    const { port, heard } = await listen();
    const delivery = udpSyslogDelivery('127.0.0.1', port, systemClock);
    const long = event('x\n<0>1 forged '.repeat(1000), { type: 'y'.repeat(5000) });
    await delivery.deliver(long, signal);
    await until(() => heard.length > 0);
    expect(heard[0]?.length).toBe(2048);
    expect(heard[0]).not.toContain('\n');
  });
});

test.each([
  ['raised', 25],
  ['repeated', 25],
  ['acknowledged', 29],
  ['cleared', 29],
  ['test', 30],
] as const)('%s has priority %i', (kind, priority) => {
  const acknowledged = kind === 'acknowledged' ? { by: 'anna', note: 'I go' } : null;
  const text = formatDatagram(event('x', { kind, acknowledged, wall: WALL }), 'monitor');
  expect(text).toMatch(new RegExp(`^<${priority}>1 2026-11-22T03:04:05.000Z monitor clusterd `));
  if (kind === 'acknowledged') expect(text).toContain('| acknowledged by anna: I go');
});

describe('this host', () => {
  const run = (request: Parameters<typeof runCommand>[0]) => runCommand(request, systemClock);

  test('without a syslog says so', async () => {
    const delivery = localSyslogDelivery(run, '/no/such/log');
    expect(await delivery.deliver(event('x'), signal)).toEqual({
      kind: 'failed',
      why: 'no syslog listens on /no/such/log',
      attemptsMax: Number.POSITIVE_INFINITY,
    });
  });

  const hasSocat = existsSync('/usr/bin/socat') && existsSync('/usr/bin/logger');
  test.skipIf(!hasSocat)('gets it through logger(1) (needs socat)', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'syslog-'));
    const path = join(directory, 'log');
    const listener = spawn('/usr/bin/socat', ['-u', `UNIX-RECV:${path}`, '-']);
    ends.push(() => {
      listener.kill();
      rmSync(directory, { recursive: true });
    });
    let heard = '';
    listener.stdout.on('data', (bytes) => {
      heard += bytes;
    });
    await until(() => existsSync(path));
    const delivery = localSyslogDelivery(run, path);
    const tricky = event('--help $(reboot)', { cluster: 'demo' });
    expect(await delivery.deliver(tricky, signal)).toEqual({ kind: 'delivered' });
    await until(() => heard.includes('type:'));
    expect(heard).toMatch(
      /^<25>.* clusterd: ALARM demo production: --help \$\(reboot\) \| type: clusterd status demo/,
    );
    listener.kill();
    await once(listener, 'exit');
    expect(await delivery.deliver(event('x'), signal)).toMatchObject({ kind: 'failed' });
  });
});
