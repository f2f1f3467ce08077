/**
 * Swapped consoles are reported as that, everywhere where somebody may look: alarm, log, the reason of
 * the state, status. And taken back when they are put right.
 */
import { describe, expect, test } from 'vitest';
import { describe as statusOf } from '../../src/machine/describe.ts';
import { reaches } from './cases.ts';
import { type World, watching } from './world.ts';

const CABLES = 'identity:lines';
const status = (world: World) => statusOf(world.engine, world.state, world.clock.now());
const hostId = (world: World, name: string) => world.site.node(name).hostId;

function swapped(world: World, ...shown: readonly string[]): string {
  const other = (name: string) => (name === 'n1' ? 'n2' : 'n1');
  const lines = shown.map(
    (name) => `the line of ${name} shows ${hostId(world, other(name))}, which is ${other(name)}'s`,
  );
  return `the consoles of n1 and n2 are swapped: ${lines.join(', and ')}`;
}

describe('swapped consoles', () => {
  test('are named in alarm, log, reason and status', () => {
    const world = watching({}, 10);
    world.swapCables();
    reaches(world, (it) => it.alarms.has(CABLES), 400);
    expect(world.alarms.get(CABLES)).toBe(swapped(world, 'n1'));
    reaches(world, (it) => ['stopped', 'puzzled'].includes(it.stateName), 400);
    expect(world.log.map(({ text }) => text).join('\n')).toContain(swapped(world, 'n1'));
    const { cables, nodes } = status(world);
    expect(cables).toBe(swapped(world, 'n1'));
    expect(nodes[0]).toMatchObject({ identity: 'contradicted', identityShownIs: 'n2' });
    expect(nodes[0]?.identityForMs).toBeGreaterThanOrEqual(0);
    expect(world.site.referee.violations).toEqual([]);
  });

  test('put right and released: nothing is said of them any more', () => {
    const world = watching({}, 10);
    world.swapCables();
    reaches(world, (it) => it.alarms.has(CABLES), 400);
    world.seconds(60);
    world.swapCables();
    world.operator('hold');
    world.operator('release');
    reaches(world, (it) => it.stateName === 'watch', 400);
    expect(world.alarms.has(CABLES), world.story()).toBe(false);
    expect(status(world).cables).toBeNull();
  });

  test('a stranger on a line is no swap', () => {
    const world = watching({ target: {} }, 10);
    const { engine } = world;
    const [first, second] = engine.target.nodes;
    const nodes = [first, { ...second, identity: '80ffffff' }] as const;
    Object.assign(engine, { target: { ...engine.target, nodes } });
    reaches(world, (it) => it.alarms.has(CABLES), 600);
    const shown = hostId(world, 'n2');
    expect(world.alarms.get(CABLES)).toBe(
      `the line of n2 shows ${shown}, not 80ffffff: another machine, or one that lost its identity`,
    );
  });
});

test('a proof of identity has an age', () => {
  const world = watching({}, 10);
  const before = status(world).nodes[1];
  expect(before).toMatchObject({ identity: 'proven', identityShownIs: null });
  expect(before?.identityForMs).toBeGreaterThan(0);
});
