/** What the daemon tells systemd: with a stand-in for systemd-notify, and with the real one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { READY_FD, Readiness } from '../../src/daemon/readiness.ts';
import { cleanUp, makeHome, RunningDaemon, silentConsoles, waitFor } from './program.ts';

const NAMES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID', 'PATH', 'TOLD'] as const;
let directory: string;
let before: Record<string, string | undefined>;
let told: string;
const receivers: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ready-'));
  told = join(directory, 'told');
  before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]));
});
afterEach(() => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  for (const receiver of receivers.splice(0)) receiver.kill('SIGKILL');
  cleanUp();
  rmSync(directory, { recursive: true, force: true });
});

/** Writes down what it is called with, one line a call. */
function standIn(body = 'echo "$NOTIFY_SOCKET $*" >>"$TOLD"'): void {
  const path = join(directory, 'systemd-notify');
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  process.env.PATH = `${directory}${delimiter}${process.env.PATH}`;
  process.env.TOLD = told;
}

const heard = () => (existsSync(told) ? readFileSync(told, 'utf8') : '');
const count = (word: string) => heard().split(word).length - 1;
const until = (condition: () => boolean) => waitFor(condition, 10_000, heard);

const SCRIPT = `identity host-id /Host ID: ([0-9a-f]{8})/
pattern panic "panic"
state start "watches"
  on active panic -> held "$line"
  rest
state held "is held"
  on operator release -> start "$operator released"
  rest
`;

async function home(): Promise<string> {
  const [one, two] = await silentConsoles(2);
  const node = (name: string, port: number | undefined, digit: number) =>
    `  node ${name}\n    console tcp 127.0.0.1:${port}\n    identity 83a54d0${digit}\n    boot-path disk\n`;
  const clist = `cluster x\n  script plain\n  on-silence confirm\n${node('a', one, 1)}${node('b', two, 2)}`;
  return makeHome(clist, { 'plain.chat': SCRIPT });
}

describe('under systemd', () => {
  it('tells that it is ready, lives, reads anew and ends', async () => {
    standIn();
    process.env.NOTIFY_SOCKET = '/run/none';
    process.env.WATCHDOG_USEC = '300000';
    const daemon = await RunningDaemon.start(await home());
    await until(() => count('WATCHDOG=1') > 2);
    expect(heard()).toMatch(/^\/run\/none READY=1 STATUS=watches 1 cluster$/m);
    daemon.kill('SIGHUP');
    await until(() => /RELOADING=1[\s\S]*READY=1/.test(heard()));
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    await until(() => count('STOPPING=1') === 1);
    expect(daemon.err).not.toContain('systemd');
  });

  it('feeds the watchdog no more when its loop stands still', async () => {
    standIn();
    process.env.NOTIFY_SOCKET = '/run/none';
    process.env.WATCHDOG_USEC = '150000';
    const daemon = await RunningDaemon.start(await home());
    await until(() => count('WATCHDOG=1') > 2);
    daemon.kill('SIGSTOP');
    await until(() =>
      /^State:\s+T/m.test(readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8')),
    );
    // What was on its way arrives; ten times the pause brings nothing more.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const fed = count('WATCHDOG=1');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(count('WATCHDOG=1')).toBe(fed);
    daemon.kill('SIGCONT');
    await until(() => count('WATCHDOG=1') > fed);
  });

  it('does not feed a watchdog that is for another process', async () => {
    standIn();
    process.env.NOTIFY_SOCKET = '/run/none';
    process.env.WATCHDOG_USEC = '30000';
    process.env.WATCHDOG_PID = '1';
    await RunningDaemon.start(await home());
    await until(() => count('READY=1') === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(count('WATCHDOG=1')).toBe(0);
  });

  it.each([
    ['cannot be told', 'echo no such socket >&2; exit 1', 'systemd-notify: no such socket'],
    ['says nothing about it', 'exit 3', 'systemd-notify: it ended with 3'],
  ])('goes on when systemd %s', async (_, body, notice) => {
    standIn(body);
    process.env.NOTIFY_SOCKET = '/run/none';
    process.env.WATCHDOG_USEC = '50000';
    const daemon = await RunningDaemon.start(await home());
    await waitFor(
      () => daemon.err.includes(notice),
      10_000,
      () => daemon.err,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(daemon.err.split('systemd does not hear').length).toBe(2);
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
  });

  it('keeps its variables from the programs that it runs', () => {
    for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', READY_FD]) process.env[name] = '/none';
    new Readiness({ environment: { ...process.env }, clock: systemClock, onNotice: () => {} });
    expect(
      ['NOTIFY_SOCKET', 'WATCHDOG_USEC', READY_FD].filter((name) => process.env[name]),
    ).toEqual([]);
  });
});

const hasReal = ['systemd-notify', 'socat'].every((name) => existsSync(join('/usr/bin', name)));

it.runIf(hasReal)('speaks the protocol of the real systemd-notify', async () => {
  const socket = join(directory, 'notify');
  const receiver = spawn('socat', ['-u', `UNIX-RECV:${socket}`, `CREATE:${told}`]);
  receivers.push(receiver);
  await until(() => existsSync(socket));
  process.env.NOTIFY_SOCKET = socket;
  process.env.WATCHDOG_USEC = '60000000';
  await RunningDaemon.start(await home());
  await until(() => /READY=1\nSTATUS=watches 1 cluster/.test(heard()));
});
