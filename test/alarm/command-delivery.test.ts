import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commandDelivery, type RunAlarmCommand } from '../../src/alarm/command-delivery.ts';
import { systemClock } from '../../src/clock/system.ts';
import { runCommand } from '../../src/transport/command.ts';
import { event, until } from './rig.ts';

type Result = Awaited<ReturnType<RunAlarmCommand>['result']>;
const { signal } = new AbortController();

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'alarm-'));
});
afterEach(() => rm(directory, { recursive: true }));

function program(text: string): string {
  const path = join(directory, 'page me');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

const real: RunAlarmCommand = (request) => runCommand(request, systemClock);

test('the event comes in the environment, safe to show', async () => {
  const requests: Parameters<RunAlarmCommand>[0][] = [];
  const result: Result = { outcome: 'exited', status: 0, output: '' };
  const delivery = commandDelivery(['/bin/page-me', '--now'], (request) => {
    requests.push(request);
    return { result: Promise.resolve(result), kill: () => {} };
  });
  const acknowledged = { by: 'anna', note: 'I\x07 go' };
  const told = event('panic\0\x1b[2J', { kind: 'acknowledged', acknowledged });
  expect(await delivery.deliver(told, signal)).toEqual({ kind: 'delivered' });
  expect(requests[0]?.argv).toEqual(['/bin/page-me', '--now']);
  expect(requests[0]?.environment).toEqual({
    CLUSTERD_EVENT: 'acknowledged',
    CLUSTERD_CLUSTER: 'demo',
    CLUSTERD_ALARM: 'production',
    CLUSTERD_TEXT: 'panic\\x00\\x1b[2J',
    CLUSTERD_TYPE: 'clusterd status demo',
    CLUSTERD_BY: 'anna',
    CLUSTERD_NOTE: 'I\\x07 go',
  });
});

test.each<[Result, string]>([
  [{ outcome: 'exited', status: 3, output: 'no modem\n' }, 'ended with status 3: no modem'],
  [{ outcome: 'exited', status: 1, output: '' }, 'ended with status 1'],
  [{ outcome: 'timeout', status: null, output: 'dialling' }, 'dialling'],
  [{ outcome: 'not-started', status: null, output: 'ENOENT' }, 'could not be started: ENOENT'],
])('%j is a failure', async (result, why) => {
  const run = () => ({ result: Promise.resolve(result), kill: () => {} });
  expect(await commandDelivery(['/x'], run).deliver(event('a'), signal)).toEqual({
    kind: 'failed',
    why,
    attemptsMax: 3,
  });
});

describe('a real command', () => {
  test('gets its words and no shell sees them', async () => {
    const out = join(directory, 'out');
    const path = program(`echo "$1 $CLUSTERD_EVENT $CLUSTERD_TEXT" >> "${out}"`);
    const delivery = commandDelivery([path, '$HOME; rm'], real);
    await delivery.deliver(event('it broke; $(reboot)'), signal);
    await delivery.deliver(event('it broke', { kind: 'cleared' }), signal);
    expect(readFileSync(out, 'utf8')).toBe(
      '$HOME; rm raised it broke; $(reboot)\n$HOME; rm cleared it broke\n',
    );
  });

  test('that forks and hangs is ended with all its children', async () => {
    const pids = join(directory, 'pids');
    const path = program(
      `trap '' TERM\nsleep 1000 & echo $! >> "${pids}"\necho $$ >> "${pids}"\necho hangs\nwait\nsleep 1000`,
    );
    const abort = new AbortController();
    const sending = commandDelivery([path], real).deliver(event('x'), abort.signal);
    const started = () => {
      try {
        return readFileSync(pids, 'utf8').trim().split('\n').map(Number);
      } catch {
        return [];
      }
    };
    await until(() => started().length === 2);
    abort.abort();
    expect(await sending).toEqual({ kind: 'failed', why: 'hangs', attemptsMax: 3 });
    await until(() => started().every((pid) => !isAlive(pid)));
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
