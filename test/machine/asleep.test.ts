/**
 * A BREAK that nobody saw (the power cycle of a terminal server) leaves a healthy system asleep
 * under a bare prompt. It is woken, not reset: what sleeps there shows itself when asked.
 */
import { expect, test } from 'vitest';
import { World } from './world.ts';

const resets = (world: World) => world.site.events.filter((one) => /reset/.test(one.what)).length;

function breakUnseen(world: World, names: readonly ('n1' | 'n2')[]): void {
  for (const name of ['n1', 'n2'] as const) {
    world.site.console(name).options.mode = 'refuse';
    world.site.console(name).cutAll();
  }
  for (const name of names) world.site.node(name).spuriousBreak();
  world.seconds(5);
  for (const name of ['n1', 'n2'] as const) world.site.console(name).options.mode = 'normal';
}

test('terminal server power-cycled: the sleeping owner goes on, no node is reset', () => {
  const world = new World();
  expect(world.until(() => world.stateName === 'watch', 60)).toBe(true);
  world.seconds(30);
  breakUnseen(world, ['n1', 'n2']);
  expect(
    world.until(() => world.stateName === 'resuming', 200),
    world.story(),
  ).toBe(true);
  expect(
    world.until(() => world.stateName === 'watch', 60),
    world.story(),
  ).toBe(true);
  expect(world.site.network.serviceUp, world.story()).toBe(true);
  expect(resets(world), world.story()).toBe(0);
  expect(world.activeName).toBe('n1');
});

test('the daemon was dead meanwhile: the same', () => {
  const world = new World();
  expect(world.until(() => world.stateName === 'watch', 60)).toBe(true);
  world.kill();
  world.site.node('n1').spuriousBreak();
  world.seconds(10);
  world.restart();
  expect(
    world.until(() => world.stateName === 'watch', 200),
    world.story(),
  ).toBe(true);
  expect(world.path).toContain('resuming');
  expect(resets(world), world.story()).toBe(0);
});

test('parked at its prompt after its power came back: nothing sleeps, it is booted', () => {
  const world = new World();
  expect(world.until(() => world.stateName === 'watch', 60)).toBe(true);
  world.kill();
  world.site.node('n1').powerOff();
  world.seconds(3);
  world.site.node('n1').powerOn();
  world.seconds(10);
  world.restart();
  expect(
    world.until(() => world.stateName === 'watch', 300),
    world.story(),
  ).toBe(true);
  expect(world.typed.join('')).not.toMatch(/\bgo\r/);
  expect(world.activeName).toBe('n1');
});
