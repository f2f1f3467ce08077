/** What the cases of this room say of a world, in words: where it gets, and that nothing is touched. */
import { expect } from 'vitest';
import type { World } from './world.ts';

export const onN1 = (world: World) => world.stateName === 'watch' && world.activeName === 'n1';
export const onN2 = (world: World) => world.stateName === 'watch' && world.activeName === 'n2';

/** Gets there within so many simulated seconds, with a daemon that lives and never two mounts. */
export function reaches(world: World, condition: (world: World) => boolean, seconds: number): void {
  const there = world.until(() => condition(world) && !world.killed, seconds);
  expect(there, world.story()).toBe(true);
  expect(world.site.referee.violations, world.story()).toEqual([]);
}

/** For so long no BREAK is sent, no owner changes, and what is mounted stays mounted. */
export function quietly(world: World, seconds: number): void {
  const breaks = world.breaks.length;
  const mounts = world.site.disk.mounts.length;
  const { activeName } = world;
  world.seconds(seconds);
  expect(world.breaks.length, world.story()).toBe(breaks);
  expect(world.site.disk.mounts.length, world.story()).toBe(mounts);
  expect(world.activeName, world.story()).toBe(activeName);
}
