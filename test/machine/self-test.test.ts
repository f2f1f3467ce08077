/** The takeover path is rehearsed on the parked standby: RETURN, identity, a BREAK, the parked values. */
import { describe, expect, test } from 'vitest';
import { describe as statusOf } from '../../src/machine/describe.ts';
import { reaches } from './cases.ts';
import { type World, type WorldOptions, watching } from './world.ts';

const SOON: WorldOptions = { settings: { 'self-test-interval': '30000' } };
const status = (world: World) => statusOf(world.engine, world.state, world.clock.now());
const standby = (world: World) => status(world).nodes[1];

function tested(world: World): string | undefined {
  return standby(world)?.tested.find(({ dialogue }) => dialogue === 'self-test')?.failure;
}

describe('the self-test of the standby', () => {
  test('passes, with a BREAK that is seen to work; the standby is parked as before', () => {
    const world = watching(SOON, 45);
    expect(tested(world), world.story()).toBe('');
    expect(world.breaks).toEqual([1]);
    expect(standby(world)?.breakWorkedForMs).toBeLessThan(20_000);
    expect(standby(world)?.evidence.map(({ grade }) => grade)).toContain('parked');
    expect(status(world).nodes[0]?.breakWorkedForMs).toBeNull();
    expect(world.stateName).toBe('watch');
  });

  test('BREAKs get lost: alarm, until they arrive again', () => {
    const world = watching(SOON, 5);
    world.site.console('n2').options.breakLossRate = 1;
    reaches(world, (it) => it.alarms.has('self-test'), 60);
    expect(world.alarms.get('self-test')).toBe('a takeover may fail: n2: no-break');
    expect(tested(world)).toBe('no-break');
    expect(standby(world)?.breakWorkedForMs).toBeNull();
    world.site.console('n2').options.breakLossRate = 0;
    reaches(world, (it) => !it.alarms.has('self-test'), 90);
    expect(world.stateName).toBe('watch');
  });

  test('a RETURN of ours is no effect of a BREAK', () => {
    const world = watching({ settings: { 'self-test-interval': '3600000' } }, 10);
    world.site.console('n1').options.breakLossRate = 1;
    world.site.node('n1').panic({ dumpMs: 500 });
    reaches(world, (it) => it.breaks.includes(0), 100);
    world.seconds(3);
    expect(status(world).nodes[0]?.breakWorkedForMs).toBeNull();
  });

  test.each([
    ['a shared bus might mind it', { settings: { ...SOON.settings, 'scsi-initiator-id': '6' } }],
    ['CList says so', { settings: { ...SOON.settings, 'test-break': 'off' } }],
  ])('without a BREAK where %s', (_, options) => {
    const world = watching(options, 45);
    expect(tested(world)).toBeDefined();
    expect(world.breaks).toEqual([]);
  });

  test('the active node panics meanwhile: takeover', () => {
    for (let second = 29; second < 34; second++) {
      const world = watching(SOON, second);
      world.site.node('n1').panic({ dumpMs: 500 });
      reaches(world, (it) => it.activeName === 'n2' && it.stateName === 'watch', 300);
      expect(world.site.referee.violations).toEqual([]);
    }
  });
});
