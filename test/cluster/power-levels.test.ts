import { describe, expect, it, test } from 'vitest';
import type { PowerDevice } from '../../src/clist/cluster.ts';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { askPower, type DeviceAnswer, type PowerSwitches } from '../../src/cluster/power.ts';

type Says = DeviceAnswer['outcome'];

const SAYS: readonly Says[] = ['off', 'on', 'no-answer'];
/** What two devices of one level say, in the order of the rows and columns below. */
const PAIRS = SAYS.flatMap((first) => SAYS.map((second) => [first, second] as const));
const LETTERS: Readonly<Record<string, string>> = { off: 'O', on: 'I', 'no-answer': '?' };

/** Rows: what the devices of level 1 say; columns: those of level 2, both in the order of PAIRS. */
const TWO_SWITCHES = [
  'OOOOOOOOO', // off off
  'OI?III?I?', // off on
  'O????????', // off ?
  'OI?III?I?', // on  off
  'OI?III?I?', // on  on
  'OI?III?I?', // on  ?
  'O????????', // ?   off
  'OI?III?I?', // ?   on
  'O????????', // ?   ?
];
/** The first device of level 1 lives from the power of the machine. */
const FIRST_INSIDE = [
  'OOOOOOOOO', // off off
  'OI?III?I?', // off on
  'O????????', // off ?
  'II?III?I?', // on  off
  'II?III?I?', // on  on
  'II?III?I?', // on  ?
  'O????????', // ?   off
  'OI?III?I?', // ?   on
  'O????????', // ?   ?
];

function device(agent: string, level: number): PowerDevice {
  return { agent, level, options: [] };
}

function nodeWith(first: string): readonly PowerDevice[] {
  return [device(first, 1), device('fence_b', 1), device('fence_c', 2), device('fence_d', 2)];
}

/** Devices that say the same whatever they are told. */
function stubborn(says: ReadonlyMap<string, Says>, asked: string[] = []): PowerSwitches {
  const answer = (agent: string) => ({ outcome: says.get(agent) ?? 'no-answer', detail: 'x' });
  return {
    async off({ agent }) {
      asked.push(`off ${agent}`);
      return { outcome: 'off', detail: 'done' };
    },
    async status({ agent }) {
      asked.push(`status ${agent}`);
      return answer(agent);
    },
  };
}

async function grid(first: string, action: 'off' | 'status'): Promise<string[]> {
  const devices = nodeWith(first);
  const rows: string[] = [];
  for (const one of PAIRS) {
    let row = '';
    for (const two of PAIRS) {
      const all = [...one, ...two];
      const says = new Map(devices.map(({ agent }, index) => [agent, all[index] ?? 'no-answer']));
      const clock = new SimulatedClock();
      const { outcome } = await askPower(devices, action, stubborn(says), clock);
      row += LETTERS[outcome] ?? outcome;
    }
    rows.push(row);
  }
  return rows;
}

describe('two levels with two devices each, all 81 answers', () => {
  it.each([
    ['status', 'fence_apc', TWO_SWITCHES],
    ['off', 'fence_apc', TWO_SWITCHES],
    ['status', 'fence_ipmilan', FIRST_INSIDE],
    ['off', 'fence_ipmilan', FIRST_INSIDE],
  ] as const)('%s of %s', async (action, first, expected) => {
    expect(await grid(first, action)).toEqual(expected);
  });
});

