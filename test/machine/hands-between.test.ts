/** Somebody types at a firmware prompt between two keys of ours: what was proven there and what was not. */
import { expect, test } from 'vitest';
import { evidenceOf } from '../../src/machine/evidence.ts';
import type { NodeIndex } from '../../src/machine/protocol.ts';
import { type World, watching } from './world.ts';

const SOON = { settings: { 'standby-interval': '20000' } } as const;
const N1: NodeIndex = 0;
const N2: NodeIndex = 1;

const asleepOn = (world: World, node: NodeIndex) => world.state.nodes[node].facts.resumable;
const gradesOf = (world: World, node: NodeIndex) =>
  evidenceOf(world.engine, world.state, node).map(({ grade }) => grade);

function stepUntil(world: World, condition: () => boolean): void {
  for (let step = 0; step < 20_000 && !condition(); step++) world.seconds(0.01);
  expect(condition(), world.story()).toBe(true);
}

test('a value that is changed after it was shown, and before its prompt is one, is not read', () => {
  const world = watching(SOON, 2);
  world.typed[N2] = '';
  stepUntil(world, () => world.typed[N2].endsWith('printenv auto-boot?\r'));
  world.seconds(0.05);
  world.site.node('n2').typeAtPrompt('setenv auto-boot? true');
  const since = world.clock.now().at;
  stepUntil(world, () =>
    world.log.some(({ at, text }) => at > since && text.includes('ready on n2:')),
  );
  expect(gradesOf(world, N2), world.story()).not.toContain('parked');
  world.seconds(60);
  expect(world.path).toContain('parking');
  expect(gradesOf(world, N2)).toContain('parked');
});

test.each(['boot', 'go'])(
  '%s without its RETURN wakes nobody: who sleeps there sleeps on',
  (line) => {
    const world = watching({}, 2);
    world.site.node('n1').spuriousBreak();
    world.seconds(1);
    expect(asleepOn(world, N1)).not.toBeNull();
    world.site.node('n1').machine.receive(line);
    world.seconds(1);
    expect(asleepOn(world, N1), world.story()).not.toBeNull();
    const written = world.journal.findLast(({ record }) => record.kind === 'held');
    expect(written?.record).toMatchObject({ node: 'n1', held: true });
  },
);

test('a device that said off before the console wrote is asked again, and not believed', () => {
  const world = watching({}, 2);
  world.site.node('n1').hang({ ignoresBreak: true });
  world.powerLie = 'off';
  const asked = () => world.effects.filter(({ kind }) => kind === 'power').length;
  stepUntil(world, () => asked() > 0);
  world.seconds(0.2);
  world.site.console('n1').fromNode('\r\nSun Fire V240, No Keyboard\r\n');
  stepUntil(world, () => asked() > 1);
  world.site.console('n1').fromNode('\r\nSun Fire V240, No Keyboard\r\n');
  world.seconds(1);
  expect(gradesOf(world, N1), world.story()).not.toContain('off');
  expect(world.log.some(({ text }) => text.includes('its console does not'))).toBe(true);
});

test('a suspended owner does not go on beside a node that was booted by hand meanwhile', () => {
  const world = watching({}, 2);
  world.operator('hold');
  world.site.node('n1').spuriousBreak();
  world.seconds(2);
  world.site.node('n2').typeAtPrompt('boot shared');
  world.seconds(20);
  world.site.node('n2').spuriousBreak();
  world.seconds(2);
  world.operator('release');
  world.seconds(120);
  expect(world.typed[N1], world.story()).not.toMatch(/(^|\r)go\r?/);
});
