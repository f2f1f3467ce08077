/** What the machine decides may not depend on how the bytes of a console were cut into chunks. */
import { describe, expect, test } from 'vitest';
import { type MachineState, start, step } from '../../src/machine/machine.ts';
import { EMPTY_RECOLLECTION, type Event, type MachineEffect } from '../../src/machine/protocol.ts';
import { World } from './world.ts';

function recordTakeover(): World {
  const world = new World();
  world.until(() => world.stateName === 'watch', 120);
  world.seconds(15);
  world.site.node('n1').panic();
  const back = world.until(() => world.activeName === 'n2' && world.stateName === 'watch', 300);
  expect(back, world.story()).toBe(true);
  return world;
}

/** The same console bytes at the same times, each chunk cut into pieces of `size`. */
function cut(events: readonly Event[], size: number): Event[] {
  return events.flatMap((event) => {
    if (event.kind !== 'bytes') return [event];
    const pieces: Event[] = [];
    for (let from = 0; from < event.data.length; from += size) {
      pieces.push({ ...event, data: event.data.slice(from, from + size) });
    }
    return pieces;
  });
}

function replay(world: World, events: readonly Event[]) {
  const first = events[0];
  if (first === undefined) throw new Error('nothing was recorded');
  let state: MachineState = start(
    world.engine,
    { ...EMPTY_RECOLLECTION, armed: true },
    {
      at: 0,
      wall: first.wall,
    },
  ).state;
  const effects: MachineEffect[] = [];
  for (const event of events) {
    const stepped = step(world.engine, state, event);
    state = stepped.state;
    effects.push(...stepped.effects);
  }
  return { state, effects };
}

describe('cutting', () => {
  const world = recordTakeover();

  test('replaying the recorded events gives the recorded effects', () => {
    expect(replay(world, world.events).effects).toEqual(world.effects);
  });

  for (const size of [1, 2, 3, 7]) {
    test(`chunks cut into pieces of ${size} give the same effects and the same end`, () => {
      const whole = replay(world, world.events);
      const pieces = replay(world, cut(world.events, size));
      expect(pieces.effects).toEqual(whole.effects);
      expect(pieces.state).toEqual(whole.state);
    });
  }
});

test('an endless line is cut, and said to be cut once', () => {
  const world = new World();
  world.until(() => world.stateName === 'watch', 120);
  world.seconds(10);
  for (let chunk = 0; chunk < 8; chunk++) {
    world.feed({ kind: 'bytes', node: 0, data: 'x'.repeat(3000) });
  }
  const said = world.log.filter((one) => one.text.includes('longer than'));
  expect(said.length, world.story()).toBe(1);
});

test('step never changes the state it is given', () => {
  const world = recordTakeover();
  const first = world.events[0];
  let state = start(
    world.engine,
    { ...EMPTY_RECOLLECTION, armed: true },
    { at: 0, wall: first?.wall ?? 0 },
  ).state;
  for (const event of world.events) {
    const before = JSON.stringify(state);
    const stepped = step(world.engine, state, event);
    expect(JSON.stringify(state)).toBe(before);
    state = stepped.state;
  }
});
