import { describe, expect, it } from 'vitest';
import type { PowerDevice } from '../../src/clist/cluster.ts';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { askPower, type DeviceAnswer, type PowerSwitches } from '../../src/cluster/power.ts';
import { StallWatch } from '../../src/cluster/stall-watch.ts';

/** A clock whose timers all come `lateMs` after their time, once told so. */
class LateClock extends SimulatedClock {
  skewMs = 0;
  wallSkewMs = 0;
  override now() {
    const { at, wall } = super.now();
    return { at: at + this.skewMs, wall: wall + this.skewMs + this.wallSkewMs };
  }
}

describe('the stall watch', () => {
  const cases: [string, (clock: LateClock) => void, number[]][] = [
    ['a timely process', (clock) => clock.advance(60_000), []],
    [
      'a short delay',
      (clock) => {
        clock.skewMs += 1_900;
        clock.advance(1_000);
      },
      [],
    ],
    [
      'a stopped process',
      (clock) => {
        clock.skewMs += 10_000;
        clock.advance(5_000);
      },
      [10_000],
    ],
    [
      'a suspended machine: only the wall clock has moved',
      (clock) => {
        clock.wallSkewMs += 3_600_000;
        clock.advance(5_000);
      },
      [3_600_000],
    ],
    [
      'a clock that was set back',
      (clock) => {
        clock.wallSkewMs -= 3_600_000;
        clock.advance(5_000);
      },
      [],
    ],
  ];
  it.each(cases)('%s', (_, happen, expected) => {
    const clock = new LateClock();
    const stalls: number[] = [];
    const watch = new StallWatch({ clock, onStall: (lateMs) => stalls.push(lateMs) });
    watch.start();
    clock.advance(2_000);
    happen(clock);
    expect(stalls).toEqual(expected);
    watch.stop();
    expect(clock.nextDue()).toBeNull();
  });
});

describe('the power of a node', () => {
  const device = (agent: string): PowerDevice => ({ agent, options: [] });
  const says = (outcome: DeviceAnswer['outcome']): DeviceAnswer => ({ outcome, detail: 'x' });

  const cases: [string, (DeviceAnswer | Error)[], string][] = [
    ['no device', [], 'no-device'],
    ['one that is off', [says('off')], 'off'],
    ['one that is on', [says('on')], 'on'],
    ['one that does not answer', [says('no-answer')], 'no-answer'],
    ['one that fails', [new Error('no such agent')], 'no-answer'],
    ['two, one still on', [says('off'), says('on')], 'on'],
    ['two, one without an answer', [says('off'), says('no-answer')], 'no-answer'],
    ['two, one on and one without an answer', [says('no-answer'), says('on')], 'on'],
    ['two that are off', [says('off'), says('off')], 'off'],
  ];
  it.each(cases)('%s', async (_, answers, outcome) => {
    const devices = answers.map((__, index) => device(`fence_${index}`));
    const asked: string[] = [];
    const switches: PowerSwitches = {
      async off({ agent }) {
        asked.push(`off ${agent}`);
        return says('off');
      },
      async status({ agent }) {
        asked.push(`status ${agent}`);
        const answer = answers[Number(agent.slice('fence_'.length))];
        if (answer === undefined || answer instanceof Error) throw answer;
        return answer;
      },
    };
    expect((await askPower(devices, 'off', switches, new SimulatedClock())).outcome).toBe(outcome);
    const names = devices.map(({ agent }) => agent);
    expect(asked).toEqual([...names.map((n) => `off ${n}`), ...names.map((n) => `status ${n}`)]);
    asked.length = 0;
    expect((await askPower(devices, 'status', switches, new SimulatedClock())).outcome).toBe(
      outcome,
    );
    expect(asked).toEqual(names.map((n) => `status ${n}`));
  });

  it('is not off because the switching said so', async () => {
    const switches: PowerSwitches = {
      off: async () => says('off'),
      status: async () => says('on'),
    };
    expect(
      (await askPower([device('fence_a')], 'off', switches, new SimulatedClock())).outcome,
    ).toBe('on');
  });
});
