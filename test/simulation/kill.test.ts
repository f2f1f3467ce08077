/**
 * The daemon is killed right before each single effect of a takeover, and started again; then once
 * more at each effect of what the second daemon does. Never two mounts, and production runs in the
 * end without a person.
 */
import { describe, expect, test } from 'vitest';
import { World, type WorldOptions } from '../machine/world.ts';

const TROUBLES: readonly {
  readonly name: string;
  readonly options: WorldOptions;
  readonly strike: (world: World) => void;
}[] = [
  { name: 'panic', options: {}, strike: (world) => world.site.node('n1').panic({ dumpMs: 500 }) },
  { name: 'power failure', options: {}, strike: (world) => world.site.node('n1').powerOff() },
  {
    name: 'broken first path',
    options: {},
    strike: (world) => {
      world.site.disk.setLabel('d1', false);
      world.site.node('n1').panic({ dumpMs: 500 });
    },
  },
];

function struck(options: WorldOptions, strike: (world: World) => void): World {
  const world = new World(options);
  world.until(() => world.stateName === 'watch', 240);
  world.seconds(15);
  strike(world);
  return world;
}

const serves = (world: World) => world.site.network.serviceUp && world.stateName === 'watch';

describe('killed before any effect', () => {
  for (const { name, options, strike } of TROUBLES) {
    const calm = struck(options, strike);
    const first = calm.effectCount;
    calm.seconds(3);
    calm.until(() => serves(calm), 400);
    const last = calm.effectCount;

    test(`${name}: there is a takeover of ${last - first} effects to be killed in`, () => {
      expect(serves(calm), calm.story()).toBe(true);
      expect(last - first).toBeGreaterThan(100);
    });

    for (let kill = first; kill < last; kill += 1) {
      test(`${name}: before effect ${kill - first}`, () => {
        const world = struck(options, (other) => {
          other.diesBefore = kill;
          strike(other);
        });
        world.seconds(5);
        expect(
          world.until(() => serves(world) && !world.killed, 900),
          world.story(),
        ).toBe(true);
        expect(world.site.referee.violations, world.story()).toEqual([]);
      });
    }
  }
});

describe('killed twice', () => {
  const every = Number(process.env.KILL_EVERY ?? 37);
  for (let kill = 0; kill < 400; kill += every) {
    for (let again = 5; again < 200; again += every) {
      test(`before effect ${kill} and ${again} effects later`, () => {
        const world = struck({}, (other) => {
          other.diesBefore = other.effectCount + kill;
          other.site.node('n1').panic({ dumpMs: 500 });
        });
        world.until(() => world.killed, 200);
        world.seconds(5);
        world.diesBefore = world.effectCount + again;
        world.seconds(20);
        expect(
          world.until(() => serves(world) && !world.killed, 900),
          world.story(),
        ).toBe(true);
        expect(world.site.referee.violations, world.story()).toEqual([]);
      });
    }
  }
});
