/**
 * Production runs on the node that the journal does not call the owner, and a BREAK that nobody saw
 * (the terminal server's power cycle) suspended it. It sleeps with the disk.
 */
import { expect, test } from 'vitest';
import { MOVED_BY_HAND, World } from './world.ts';

test('first start (owner only assumed): a suspended system on the other node is not "parked"', () => {
  const world = new World({ site: { nodes: MOVED_BY_HAND } });
  world.kill(); // The daemon has not seen anything yet.
  world.site.node('n2').spuriousBreak();
  world.seconds(5);
  world.restart();
  world.seconds(200);
  expect(world.site.referee.violations, world.story()).toEqual([]);
});

test('puzzled, daemon killed, a BREAK meanwhile, daemon back: no boot beside a suspended system', () => {
  const world = new World({ site: { nodes: MOVED_BY_HAND } });
  expect(
    world.until(() => world.stateName === 'puzzled', 200),
    world.story(),
  ).toBe(true);
  world.seconds(30);
  world.kill();
  world.site.node('n2').spuriousBreak();
  world.seconds(5);
  world.restart();
  world.seconds(200);
  expect(world.site.referee.violations, world.story()).toEqual([]);
});

test('puzzled, the terminal server is power-cycled (BREAK on its lines), operator says go', () => {
  const world = new World({ site: { nodes: MOVED_BY_HAND } });
  expect(
    world.until(() => world.stateName === 'puzzled', 200),
    world.story(),
  ).toBe(true);
  world.seconds(30);
  for (const name of ['n1', 'n2']) world.site.console(name).cutAll();
  world.site.node('n2').spuriousBreak();
  world.seconds(60);
  world.operator('go');
  world.seconds(200);
  expect(world.site.referee.violations, world.story()).toEqual([]);
});

test('the owner was moved by hand while the daemon was down, then suspended: journal says n1', () => {
  const world = new World();
  expect(world.until(() => world.stateName === 'watch', 200)).toBe(true);
  world.seconds(20);
  world.kill();
  // People take over by hand: n1 is halted, n2 booted. Then a BREAK.
  world.site.node('n1').halt();
  world.seconds(5);
  world.site.node('n2').typeAtPrompt('boot shared');
  world.seconds(10);
  world.site.node('n2').spuriousBreak();
  world.seconds(5);
  world.restart();
  world.seconds(200);
  expect(world.site.referee.violations, world.story()).toEqual([]);
});
