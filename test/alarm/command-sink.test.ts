import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AlarmEvent } from '../../src/alarm/alarm-event.ts';
import {
  ALARM_COMMAND_ALARM,
  CommandSink,
  type RunAlarmCommand,
} from '../../src/alarm/command-sink.ts';
import { Turnstile } from '../../src/alarm/turnstile.ts';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { systemClock } from '../../src/clock/system.ts';
import { runCommand } from '../../src/transport/command.ts';

type Result = Awaited<ReturnType<RunAlarmCommand>['result']>;
const GOOD: Result = { outcome: 'exited', status: 0, output: '' };

/** A command that ends when the test says so. */
class FakeCommand {
  readonly runs: Parameters<RunAlarmCommand>[0][] = [];
  killed = 0;
  #end: ((result: Result) => void)[] = [];

  readonly run: RunAlarmCommand = (request) => {
    this.runs.push(request);
    const result = new Promise<Result>((resolve) => this.#end.push(resolve));
    return { result, kill: () => this.killed++ };
  };

  async end(result: Result = GOOD): Promise<void> {
    this.#end.shift()?.(result);
    await settle();
  }

  texts(): (string | undefined)[] {
    return this.runs.map(({ environment }) => environment.CLUSTERD_TEXT);
  }
}

async function settle(): Promise<void> {
  for (let round = 0; round < 10; round++) await Promise.resolve();
}

function event(text: string, change: Partial<AlarmEvent> = {}): AlarmEvent {
  return {
    kind: 'raised',
    cluster: 'demo',
    alarm: 'production',
    text,
    type: 'clusterd status',
    ...change,
  };
}

function setUp(turnstile = new Turnstile(9)) {
  const command = new FakeCommand();
  const troubles: (string | null)[] = [];
  const clock = new SimulatedClock();
  const sink = new CommandSink({
    argv: ['/bin/page-me', '--now'],
    run: command.run,
    turnstile,
    clock,
    onTrouble: (text) => troubles.push(text),
  });
  return { command, troubles, clock, sink };
}

test('the event comes in the environment, safe to show', async () => {
  const { command, sink } = setUp();
  sink.take(event('panic\0\x1b[2J', { kind: 'repeated' }));
  await settle();
  expect(command.runs).toEqual([
    {
      argv: ['/bin/page-me', '--now'],
      withinMs: 30_000,
      environment: {
        CLUSTERD_EVENT: 'repeated',
        CLUSTERD_CLUSTER: 'demo',
        CLUSTERD_ALARM: 'production',
        CLUSTERD_TEXT: 'panic\\x00\\x1b[2J',
        CLUSTERD_TYPE: 'clusterd status',
      },
    },
  ]);
});

test('one run at a time, in order', async () => {
  const { command, sink, troubles } = setUp();
  for (const text of ['a', 'b', 'c']) sink.take(event(text));
  await settle();
  expect(command.texts()).toEqual(['a']);
  await command.end();
  expect(command.texts()).toEqual(['a', 'b']);
  await command.end();
  await command.end();
  expect(command.texts()).toEqual(['a', 'b', 'c']);
  sink.take(event('d'));
  await settle();
  expect(command.texts()).toEqual(['a', 'b', 'c', 'd']);
  expect(troubles).toEqual([]);
});

describe('a command that does not work is reported, and the next alarm is told all the same', () => {
  test.each<[Result, string]>([
    [
      { outcome: 'exited', status: 3, output: 'no\x07 modem\n' },
      'ended with status 3: no\\x07 modem',
    ],
    [{ outcome: 'timeout', status: null, output: '' }, 'did not end within 30 s'],
    [{ outcome: 'not-started', status: null, output: 'ENOENT' }, 'could not be started: ENOENT'],
  ])('%j', async (result, expected) => {
    const { command, sink, troubles } = setUp();
    sink.take(event('a'));
    sink.take(event('b'));
    await settle();
    await command.end(result);
    expect(troubles).toEqual([`the alarm command /bin/page-me ${expected}`]);
    expect(command.texts()).toEqual(['a', 'b']);
    await command.end();
    sink.take(event('c'));
    await settle();
    await command.end();
    expect(troubles).toEqual([`the alarm command /bin/page-me ${expected}`, null]);
  });

  test('one that throws', async () => {
    const troubles: (string | null)[] = [];
    const sink = new CommandSink({
      argv: ['/x'],
      run: () => {
        throw new Error('too many files');
      },
      turnstile: new Turnstile(1),
      clock: new SimulatedClock(),
      onTrouble: (text) => troubles.push(text),
    });
    sink.take(event('a'));
    sink.take(event('b'));
    await settle();
    expect(troubles).toHaveLength(2);
    expect(troubles[0]).toContain('too many files');
  });

  test('the alarm about the command itself is not handed to it', async () => {
    const { command, sink } = setUp();
    sink.take(event('x', { alarm: ALARM_COMMAND_ALARM }));
    await settle();
    expect(command.runs).toEqual([]);
  });
});

test('what waits is bounded: repetitions are left out first, then the oldest', async () => {
  const { command, sink, troubles } = setUp();
  sink.take(event('running'));
  sink.take(event('oldest'));
  const numbers = Array.from({ length: 30 }, (_, index) => `${index}`);
  for (const number of numbers) sink.take(event(number));
  sink.take(event('repetition', { kind: 'repeated' }));
  expect(troubles).toEqual([]);
  sink.take(event('new'));
  expect(troubles).toEqual([expect.stringMatching(/does not keep up/)]);
  await settle();
  for (let round = 0; round < 40; round++) await command.end();
  expect(command.texts()).toEqual(['running', 'oldest', ...numbers, 'new']);
  for (let index = 0; index <= 33; index++) sink.take(event(`again ${index}`));
  for (let round = 0; round < 40; round++) await command.end();
  expect(command.texts().slice(33, 36)).toEqual(['again 0', 'again 2', 'again 3']);
});

test('many clusters together start only so many commands', async () => {
  const turnstile = new Turnstile(2);
  const clusters = [setUp(turnstile), setUp(turnstile), setUp(turnstile)];
  for (const { sink } of clusters) sink.take(event('a'));
  await settle();
  const running = () => clusters.map(({ command }) => command.runs.length);
  expect(running()).toEqual([1, 1, 0]);
  await clusters[0]?.command.end({ outcome: 'timeout', status: null, output: '' });
  expect(running()).toEqual([1, 1, 1]);
  clusters[0]?.sink.take(event('b'));
  await settle();
  expect(running()).toEqual([1, 1, 1]);
  await clusters[1]?.command.end();
  expect(running()).toEqual([2, 1, 1]);
});

test('closing waits for what is to be told, but not for a hanging command', async () => {
  const good = setUp();
  good.sink.take(event('a'));
  good.sink.take(event('b'));
  const closing = good.sink.close();
  good.sink.take(event('too late'));
  await settle();
  await good.command.end();
  await good.command.end();
  await closing;
  expect(good.command.texts()).toEqual(['a', 'b']);
  expect(good.clock.nextDue()).toBeNull();
  await setUp().sink.close();

  const hanging = setUp();
  hanging.sink.take(event('a'));
  await settle();
  const waiting = hanging.sink.close();
  hanging.clock.advance(5_000);
  await waiting;
  expect(hanging.command.killed).toBe(1);
});

test('a real command', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'alarm-'));
  const program = join(directory, 'page me');
  const out = join(directory, 'out');
  writeFileSync(
    program,
    `#!/bin/sh\necho "$1 $CLUSTERD_EVENT $CLUSTERD_CLUSTER $CLUSTERD_ALARM $CLUSTERD_TEXT $CLUSTERD_TYPE" >> "${out}"\n`,
  );
  chmodSync(program, 0o755);
  const sink = new CommandSink({
    argv: [program, '$HOME; rm'],
    run: (request) => runCommand(request, systemClock),
    turnstile: new Turnstile(9),
    clock: systemClock,
    onTrouble: (text) => {
      throw new Error(text ?? 'works again');
    },
  });
  sink.take(event('it broke; $(reboot)'));
  sink.take(event('it broke', { kind: 'cleared' }));
  await sink.close();
  expect(existsSync(out)).toBe(true);
  expect(readFileSync(out, 'utf8')).toBe(
    '$HOME; rm raised demo production it broke; $(reboot) clusterd status\n' +
      '$HOME; rm cleared demo production it broke clusterd status\n',
  );
  await rm(directory, { recursive: true });
});
