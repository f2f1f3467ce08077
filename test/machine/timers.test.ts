/** What `status` says of times: only lines of the state whose condition holds. */
import { expect, test } from 'vitest';
import { describe as describeCluster } from '../../src/machine/describe.ts';
import { watching } from './world.ts';

test('a repeated dialogue whose condition does not hold is not announced', () => {
  const world = watching();
  const timers = () =>
    describeCluster(world.engine, world.state, world.clock.now()).timers.map(({ what }) => what);
  expect(timers()).toEqual(['tap on n1', 'ready on n2', 'self-test on n2']);
  world.operator('out-of-service', 1);
  expect(timers()).toEqual(['tap on n1']);
  world.operator('in-service', 1);
  expect(timers()).toEqual(['tap on n1', 'ready on n2', 'self-test on n2']);
});
