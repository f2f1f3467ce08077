/** What a console shows against a proof counts, though it is nothing that a script could wait for. */
import { describe, expect, test } from 'vitest';
import { Bulk } from '../../src/machine/bulk.ts';
import { evidenceOf } from '../../src/machine/evidence.ts';
import { emptyFacts, recordFact } from '../../src/machine/facts.ts';
import { step } from '../../src/machine/machine.ts';
import { type World, watching } from './world.ts';

const grades = (world: World, node: 0 | 1) =>
  evidenceOf(world.engine, world.state, node).map((one) => one.grade);

describe("a system's prompt at which the console did not fall quiet", () => {
  const PASSING = '\r\nprod console login: \r\nINIT: New run level: 6\r\n';

  test('ends what was proven at the prompt of the firmware', () => {
    const world = watching({}, 15);
    expect(grades(world, 1)).toContain('parked');
    world.feed({ kind: 'bytes', node: 1, data: PASSING });
    expect(grades(world, 1), world.story()).toEqual([]);
  });

  test('is no text of which nothing can come', () => {
    const { engine, state } = watching({}, 15);
    const { now, wall } = state;
    expect(new Bulk(engine).take(state, 1, PASSING, now + 1, wall)).toBe(false);
    expect(new Bulk(engine).take(state, 1, '\r\nnothing much\r\n', now + 1, wall)).toBe(true);
  });

  test('says nothing new of a node that is known to run', () => {
    const world = watching({}, 15);
    const { condition } = world.state.nodes[0].facts;
    world.feed({ kind: 'bytes', node: 0, data: PASSING });
    expect(world.state.nodes[0].facts.condition).toBe(condition);
  });
});

test("an identity that is nobody's ends what was read back, whatever is shown after it", () => {
  const world = watching({}, 15);
  expect(grades(world, 1)).toContain('parked');
  const shows = (id: string) => `\r\nEthernet address 0:3:ba:a5:4f:12, Host ID: ${id}.\r\n`;
  world.state.nodes[1].facts.asked = true; // None of a reset: nothing else is to end it.
  world.feed({ kind: 'bytes', node: 1, data: shows('83a54f52') });
  expect(grades(world, 1), world.story()).not.toContain('parked');
  world.feed({ kind: 'bytes', node: 1, data: shows(world.engine.target.nodes[1].identity) });
  expect(grades(world, 1), world.story()).not.toContain('parked');
});

test('a banner that comes before ours was entered is that of a reset', () => {
  const world = watching({ settings: { 'standby-interval': '20000' } }, 2);
  const node = world.site.node('n2');
  const receive = node.machine.receive.bind(node.machine);
  let typed = '';
  let count = 0;
  node.machine.receive = (text) => {
    typed = (typed + text).slice(-6);
    if (typed !== 'banner') return receive(text);
    typed = '';
    count += 1;
    // It resets before it has echoed the last letter.
    if (count === 1) node.machine.watchdogReset();
    else receive(text);
  };
  expect(
    world.until(() => count === 3, 60),
    world.story(),
  ).toBe(true);
  expect(world.state.nodes[1].bannerAt, world.story()).not.toBeNull();
  expect(grades(world, 1)).not.toContain('parked');
});

test('a machine whose system has ended and that could go on all the same: doubt, but no `go`', () => {
  const facts = emptyFacts();
  recordFact(facts, 'ended', 1_000);
  recordFact(facts, 'held', 2_000);
  expect(facts.resumable).toMatchObject({ carried: true });
});

test('an address that falls silent brings no verdict of time: input may wait to be read', () => {
  const world = watching();
  world.site.node('n1').panic({ stallsAtPercent: 40 });
  expect(
    world.until(() => world.stateName === 'crash', 60),
    world.story(),
  ).toBe(true);
  const at = world.state.now + 3_600_000;
  const wall = world.state.wall + 3_600_000;
  const nameOf = (state: typeof world.state) => world.engine.program.states[state.current]?.name;
  const told = step(world.engine, world.state, {
    kind: 'net',
    level: 'dead',
    detail: 'no answer',
    at,
    wall,
  });
  expect(nameOf(told.state)).toBe('crash');
  const later = step(world.engine, told.state, { kind: 'time', at, wall });
  expect(nameOf(later.state)).not.toBe('crash');
});
