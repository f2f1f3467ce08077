import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bindTarget } from '../../src/clist/bind-target.ts';
import { parseClist } from '../../src/clist/parse.ts';
import { judgeCluster } from '../../src/proof/judge-cluster.ts';
import { shipped } from './edited.ts';

const text = readFileSync(fileURLToPath(new URL('../../CList', import.meta.url)), 'utf8');
const { program, patterns } = shipped();
const [cluster] = parseClist('CList', text).clusters;
if (cluster === undefined) throw new Error('the shipped list is empty');
const target = bindTarget(cluster, program);
const { deadAfterMs } = cluster.probe;

type Choice = Partial<
  Pick<typeof target, 'onSilence' | 'serviceLost' | 'parkingSurvivedPowerCycle'>
>;

const judged = (choice: Choice) =>
  judgeCluster(program, patterns, { ...target, ...choice }, deadAfterMs);
const hows = (choice: Choice) => judged(choice).map(({ how }) => how);

// A panic, without a standby, a hang, silence, no console, no address, a standby that is booted.
const PROVEN = ['automatic', 'automatic', 'automatic'] as const;

test.each([
  ['power', 'automatic'],
  ['confirm', 'attended'],
  ['trust', 'automatic'],
] as const)('on-silence %s: a node that is silent for good is %s', (onSilence, silence) => {
  const expected = [...PROVEN, silence, 'attended', 'automatic', 'automatic'];
  const choice = { onSilence, serviceLost: 'takeover', parkingSurvivedPowerCycle: true } as const;
  expect(hows(choice)).toEqual(expected);
});

test('a dead address alone moves nothing where CList wants an alarm only', () => {
  expect(hows({ serviceLost: 'alarm' })[5]).not.toBe('automatic');
});

test('the way of a hang asks twice before it fences', () => {
  const hang = judged({})[2];
  expect(hang?.states).toEqual(['watch', 'mute', 'doubtful', 'fencing', 'taking-over']);
});

test('the shipped list keeps its promise, and more patience costs time', () => {
  for (const { how, leastMs, mostMs } of judged({})) {
    if (how !== 'automatic') continue;
    expect(mostMs).toBeLessThanOrEqual(cluster.promiseMs);
    expect(leastMs).toBeLessThanOrEqual(mostMs);
  }
  const patient = { ...target, settings: { ...target.settings, 'doubt-time': '600000' } };
  const [before, after] = [target, patient].map(
    (one) => judgeCluster(program, patterns, one, deadAfterMs)[2],
  );
  expect((after?.leastMs ?? 0) - (before?.leastMs ?? 0)).toBeGreaterThan(20_000);
});
