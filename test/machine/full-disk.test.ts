/** The journal's disk is full: nothing is done that cannot be written down, and it ends by itself. */
import { describe, expect, test } from 'vitest';
import { type World, watching } from './world.ts';

const intents = (world: World, verb: string) =>
  world.journal.filter(({ record }) => record.kind === 'intent' && record.verb === verb).length;
const resets = (world: World) =>
  world.log.filter(({ text }) => text.includes('reset n1') && !text.includes('waits')).length;

/** A takeover has begun, and stands before the first intent that cannot be written. */
function panicOnFullDisk(): World {
  const world = watching();
  world.journalFails = true;
  world.site.node('n1').panic();
  return world;
}

describe('a full disk under the journal', () => {
  test('keeps a takeover from going on, for as long as it is full', () => {
    const world = panicOnFullDisk();
    world.seconds(1800);
    expect([world.stateName, resets(world), intents(world, 'boot')]).toEqual(['fencing', 0, 0]);
    expect(world.typed[1]).not.toContain('boot /');
    expect(world.site.referee.violations).toEqual([]);
  });

  test('leaves nothing unfinished that is not written down', () => {
    const world = panicOnFullDisk();
    world.seconds(600);
    expect([world.stateName, world.state.unfinished]).toEqual(['fencing', 'none']);
    world.journalFails = false;
    world.until(() => world.state.unfinished === 'takeover', 60);
    expect(world.state.unfinished, world.story()).toBe('takeover');
  });

  test('is said once, with what waits', () => {
    const world = panicOnFullDisk();
    world.seconds(600);
    const said = world.log.filter(({ text }) => text.includes('the journal cannot be written'));
    expect(
      said.map(({ text }) => text),
      world.story(),
    ).toEqual([expect.stringContaining('fence of n1 waits')]);
  });

  test('is over: the takeover goes on without anybody, within a minute', () => {
    const world = panicOnFullDisk();
    world.seconds(600);
    world.journalFails = false;
    const back = world.until(() => world.stateName === 'watch' && world.activeName === 'n2', 60);
    expect(back, world.story()).toBe(true);
    expect(world.site.referee.violations).toEqual([]);
  });

  test('that lasts for half a day leads to no stop, either', () => {
    const world = panicOnFullDisk();
    world.seconds(12 * 3600);
    expect(world.story()).not.toContain('-> stopped');
    world.journalFails = false;
    const back = world.until(() => world.stateName === 'watch' && world.activeName === 'n2', 600);
    expect(back, world.story()).toBe(true);
  });

  test('before the boot itself: the proof is renewed before it is typed', () => {
    const world = watching();
    world.site.node('n1').panic();
    const fenced = () => world.log.some(({ text }) => text.includes('n1 is fenced'));
    expect(world.until(fenced, 200), world.story()).toBe(true);
    world.journalFails = true;
    world.seconds(300);
    expect([intents(world, 'boot'), world.activeName]).toEqual([0, 'n1']);
    world.journalFails = false;
    const back = world.until(() => world.stateName === 'watch' && world.activeName === 'n2', 120);
    expect(back, world.story()).toBe(true);
    expect(world.site.referee.violations).toEqual([]);
  });

  test('does not keep an operator from holding the cluster', () => {
    const world = panicOnFullDisk();
    world.seconds(120);
    world.operator('hold');
    expect([world.stateName, world.state.task]).toEqual(['stopped', null]);
    world.journalFails = false;
    world.seconds(120);
    expect(resets(world)).toBe(0);
  });
});
