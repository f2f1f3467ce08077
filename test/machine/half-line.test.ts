/**
 * Half a line behind a firmware prompt: somebody's, which our RETURN must not run, or a mere shadow,
 * left on the screen because the characters that erased it got lost.
 */
import { expect, test } from 'vitest';
import { type World, watching } from './world.ts';

const SOON = { settings: { 'standby-interval': '20000' } } as const;

const looksGood = (world: World, since: number) =>
  world.log.some((one) => one.at > since && one.text.includes('ready on n2: done'));

test('a shadow: the machine has nothing on its line, and RETURN is pressed', () => {
  const world = watching(SOON, 2);
  world.site.console('n2').fromNode('b a');
  const since = world.clock.now().at;
  expect(
    world.until(() => looksGood(world, since), 60),
    world.story(),
  ).toBe(true);
  expect(world.alarms.has('standby')).toBe(false);
});

test('a real half line is never run, though CTRL-U gets lost for a while', () => {
  const world = watching(SOON, 2);
  const { machine } = world.site.node('n2');
  const receive = machine.receive.bind(machine);
  let returns = 0;
  let lossy = true;
  machine.receive = (text) => {
    if (lossy && text.includes('\r')) returns += 1;
    receive(lossy ? text.replaceAll('\x15', '') : text);
  };
  machine.receive('boot shared');
  world.seconds(60);
  expect(returns, world.story()).toBe(0);
  expect(world.alarms.has('standby')).toBe(true);
  lossy = false;
  const since = world.clock.now().at;
  expect(
    world.until(() => looksGood(world, since), 60),
    world.story(),
  ).toBe(true);
  expect(world.path).not.toContain('standby-loose');
  expect(world.site.referee.violations).toEqual([]);
});
