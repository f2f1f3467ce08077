import { describe, expect, test } from 'vitest';
import { parseClist } from '../../src/clist/parse.ts';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import type { CheckAnswer } from '../../src/cluster/power-watch.ts';
import { PowerChecks } from '../../src/daemon/power-checks.ts';

const EVERY_MS = 600_000;

function clusters(count: number, plugs = [3, 4]) {
  const lines = Array.from({ length: count }, (_, index) => [
    `cluster c${index}`,
    'script x',
    'on-silence power',
    ...plugs.flatMap((plug, node) => [
      `node n${index}-${node}`,
      `console tcp h${index}:${node + 1}`,
      `identity i${index}-${node}`,
      'boot-path disk',
      `power fence_apc ip=pdu${index} plug=${plug}`,
    ]),
  ]);
  return parseClist('CList', `${lines.flat().join('\n')}\n`).clusters;
}

/** Answers take two seconds; who is in `dead` does not answer. */
function checking(count: number) {
  const clock = new SimulatedClock();
  const dead = new Set<string>();
  const told: string[] = [];
  const stage = { asked: 0, thorough: 0, underWay: 0, most: 0 };
  const checks = new PowerChecks(
    {
      clock,
      check: (device, isThorough) => {
        stage.asked++;
        if (isThorough) stage.thorough++;
        stage.underWay++;
        stage.most = Math.max(stage.most, stage.underWay);
        const host = String(device.options[0]?.value);
        const outcome: CheckAnswer['outcome'] = dead.has(host) ? 'no-answer' : 'on';
        return new Promise((resolve) =>
          clock.after(2_000, () => {
            stage.underWay--;
            resolve({ outcome, detail: `said ${outcome}` });
          }),
        );
      },
      look: () => null,
      tell: (cluster, node, trouble) => told.push(`${cluster} ${node}: ${trouble ?? 'well'}`),
    },
    EVERY_MS,
  );
  checks.update(clusters(count));
  /** Answers come between the steps. */
  const later = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return told.splice(0);
  };
  return { clock, checks, dead, stage, later };
}

describe('regular checks', () => {
  test('of a thousand clusters are spread, few at a time, and each device has its turn', async () => {
    const { checks, stage, later } = checking(500);
    await later(60_000);
    expect(stage.asked).toBeGreaterThan(50);
    expect(stage.asked).toBeLessThan(200);
    await later(EVERY_MS);
    expect(stage.most).toBe(4);
    expect(stage.asked).toBeGreaterThanOrEqual(1_000);
    expect(checks.list('c499').map(({ outcome }) => outcome)).toEqual(['on', 'on']);
    expect(stage.thorough).toBe(1_000);
    checks.stop();
  });

  test('an alarm comes with the second missing answer, for each node, and goes with the first', async () => {
    const { dead, later, checks } = checking(2);
    dead.add('pdu1');
    expect(await later(20_000)).toEqual([]);
    const wrong = (plug: number, node: string) =>
      `c1 ${node}: fence_apc pdu1 plug ${plug}, which switches ${node} off, does not answer: said no-answer`;
    expect(await later(65_000)).toEqual([wrong(3, 'n1-0'), wrong(4, 'n1-1')]);
    expect(checks.list('c1')[0]).toMatchObject({
      node: 'n1-0',
      device: 'fence_apc pdu1 plug 3',
      level: 1,
      outcome: 'no-answer',
      failures: 2,
      contradicted: false,
    });
    dead.clear();
    expect(await later(EVERY_MS + 5_000)).toEqual(['c1 n1-0: well', 'c1 n1-1: well']);
    checks.stop();
  });

  test('a device that is gone from CList is asked no more, and its alarm ends', async () => {
    const { dead, later, checks, clock } = checking(2);
    dead.add('pdu1');
    await later(90_000);
    checks.update(clusters(1));
    expect(await later(1_000)).toEqual(['c1 n1-0: well', 'c1 n1-1: well']);
    expect(checks.list('c1')).toEqual([]);
    expect(checks.list('c0')).toHaveLength(2);
    checks.stop();
    expect(clock.nextDue()).toBeNull();
  });

  test('another plug is another device: nothing is known of it', async () => {
    const { later, checks } = checking(1);
    await later(20_000);
    checks.update(clusters(1, [3, 5]));
    expect(checks.list('c0').map(({ outcome }) => outcome)).toEqual(['on', null]);
    await later(20_000);
    expect(checks.list('c0').map(({ outcome }) => outcome)).toEqual(['on', 'on']);
    checks.stop();
  });
});
