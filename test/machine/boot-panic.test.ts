/**
 * A node that panics while it boots still writes its dump: no BREAK before that is over, and then
 * the next boot path, not the other node.
 */
import { expect, test } from 'vitest';
import { World } from './world.ts';

test('the new active node panics in its boot: its dump ends before anything is typed', () => {
  const world = new World();
  world.until(() => world.stateName === 'watch', 60);
  world.site.node('n1').panic();
  expect(
    world.until(() => world.site.disk.mountOf('n2') !== null, 400),
    world.story(),
  ).toBe(true);
  const breaks = world.breaks.length;
  world.site.node('n2').panic({ dumpMs: 40_000 });
  world.seconds(35);
  expect(world.breaks.length, world.story()).toBe(breaks);
  expect(world.typed[1].includes('setenv'), world.story()).toBe(false);
  expect(
    world.until(() => world.stateName === 'watch', 300),
    world.story(),
  ).toBe(true);
  expect(world.activeName).toBe('n2');
  expect(world.path).toContain('next-path');
  expect(world.site.events.filter((one) => /dump has ended/.test(one.what)).length).toBe(2);
});
