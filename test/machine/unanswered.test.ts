/**
 * A connection that stays up and carries nothing: a person boots the parked node and nobody sees it.
 * While it does not answer and the service address does, its parking lets nobody boot.
 */
import { expect, test } from 'vitest';
import { judgeBoot } from '../../src/machine/evidence.ts';
import { type World, watching } from './world.ts';

const verdict = (world: World) => judgeBoot(world.engine, world.state, 0);

/** The standby's console goes silent until the daemon has asked in vain. */
function silenced(): World {
  const world = watching({}, 15);
  expect(verdict(world).kind).toBe('allowed');
  world.site.console('n2').options.mode = 'half-open';
  world.until(() => world.state.nodes[1].facts.unanswered, 200);
  expect(world.state.nodes[1].channel).toBe('connected');
  return world;
}

test('the service address answers: it may be the node that does not answer', () => {
  const world = silenced();
  expect(world.state.net.level).toBe('alive');
  expect(verdict(world)).toMatchObject({ kind: 'refused', alive: true });
});

test('the address is dead: a parked node without power still lets the owner boot again', () => {
  const world = silenced();
  world.state = { ...world.state, net: { ...world.state.net, level: 'dead' } };
  expect(verdict(world).kind).toBe('allowed');
});

test('it answers again, and counts again', () => {
  const world = silenced();
  world.site.console('n2').options.mode = 'normal';
  world.until(() => !world.state.nodes[1].facts.unanswered, 200);
  expect(verdict(world).kind).toBe('allowed');
});
