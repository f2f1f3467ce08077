/** Looks: what may be looked at, when, and that nothing follows from it. */
import { describe, expect, test } from 'vitest';
import type { LookAnswer, MachineEffect, NodeIndex } from '../../src/machine/protocol.ts';
import { reaches } from './cases.ts';
import { type World, watching } from './world.ts';

type Looked = Extract<MachineEffect, { kind: 'looked' }>;

function answers(world: World): LookAnswer[] {
  return world.effects.flatMap((one) => (one.kind === 'looked' ? [(one as Looked).answer] : []));
}

function look(world: World, dialogue: string, node: NodeIndex): void {
  world.feed({ kind: 'look', dialogue, node, operator: 'ann', reply: 1 });
}

/** Between two dialogues of the script. */
function idle(): World {
  const world = watching({}, 10);
  world.until(() => world.state.task === null, 30);
  return world;
}

describe('a look', () => {
  test('tells how it ended and what answered; the state stays', () => {
    const world = idle();
    look(world, 'aliases', 1);
    world.seconds(10);
    const [answer] = answers(world);
    expect(answer).toMatchObject({ done: true, failure: '', note: '' });
    expect(answer?.heard.join('\n')).toMatch(/^disk +\/pci\S+$/m);
    expect(answer?.heard.join('\n')).toMatch(/^net +\/pci\S+$/m);
    expect(world.stateName).toBe('watch');
  });

  test('that fails says why, and raises no alarm', () => {
    const world = idle();
    world.site.console('n2').options.mode = 'half-open';
    look(world, 'ready', 1);
    world.seconds(120);
    expect(answers(world)[0]).toMatchObject({ done: false, failure: 'silent' });
  });

  test.each([
    ['a dialogue that acts', 'prove', 0, 'does more than ask'],
    ['one that writes', 'make-ready', 1, 'does more than ask'],
    ['one that stands nowhere', 'nonsense', 1, 'no such dialogue'],
    ['one with parameters', 'alias', 1, 'no such dialogue'],
    ['a verb on the owner', 'ready', 0, 'may own the disk'],
  ] as const)('is refused: %s', (_, dialogue, node, why) => {
    const world = idle();
    const before = world.typed.join();
    look(world, dialogue, node);
    expect(answers(world)).toEqual([
      { done: false, failure: 'not-looked', note: expect.stringContaining(why), heard: [] },
    ]);
    expect(world.typed.join()).toBe(before);
  });

  test('is refused where the script has something to do', () => {
    const world = watching({}, 10);
    world.site.node('n1').panic();
    reaches(world, (it) => it.stateName === 'crash', 60);
    look(world, 'tap', 0);
    expect(answers(world)[0]?.note).toContain('no state of rest');
  });

  test('ends when the script goes on', () => {
    const world = idle();
    world.site.console('n2').options.mode = 'half-open';
    look(world, 'ready', 1);
    world.site.node('n1').panic();
    reaches(world, (it) => it.stateName !== 'watch', 60);
    expect(answers(world)[0]).toMatchObject({ failure: 'not-looked' });
    world.site.console('n2').options.mode = 'normal';
    reaches(world, (it) => it.activeName === 'n2' && it.stateName === 'watch', 400);
    expect(world.site.referee.violations).toEqual([]);
  });
});
