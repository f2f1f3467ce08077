/**
 * The word of a person that the active node is off counts as soon as its address is dead, not only
 * after every BREAK was tried, and also while its console cannot be reached.
 */
import { expect, test } from 'vitest';
import { World } from './world.ts';

const CONFIRM = { target: { onSilence: 'confirm' } } as const;

test.each(['mute', 'doubtful', 'fencing'])('confirmed from %s on: takeover', (state) => {
  const world = new World(CONFIRM);
  world.until(() => world.stateName === 'watch', 60);
  world.site.node('n1').powerOff();
  expect(
    world.until(() => world.stateName === state && world.state.net.level === 'dead', 400),
    world.story(),
  ).toBe(true);
  expect(
    world.until(() => confirmed(world), 35),
    world.story(),
  ).toBe(true);
  expect(
    world.until(() => world.stateName === 'watch', 200),
    world.story(),
  ).toBe(true);
  expect(world.activeName).toBe('n2');
  expect(world.path).not.toContain('ask');
});

/** Says it again while the console has only just fallen silent, as a person would. */
function confirmed(world: World): boolean {
  world.operator('confirm', 0);
  return world.replies.at(-1)?.accepted === true;
}

test('console and address lost together: an alarm names the command, the word is taken', () => {
  const world = new World(CONFIRM);
  world.until(() => world.stateName === 'watch', 60);
  world.site.console('n1').options.mode = 'refuse';
  world.site.console('n1').cutAll();
  world.site.node('n1').powerOff();
  const asked = () => world.alarms.get('production') === 'is n1 off?';
  expect(world.until(asked, 300), world.story()).toBe(true);
  world.seconds(60);
  expect(world.breaks).toEqual([]);
  world.operator('confirm', 0);
  expect(world.replies.at(-1)?.accepted, world.story()).toBe(true);
  expect(
    world.until(() => world.stateName === 'watch', 200),
    world.story(),
  ).toBe(true);
  expect(world.activeName).toBe('n2');
});

test('a word against an address that answers is not taken', () => {
  const world = new World(CONFIRM);
  world.until(() => world.stateName === 'watch', 60);
  world.site.console('n1').options.mode = 'refuse';
  world.site.console('n1').cutAll();
  expect(world.until(() => world.stateName === 'unseen', 300)).toBe(true);
  world.seconds(60);
  world.operator('confirm', 0);
  expect(world.replies.at(-1)?.accepted).toBe(false);
});

test('a word that comes too early is told when to come again, and is taken then', () => {
  const world = new World(CONFIRM);
  world.until(() => world.stateName === 'watch', 60);
  world.site.node('n1').powerOff();
  world.until(() => world.stateName === 'mute' && world.state.net.level === 'dead', 400);
  world.operator('confirm', 0);
  const wait = Number(/say it again in (\d+) s$/.exec(world.replies.at(-1)?.text ?? '')?.[1]);
  expect(wait, world.story()).toBeGreaterThan(0);
  world.seconds(wait - 1);
  world.operator('confirm', 0);
  expect(world.replies.at(-1)?.accepted, world.story()).toBe(false);
  world.seconds(1);
  world.operator('confirm', 0);
  expect(world.replies.at(-1)?.accepted, world.story()).toBe(true);
});

test('a word that a state does not take is told what the state does', () => {
  const world = new World(CONFIRM);
  world.until(() => world.stateName === 'watch', 60);
  world.operator('go');
  const { summary = '' } = world.engine.program.states[world.state.current] ?? {};
  expect(world.replies.at(-1)).toMatchObject({ accepted: false });
  expect(world.replies.at(-1)?.text).toContain(`the state watch (${summary}) has no use for it`);
});
