/** Somebody sets the wall clock forward by hours: it looks like a stall, and no timer may wait for it. */
import { expect, test } from 'vitest';
import { watching } from './world.ts';

const HOURS = 9 * 3_600_000;

test('the active node is tapped on, and a crash is answered in time', () => {
  const world = watching({}, 15);
  const taps = () => world.typed[0].length;
  world.feed({ kind: 'stall', lateMs: HOURS });
  const before = taps();
  expect(
    world.until(() => taps() > before, 30),
    world.story(),
  ).toBe(true);
  world.site.node('n1').panic({ dumpMs: 500 });
  world.seconds(4);
  world.feed({ kind: 'stall', lateMs: HOURS });
  const back = () => world.stateName === 'watch' && world.activeName === 'n2';
  expect(world.until(back, 200), world.story()).toBe(true);
});

test('an expectation that waits ends in its own time', () => {
  const world = watching({}, 15);
  world.site.node('n1').hang({ kind: 'silent' });
  world.until(() => world.state.task?.wait?.kind === 'expect', 60);
  world.feed({ kind: 'stall', lateMs: HOURS });
  expect(
    world.until(() => world.stateName === 'mute', 60),
    world.story(),
  ).toBe(true);
});
