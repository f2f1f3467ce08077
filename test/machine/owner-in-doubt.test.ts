/** A journal with a hole: an owner in doubt is none, and production comes back all the same. */
import { describe, expect, test } from 'vitest';
import { judgeBoot, judgeResume } from '../../src/machine/evidence.ts';
import { type World, watching } from './world.ts';

const WHY = 'line 7 of the journal: the checksum does not fit';
const ALARM = 'clusterd:owner';

/** The daemon is killed, and finds a hole at the end of its journal. */
function inDoubt(world: World): World {
  world.kill();
  world.journal.push({ wall: world.clock.now().wall, record: { kind: 'doubt', why: WHY } });
  world.restart();
  return world;
}

function parkedOnly(world: World): void {
  const { facts } = world.state.nodes[1];
  expect(facts.condition).toBe('firmware');
  facts.resumable = null;
  facts.sleepRuledOut = true;
  world.state = { ...world.state, net: { ...world.state.net, level: 'dead' } };
}

describe('an owner in doubt', () => {
  test('is said in the log, as an alarm with the command, and in the status', () => {
    const world = inDoubt(watching());
    expect(world.alarms.get(ALARM)).toContain(WHY);
    expect(world.story()).toContain('nobody is known to own the disk');
    expect(world.state.ownerDoubt).toBe(WHY);
  });

  test('may not be booted on a parked standby, as the owner may', () => {
    const world = watching();
    parkedOnly(world);
    expect(judgeBoot(world.engine, world.state, 0).kind).toBe('allowed');
    world.state = { ...world.state, ownerDoubt: WHY };
    expect(judgeBoot(world.engine, world.state, 0)).toEqual({
      kind: 'refused',
      why: expect.stringContaining('n2 may own the disk'),
    });
  });

  test('is not resumed', () => {
    const world = watching();
    world.state = { ...world.state, ownerDoubt: WHY };
    world.state.nodes[0].facts.resumable = { at: world.state.now, ours: true, carried: false };
    world.state.nodes[0].facts.identity = 'proven';
    expect(judgeResume(world.engine, world.state, 0)).toMatchObject({
      why: expect.stringContaining('nobody is known to own the disk'),
    });
    world.state = { ...world.state, ownerDoubt: null };
    expect(judgeResume(world.engine, world.state, 0).kind).toBe('allowed');
  });

  test('does not rule out that a system sleeps under the standby', () => {
    const world = inDoubt(watching());
    world.seconds(120);
    expect(world.state.nodes[0].facts.condition).toBe('running');
    expect(world.state.nodes[1].facts.sleepRuledOut).toBe(false);
  });

  test('ends with the word of an operator, which outlives the daemon', () => {
    const world = inDoubt(watching());
    world.seconds(60);
    world.operator('owner', 0);
    expect(world.replies.at(-1), world.story()).toMatchObject({ accepted: true });
    expect(world.state.ownerDoubt).toBe(null);
    expect(world.alarms.has(ALARM)).toBe(false);
    world.restart();
    expect([world.state.ownerDoubt, world.activeName]).toEqual([null, 'n1']);
    expect(world.alarms.has(ALARM)).toBe(false);
  });

  test('lasts over a restart of the daemon', () => {
    const world = inDoubt(watching());
    world.seconds(60);
    world.restart();
    expect(world.state.ownerDoubt).toBe(WHY);
    expect(world.alarms.get(ALARM)).toContain(WHY);
  });
});

describe('production in spite of the doubt', () => {
  test('a panic: fenced, taken over, and nobody doubts any more', () => {
    const world = inDoubt(watching());
    world.seconds(30);
    world.site.node('n1').panic();
    const back = world.until(() => world.stateName === 'watch' && world.activeName === 'n2', 600);
    expect(back, world.story()).toBe(true);
    expect(world.state.ownerDoubt).toBe(null);
    world.restart();
    expect([world.state.ownerDoubt, world.activeName]).toEqual([null, 'n2']);
    expect(world.site.referee.violations).toEqual([]);
  });

  test('both nodes at their prompts: one is booted, after both were reset', () => {
    const world = watching();
    world.kill();
    world.site.node('n1').powerOff();
    world.site.node('n2').powerOff();
    world.site.node('n1').powerOn();
    world.site.node('n2').powerOn();
    world.clock.advance(60_000);
    world.journal.push({ wall: world.clock.now().wall, record: { kind: 'doubt', why: WHY } });
    world.restart();
    const back = world.until(() => world.stateName === 'watch', 3600);
    expect(back, world.story()).toBe(true);
    expect(world.state.ownerDoubt).toBe(null);
    const reset = (name: string) => world.story().includes(`reset ${name}`);
    expect([reset('n1'), reset('n2')], world.story()).toEqual([true, true]);
  });
});
