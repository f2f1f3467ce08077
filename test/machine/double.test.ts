/** Ways that once ended, or nearly, with two systems on one disk. None may. */
import { expect, test } from 'vitest';
import { judgeBoot } from '../../src/machine/evidence.ts';
import { MOVED_BY_HAND, World, watching } from './world.ts';

const clean = (world: World) => expect(world.site.referee.violations, world.story()).toEqual([]);

test('stray BREAK, a person types `banner` to see which machine it is, then asks for a switchover', () => {
  const world = watching({}, 15);
  world.site.node('n1').spuriousBreak();
  world.seconds(1);
  world.site.node('n1').typeAtPrompt('banner');
  world.seconds(1);
  world.operator('switchover');
  world.seconds(120);
  clean(world);
});

test.each([0, 200, 1000, 1500, 2000, 2500])(
  'no operator word at all: a hang, our BREAK, and %i ms later a watcher types `banner`',
  (ms) => {
    const world = watching({}, 15);
    world.site.node('n1').hang();
    const held = () => world.site.node('n1').machine.isHeld;
    expect(world.until(held, 200), world.story()).toBe(true);
    world.clock.advance(ms);
    expect(held()).toBe(true);
    world.site.node('n1').typeAtPrompt('banner');
    world.seconds(120);
    clean(world);
  },
);

test('console silent, address ALIVE, switchover, then a mistaken confirm in ask', () => {
  const world = watching({ target: { onSilence: 'confirm' } }, 15);
  world.site.console('n1').options.mode = 'half-open';
  expect(
    world.until(() => world.stateName === 'mute', 200),
    world.story(),
  ).toBe(true);
  world.operator('switchover');
  expect(
    world.until(() => world.stateName === 'ask', 400),
    world.story(),
  ).toBe(true);
  expect(world.state.net.level).toBe('alive');
  world.seconds(40);
  world.operator('confirm', 0);
  world.seconds(120);
  clean(world);
});

test('moved by hand to n2, which is then said to be out of service (do not touch it)', () => {
  const world = new World({ site: { nodes: MOVED_BY_HAND } });
  expect(
    world.until(() => world.stateName === 'puzzled', 200),
    world.story(),
  ).toBe(true);
  world.operator('out-of-service', 1);
  world.seconds(5);
  world.kill();
  world.restart();
  world.seconds(200);
  expect(world.state.net.level).toBe('alive');
  clean(world);
});

test('unproven: console of n2 (which serves) unreachable, address alive, a mistaken confirm', () => {
  const world = new World({ site: { nodes: MOVED_BY_HAND }, target: { onSilence: 'confirm' } });
  world.site.console('n2').options.mode = 'refuse';
  world.site.console('n2').cutAll();
  expect(
    world.until(() => world.stateName === 'unproven', 300),
    world.story(),
  ).toBe(true);
  expect(world.state.net.level).toBe('alive');
  world.operator('confirm', 1);
  world.seconds(100);
  clean(world);
});

test('the plug of another machine: power says off while the service address still answers', () => {
  const world = watching({}, 15);
  world.powerLie = 'off';
  world.site.console('n1').options.mode = 'half-open';
  expect(
    world.until(() => world.stateName === 'mute', 200),
    world.story(),
  ).toBe(true);
  world.operator('switchover');
  world.seconds(200);
  clean(world);
});

test('the monitor itself was suspended for an hour: a proof of 30 s is an hour old', () => {
  const world = watching({}, 15);
  world.state = { ...world.state, net: { ...world.state.net, level: 'dead' } };
  world.state.nodes[0].facts.offAt = world.state.now;
  world.state.nodes[0].facts.offBytes = 0;
  expect(judgeBoot(world.engine, world.state, 1).kind).toBe('allowed');
  world.feed({ kind: 'stall', lateMs: 3_600_000 });
  expect(judgeBoot(world.engine, world.state, 1).kind).not.toBe('allowed');
});
