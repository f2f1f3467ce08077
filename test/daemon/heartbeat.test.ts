import { expect, test } from 'vitest';
import type { RunAlarmCommand } from '../../src/alarm/command-delivery.ts';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { Heartbeat, type HeartbeatCounts } from '../../src/daemon/heartbeat.ts';
import { settle } from '../alarm/rig.ts';

type Result = Awaited<ReturnType<RunAlarmCommand>['result']>;
const GOOD: Result = { outcome: 'exited', status: 0, output: '' };

function setUp() {
  const clock = new SimulatedClock();
  const requests: Parameters<RunAlarmCommand>[0][] = [];
  const open: ((result: Result) => void)[] = [];
  const troubles: (string | null)[] = [];
  const rig = { counts: { controlled: 2, clusters: 3, faults: 1, alarms: 4 }, kills: 0 };
  const heartbeat = new Heartbeat({
    everyMs: 60_000,
    argv: ['/bin/beat', '-x'],
    only: null,
    clock,
    run: (request) => {
      requests.push(request);
      return {
        result: new Promise((resolve) => open.push(resolve)),
        kill: () => {
          rig.kills++;
        },
      };
    },
    counts: (): HeartbeatCounts => rig.counts,
    onTrouble: (text) => troubles.push(text),
  });
  const end = async (result: Result = GOOD) => {
    open.shift()?.(result);
    await settle();
  };
  return { clock, requests, troubles, rig, heartbeat, end };
}

test('beats at once and then regularly, with its counts', async () => {
  const { clock, requests, heartbeat, end, troubles } = setUp();
  heartbeat.start();
  expect(requests).toEqual([
    {
      argv: ['/bin/beat', '-x'],
      withinMs: 30_000,
      environment: {
        CLUSTERD_CLUSTERS: '3',
        CLUSTERD_FAULTS: '1',
        CLUSTERD_ALARMS: '4',
        CLUSTERD_ONLY: '',
      },
    },
  ]);
  await end();
  clock.advance(60_000);
  expect(requests).toHaveLength(2);
  await end();
  clock.advance(120_000);
  expect(requests).toHaveLength(3);
  expect(troubles.filter((text) => text !== null)).toEqual([]);
});

test('one beat never overtakes another', async () => {
  const { clock, requests, heartbeat, end } = setUp();
  heartbeat.start();
  clock.advance(600_000);
  expect(requests).toHaveLength(1);
  await end();
  clock.advance(60_000);
  expect(requests).toHaveLength(2);
});

test.each<[Result, RegExp]>([
  [
    { outcome: 'exited', status: 7, output: 'no\x07 net' },
    /beat ended with status 7: no\\x07 net$/,
  ],
  [{ outcome: 'timeout', status: null, output: '' }, /beat did not end within 30 s$/],
  [{ outcome: 'not-started', status: null, output: 'ENOENT' }, /beat cannot start: ENOENT$/],
])('%j is told', async (result, told) => {
  const { heartbeat, end, troubles } = setUp();
  heartbeat.start();
  await end(result);
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toMatch(told);
});

test('does not beat while no cluster is controlled, and says so', async () => {
  const { clock, requests, heartbeat, rig, end, troubles } = setUp();
  rig.counts = { controlled: 0, clusters: 2, faults: 2, alarms: 0 };
  heartbeat.start();
  expect(requests).toEqual([]);
  expect(troubles).toEqual([
    'the heartbeat command /bin/beat is not run: no cluster is controlled',
  ]);
  rig.counts = { ...rig.counts, controlled: 1 };
  clock.advance(60_000);
  await end();
  expect(troubles.at(-1)).toBeNull();
});

test('stops with the daemon', async () => {
  const { clock, requests, heartbeat, rig, troubles, end } = setUp();
  heartbeat.start();
  heartbeat.stop();
  expect(rig.kills).toBe(1);
  await end({ outcome: 'timeout', status: null, output: '' });
  clock.advance(600_000);
  expect(requests).toHaveLength(1);
  expect(troubles).toEqual([]);
});
