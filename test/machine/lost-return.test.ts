/**
 * A RETURN that got lost on the way: the line stands behind its prompt and nothing comes back. It is
 * pressed once more, where the law still allows the line, and never after a byte has come.
 */
import { expect, test } from 'vitest';
import { type World, watching } from './world.ts';

/** The machine does not get the next RETURNs behind this line, or another character instead. */
function swallowReturns(
  world: World,
  node: 'n1' | 'n2',
  line: RegExp,
  count: number,
  instead = '',
): () => number {
  const { machine } = world.site.node(node);
  const receive = machine.receive.bind(machine);
  let typed = '';
  let left = count;
  machine.receive = (text) => {
    let passed = '';
    for (const char of text) {
      const lost = char === '\r' && left > 0 && line.test(typed);
      if (lost) left -= 1;
      passed += lost ? instead : char;
      if (char !== '\r') typed = char === '\x15' ? '' : typed + char;
      else if (!lost) typed = '';
    }
    receive(passed);
  };
  return () => count - left;
}

const onN2 = (world: World) => world.stateName === 'watch' && world.activeName === 'n2';

function taken(world: World, seconds: number): void {
  expect(
    world.until(() => onN2(world), seconds),
    world.story(),
  ).toBe(true);
  expect(world.site.referee.violations, world.story()).toEqual([]);
}

const boots = (world: World) =>
  world.site.events.filter((one) => / boots from/.test(` ${one.what}`) && one.node === 'n2');

test('after `boot`: pressed again, no path is used up', () => {
  const world = watching({ target: { onSilence: 'confirm' } }, 10);
  const lost = swallowReturns(world, 'n2', /^boot /, 1);
  world.site.node('n1').panic({ dumpMs: 1000 });
  taken(world, 100);
  expect(lost()).toBe(1);
  expect(world.path).not.toContain('next-path');
  expect(boots(world).length).toBe(1);
});

test('after `boot`, twice: the limit is waited out, and then the next path is taken', () => {
  const world = watching({ target: { onSilence: 'confirm' } }, 10);
  const lost = swallowReturns(world, 'n2', /^boot /, 2);
  world.site.node('n1').panic({ dumpMs: 1000 });
  taken(world, 300);
  expect(lost()).toBe(2);
  expect(world.path).toContain('next-path');
});

test('not when the proof has ended meanwhile', () => {
  const world = watching({ target: { onSilence: 'confirm' } }, 10);
  const lost = swallowReturns(world, 'n2', /^boot /, 1);
  world.site.node('n1').panic({ dumpMs: 1000 });
  expect(world.until(() => lost() === 1, 100)).toBe(true);
  world.site.console('n1').fromNode('what nobody asked for '.repeat(20));
  world.seconds(10);
  expect(boots(world).length, world.story()).toBe(0);
  expect(world.log.some((one) => one.text.includes('not pressed again'))).toBe(true);
});

test('nor when the fenced node is booted by hand meanwhile', () => {
  const world = watching({ target: { onSilence: 'confirm' } }, 10);
  const lost = swallowReturns(world, 'n2', /^boot /, 1);
  world.site.node('n1').panic({ dumpMs: 1000 });
  expect(world.until(() => lost() === 1, 100)).toBe(true);
  world.site.node('n1').typeAtPrompt('boot shared');
  taken(world, 300);
});

test('not when anything came back', () => {
  const world = watching({ target: { onSilence: 'confirm' } }, 10);
  const lost = swallowReturns(world, 'n2', /^boot /, 1);
  world.site.node('n1').panic({ dumpMs: 1000 });
  expect(world.until(() => lost() === 1, 100)).toBe(true);
  world.site.console('n2').fromNode('\r\nBoot de');
  world.seconds(10);
  expect(world.log.some((one) => one.text.includes('nothing came back'))).toBe(false);
  expect(boots(world).length).toBe(0);
});

test('after `reset-all` of a fence: pressed again', () => {
  const world = watching({ target: { onSilence: 'confirm' } }, 10);
  const lost = swallowReturns(world, 'n1', /^reset-all$/, 1);
  world.site.node('n1').hang();
  taken(world, 200);
  expect(lost()).toBe(1);
  expect(world.path).not.toContain('ask');
});

test('after `go`: the stopped system goes on, no takeover', () => {
  const world = watching({}, 10);
  const lost = swallowReturns(world, 'n1', /^go$/, 1);
  world.site.node('n1').spuriousBreak();
  expect(
    world.until(() => world.path.includes('resuming') && world.stateName === 'watch', 100),
    world.story(),
  ).toBe(true);
  expect(lost()).toBe(1);
  expect(world.path).not.toContain('down');
  expect(world.site.disk.mountOf('n1')).not.toBe(null);
});

test('after `boot`, arrived as another character: wiped, typed again, no path is used up', () => {
  const world = watching({ target: { onSilence: 'confirm' } }, 10);
  const lost = swallowReturns(world, 'n2', /^boot /, 1, 'M');
  world.site.node('n1').panic({ dumpMs: 1000 });
  taken(world, 100);
  expect(lost()).toBe(1);
  expect(world.path).not.toContain('next-path');
  expect(boots(world).length).toBe(1);
});

test('the same, and the proof has ended meanwhile: not typed again', () => {
  const world = watching({ target: { onSilence: 'confirm' } }, 10);
  const lost = swallowReturns(world, 'n2', /^boot /, 1, 'M');
  world.site.node('n1').panic({ dumpMs: 1000 });
  expect(world.until(() => lost() === 1, 100)).toBe(true);
  world.site.console('n1').fromNode('what nobody asked for '.repeat(20));
  world.seconds(10);
  expect(boots(world).length, world.story()).toBe(0);
});

test('a RETURN that never arrives as one: typed twice, and then given up', () => {
  const world = watching({ target: { onSilence: 'confirm' } }, 10);
  const lost = swallowReturns(world, 'n2', /^boot /, 9, 'M');
  world.site.node('n1').panic({ dumpMs: 1000 });
  expect(world.until(() => lost() === 2, 100)).toBe(true);
  world.seconds(15);
  expect(lost(), world.story()).toBe(2);
});
