/** No boot goes to a console that has shown another identity since it was proven. */
import { expect, test } from 'vitest';
import { judgeBoot } from '../../src/machine/evidence.ts';
import { cloneState } from '../../src/machine/state.ts';
import { watching } from './world.ts';

test('a foreign identity on the line refuses a boot that everything else permits', () => {
  const world = watching({ settings: { 'standby-interval': '20000' } }, 30);
  const { engine } = world;
  expect(judgeBoot(engine, world.state, 0).kind, world.story()).toBe('allowed');
  const state = cloneState(world.state);
  state.nodes[0].facts.identityShown = 'ffffffff';
  expect(judgeBoot(engine, state, 0)).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('ffffffff'),
  });
});
