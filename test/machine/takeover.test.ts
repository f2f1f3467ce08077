import { expect, test } from 'vitest';
import { World } from './world.ts';

test('a panic of the active node ends in a takeover', () => {
  const world = new World();
  expect(
    world.until(() => world.stateName === 'watch', 120),
    world.story(),
  ).toBe(true);
  world.site.node('n1').panic();
  const back = world.until(() => world.stateName === 'watch' && world.activeName === 'n2', 300);
  expect(back, world.story()).toBe(true);
  expect(world.site.referee.violations).toEqual([]);
  console.log(world.story());
});
