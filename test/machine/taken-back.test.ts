/**
 * What a boot said that was written down and never typed, what an operator's `owner` voids, and what
 * sleeps under the prompt of a node that is booted: the journal must say what the machine lives by.
 */
import { expect, test } from 'vitest';
import { recollect } from '../../src/cluster/recollection.ts';
import { MOVED_BY_HAND, World, watching } from './world.ts';

const remembered = (world: World) => recollect(world.journal, ['n1', 'n2']);

test('a boot refused at its last moment: path, parking and what is unfinished are as before', () => {
  const world = watching();
  world.site.node('n1').panic({ dumpMs: 500 });
  const isWritten = () =>
    world.journal.some(({ record }) => record.kind === 'intent' && record.verb === 'boot');
  const end = world.clock.now().at + 100_000;
  while (!isWritten()) expect(world.clock.runNext(end), world.story()).toBe(true);
  const before = world.state;
  // The proof dies between the record and the RETURN.
  world.site.console('n1').cutAll();
  world.until(() => world.journal.at(-1)?.record.kind === 'owner', 10);
  expect(remembered(world)).toMatchObject({
    owner: 'n1',
    unfinished: world.state.unfinished,
    pathIndex: world.state.pathIndex,
    parkedBeforeBoot: world.state.parkedBeforeBoot,
  });
  expect(before.unfinished).not.toBe('boot');
});

test('an operator names the owner: nobody knows how it was booted', () => {
  const world = new World({ site: { nodes: MOVED_BY_HAND } });
  world.until(() => world.stateName === 'puzzled', 240);
  world.state = { ...world.state, parkedBeforeBoot: true, pathIndex: 1, unfinished: 'takeover' };
  world.until(() => world.state.task === null, 60);
  world.operator('owner', 1);
  expect(world.replies.at(-1)?.accepted, world.replies.at(-1)?.text).toBe(true);
  const known = { owner: 'n2', parkedBeforeBoot: false, pathIndex: 0, unfinished: 'none' };
  expect(remembered(world)).toMatchObject(known);
  expect(world.state).toMatchObject({ owner: 1, parkedBeforeBoot: false, pathIndex: 0 });
});

test('a system slept on a node that is booted: it does so until its console shows a reset', () => {
  const world = watching({}, 15);
  const standby = world.site.node('n2');
  standby.typeAtPrompt('boot shared');
  const isHeld = () => remembered(world).held.includes('n2');
  expect(world.until(isHeld, 60), world.story()).toBe(true);
  world.until(() => world.stateName === 'watch', 120);
  world.site.node('n1').panic({ dumpMs: 500 });
  const back = () => world.stateName === 'watch' && world.activeName === 'n2';
  expect(world.until(back, 300), world.story()).toBe(true);
  expect(remembered(world).held).toEqual([]);
  expect(world.state.nodes[1].facts.resumable).toBeNull();
});

test('moved by hand from a node under whose prompt one may sleep: named, and the doubt stays', () => {
  const world = new World({ site: { nodes: MOVED_BY_HAND } });
  world.journal.push({ wall: 0, record: { kind: 'held', node: 'n1', held: true } });
  world.restart();
  world.until(() => world.stateName === 'puzzled' && world.state.task === null, 240);
  world.operator('owner', 1);
  expect(world.replies.at(-1)?.accepted, world.replies.at(-1)?.text).toBe(true);
  expect(world.state.nodes[0].facts.resumable).not.toBeNull();
});

test('an intent that waited for the disk says the same to memory and journal', () => {
  const world = watching();
  world.site.node('n1').panic({ dump: 'none' });
  world.until(() => world.stateName === 'fencing', 100);
  world.journalFails = true;
  world.until(() => world.state.task?.wait?.kind === 'unwritten', 60);
  // Production is back meanwhile, by hand; then there is room again.
  world.state = { ...world.state, unfinished: 'none' };
  world.journalFails = false;
  world.until(() => world.state.task?.wait?.kind !== 'unwritten', 30);
  expect(world.state.unfinished).toBe('takeover');
  expect(remembered(world).unfinished).toBe('takeover');
});

test('a boot whose record waited for the disk while somebody booted the node by hand', () => {
  const world = watching();
  world.site.node('n1').reboot();
  world.until(() => world.state.task?.frames.at(-1)?.kind === 'dialogue', 60);
  world.journalFails = true;
  expect(
    world.until(() => world.state.task?.wait?.kind === 'unwritten', 120),
    world.story(),
  ).toBe(true);
  world.site.node('n1').typeAtPrompt('boot shared');
  world.seconds(6);
  world.journalFails = false;
  world.until(() => world.stateName === 'watch', 120);
  expect(remembered(world).parkedBeforeBoot).toBe(world.state.parkedBeforeBoot);
  expect(world.state.parkedBeforeBoot).toBe(false);
});