describe('switching off', () => {
  const only = (agents: readonly string[], says: Says) => agents.map((one) => [one, says] as const);

  it('leaves the next level alone when the first ended in a proven off', async () => {
    const asked: string[] = [];
    const says = new Map(only(['fence_a', 'fence_b'], 'off'));
    const answer = await askPower(
      nodeWith('fence_a'),
      'off',
      stubborn(says, asked),
      new SimulatedClock(),
    );
    expect(answer).toEqual({
      outcome: 'off',
      detail: 'level 1: fence_a: x; fence_b: x',
    });
    expect(asked).toEqual(['off fence_a', 'off fence_b', 'status fence_a', 'status fence_b']);
  });

  it('tries the levels in the order of their numbers, and says what each said', async () => {
    const devices = [device('fence_9', 9), device('fence_2', 2), device('fence_1', 1)];
    const asked: string[] = [];
    const says = new Map<string, Says>([
      ['fence_1', 'on'],
      ['fence_9', 'off'],
    ]);
    const answer = await askPower(devices, 'off', stubborn(says, asked), new SimulatedClock());
    expect(answer.outcome).toBe('off');
    expect(answer.detail).toBe('level 1: fence_1: x; level 2: fence_2: x; level 9: fence_9: x');
    const names = ['fence_1', 'fence_2', 'fence_9'];
    expect(asked).toEqual(names.flatMap((name) => [`off ${name}`, `status ${name}`]));
  });

  it('says why an off is not believed', async () => {
    const devices = [device('fence_ipmilan', 1), device('fence_apc', 2)];
    const says = new Map<string, Says>([
      ['fence_ipmilan', 'on'],
      ['fence_apc', 'off'],
    ]);
    const answer = await askPower(devices, 'off', stubborn(says), new SimulatedClock());
    expect(answer.outcome).toBe('on');
    expect(answer.detail).toMatch(
      /NOT BELIEVED: fence_ipmilan lives from the power of the machine/,
    );
  });

  it('believes it when CList says that the device has power of its own', async () => {
    const devices: PowerDevice[] = [
      { ...device('fence_ipmilan', 1), shares: 'nothing' },
      device('fence_apc', 2),
    ];
    const says = new Map<string, Says>([
      ['fence_ipmilan', 'on'],
      ['fence_apc', 'off'],
    ]);
    const answer = await askPower(devices, 'off', stubborn(says), new SimulatedClock());
    expect(answer.outcome).toBe('off');
  });

  it.each(['off', 'status'] as const)(
    '%s: a silent service processor is waited for no longer than it may take to contradict',
    async (action) => {
      const clock = new SimulatedClock();
      const switches = stubborn(new Map([['fence_apc', 'off' as const]]));
      const silent: PowerSwitches = {
        ...switches,
        status: (one) =>
          one.agent === 'fence_ipmilan' && action === 'status'
            ? new Promise(() => {})
            : switches.status(one),
      };
      const devices = [device('fence_ipmilan', 1), device('fence_apc', 2)];
      let outcome = '';
      void askPower(devices, action, silent, clock).then((answer) => {
        outcome = answer.outcome;
      });
      const settle = () => new Promise((resolve) => setImmediate(resolve));
      await settle();
      clock.advance(4_999);
      await settle();
      expect(outcome).toBe(action === 'status' ? '' : 'off');
      clock.advance(1);
      await settle();
      expect(outcome).toBe('off');
      expect(clock.nextDue()).toBeNull();
    },
  );
});

test('a device that throws is no answer, at every level', async () => {
  const fail = async () => {
    throw new Error('no such agent');
  };
  const answer = await askPower(
    nodeWith('fence_a'),
    'off',
    { off: fail, status: fail },
    new SimulatedClock(),
  );
  expect(answer.outcome).toBe('no-answer');
  expect(answer.detail).toContain('fence_d: no such agent');
});

describe('an off that was said long before the last one', () => {
  function slowly(secondAnswers: readonly Says[], delayMs: number, clock: SimulatedClock) {
    const asked: string[] = [];
    const answers = [...secondAnswers];
    const switches: PowerSwitches = {
      off: async () => ({ outcome: 'off', detail: 'done' }),
      async status({ agent }) {
        asked.push(agent);
        if (agent === 'fence_slow') {
          await new Promise<void>((resolve) => void clock.after(delayMs, resolve));
          return { outcome: 'off', detail: 'x' };
        }
        return { outcome: answers.shift() ?? 'no-answer', detail: 'x' };
      },
    };
    return { asked, switches };
  }
  const feeds = [device('fence_fast', 1), device('fence_slow', 1)];

  it.each([
    ['off', 'off'],
    ['on', 'on'],
    ['no-answer', 'no-answer'],
  ] as const)('is asked again, and then %s counts', async (again, outcome) => {
    const clock = new SimulatedClock();
    const { asked, switches } = slowly(['off', again], 40_000, clock);
    const answer = askPower(feeds, 'off', switches, clock);
    for (let second = 0; second < 60; second++) {
      await Promise.resolve();
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await answer).outcome).toBe(outcome);
    expect(asked).toEqual(['fence_fast', 'fence_slow', 'fence_fast']);
  });

  it('stands when it is a moment old', async () => {
    const clock = new SimulatedClock();
    const { asked, switches } = slowly(['off', 'on'], 3_000, clock);
    const answer = askPower(feeds, 'off', switches, clock);
    for (let second = 0; second < 10; second++) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await answer).outcome).toBe('off');
    expect(asked).toEqual(['fence_fast', 'fence_slow']);
  });
});
