import { expect, test } from 'vitest';
import { timesOf } from '../../src/drill/takeover-times.ts';
import type { Happening, What } from '../../src/history/happening.ts';

const at = (wall: number, what: What): Happening => ({ wall, source: 'both', what, evidence: '' });
const state = (wall: number, name: string) => at(wall, { kind: 'state', state: name, why: '' });
const boot = (wall: number, node: string) =>
  at(wall, { kind: 'deed', deed: 'boot', node, path: '/disk' });

const STORY: readonly Happening[] = [
  state(1_200, 'mute'),
  at(3_000, { kind: 'seen', node: 'n1', what: 'n1 is now held (stopped by a BREAK)' }),
  at(5_000, { kind: 'proof', node: 'n1', what: 'n1 is fenced' }),
  boot(5_500, 'n2'),
  at(6_000, { kind: 'typed-boot' }),
  at(9_000, { kind: 'production', node: 'n2', why: 'production is back' }),
  state(9_000, 'watch'),
  at(9_400, { kind: 'seen', node: null, what: 'service address alive' }),
];

test('each part is counted from the fault, the service although it answers later', () => {
  expect(timesOf(STORY, 'hang n1', 1_000, 'n2')).toEqual({
    fault: 'hang n1',
    node: 'n2',
    noticedMs: 200,
    heldMs: 2_000,
    provenMs: 4_000,
    bootTypedMs: 5_000,
    serviceMs: 8_400,
    loginMs: 8_000,
  });
});

test('what a later takeover did is not counted to this one', () => {
  const later = [state(20_000, 'mute'), boot(25_000, 'n1'), state(26_000, 'watch')];
  expect(timesOf([...STORY, ...later], 'hang n1', 1_000, 'n2').loginMs).toBe(8_000);
});

test('nothing is invented where nothing tells', () => {
  const times = timesOf([state(1_200, 'mute')], 'hang n1', 1_000, 'n2');
  expect(Object.values(times).filter((value) => typeof value === 'number')).toEqual([]);
});
