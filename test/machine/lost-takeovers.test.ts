/**
 * Takeovers that should happen although something went wrong meanwhile: noise on the standby's line,
 * a daemon that was killed before it began to fence, a console that came and went, a lost RETURN.
 */
import { describe, expect, test } from 'vitest';
import { type World, type WorldOptions, watching } from './world.ts';

const onN2 = (world: World) => world.stateName === 'watch' && world.activeName === 'n2';
const onN1 = (world: World) => world.stateName === 'watch' && world.activeName === 'n1';
const CONFIRM: WorldOptions = { target: { onSilence: 'confirm' } };

function reaches(world: World, condition: (world: World) => boolean, seconds: number): void {
  expect(
    world.until(() => condition(world) && !world.killed, seconds),
    world.story(),
  ).toBe(true);
}

function noDoubleMount(world: World): void {
  expect(world.site.referee.violations, world.story()).toEqual([]);
}

function garble(world: World, node: 'n1' | 'n2', seconds: number): void {
  const { options } = world.site.console(node);
  options.lossRate = 0.5;
  world.clock.after(seconds * 1000, () => {
    options.lossRate = 0;
  });
}

describe('the standby is looked at again', () => {
  for (const state of ['crash', 'down', 'fencing', 'taking-over']) {
    test(`its console is garbled for 15 s from ${state} on: takeover`, () => {
      const world = watching(CONFIRM, 10);
      world.site.node('n1').panic({ dumpMs: 1000 });
      reaches(world, () => world.stateName === state, 60);
      garble(world, 'n2', 15);
      reaches(world, onN2, 300);
      noDoubleMount(world);
    });
  }

  test('its console comes back half a minute after the panic: takeover', () => {
    const world = watching(CONFIRM, 10);
    const { options } = world.site.console('n2');
    options.mode = 'refuse';
    world.site.console('n2').cutAll();
    world.site.node('n1').panic({ dumpMs: 1000 });
    reaches(world, () => world.stateName === 'down', 60);
    world.seconds(25);
    options.mode = 'normal';
    reaches(world, onN2, 300);
    noDoubleMount(world);
  });

  test('its values were changed: they are written again, takeover', () => {
    const world = watching({ settings: { 'standby-interval': '3600000' } }, 10);
    world.site.node('n2').nvram.set('auto-boot?', 'true');
    world.site.node('n1').panic({ dumpMs: 1000 });
    reaches(world, onN2, 300);
    noDoubleMount(world);
  });

  test('not for ever: after a minute the owner itself is booted', () => {
    const world = watching({}, 10);
    world.site.node('n2').powerOff();
    world.site.node('n1').panic({ dumpMs: 1000 });
    reaches(world, () => world.stateName === 'down', 60);
    reaches(world, () => world.stateName === 'alone', 62);
    reaches(world, onN1, 300);
    noDoubleMount(world);
  });
});

describe('killed between the panic and the intent to fence', () => {
  for (const awayMs of [3000, 60_000]) {
    for (let killAt = 1; killAt < 22; killAt++) {
      test(`${killAt} s after the panic, for ${awayMs / 1000} s: takeover all the same`, () => {
        const world = watching(CONFIRM, 10);
        world.site.node('n1').panic({ dumpMs: 4000 });
        world.seconds(killAt);
        world.kill();
        world.clock.after(awayMs, () => world.restart());
        reaches(world, onN2, 400);
        noDoubleMount(world);
      });
    }
  }

  test('right before any single effect from the crash on: takeover all the same', () => {
    const struck = (world: World) => world.site.node('n1').panic({ dumpMs: 1000 });
    const isEffect = (world: World, kind: string, name: string) =>
      world.effects.findIndex(({ kind: is, ...rest }) => {
        const text = JSON.stringify(rest);
        return is === 'journal' && text.includes(`"kind":"${kind}"`) && text.includes(name);
      });
    const calm = watching(CONFIRM, 10);
    struck(calm);
    reaches(calm, onN2, 300);
    const first = isEffect(calm, 'state', '"crash"') + 1;
    const last = isEffect(calm, 'intent', '"boot"');
    expect(first).toBeGreaterThan(1);
    expect(last - first).toBeGreaterThan(50);
    const before = calm.effects.length - calm.effectCount;
    for (let kill = first - before; kill <= last - before; kill++) {
      const world = watching(CONFIRM, 10);
      world.diesBefore = kill;
      struck(world);
      expect(world.until(() => world.killed, 300)).toBe(true);
      reaches(world, onN2, 400);
      noDoubleMount(world);
    }
  });

  test('the node came back by itself meanwhile: nothing is touched', () => {
    const world = watching({}, 10);
    world.site.node('n1').panic({ dumpMs: 1000 });
    reaches(world, () => world.stateName === 'down', 60);
    world.kill();
    world.site.node('n1').typeAtPrompt('boot shared');
    world.seconds(60);
    const breaks = world.breaks.length;
    world.restart();
    reaches(world, onN1, 60);
    expect(world.breaks.length).toBe(breaks);
    noDoubleMount(world);
  });

  test('a planned reboot is none, whenever the daemon is killed', () => {
    for (let killAt = 0; killAt < 20; killAt++) {
      const world = watching({}, 10);
      world.site.node('n1').reboot();
      world.seconds(killAt);
      world.kill();
      world.clock.after(3000, () => world.restart());
      reaches(world, () => world.site.network.serviceUp && onN1(world), 400);
      expect(world.activeName, `killed after ${killAt} s`).toBe('n1');
      noDoubleMount(world);
    }
  });
});

describe('the console of the panicked node comes and goes', () => {
  test('for half a minute during the dump: takeover', () => {
    const world = watching(CONFIRM, 10);
    world.site.node('n1').panic({ dumpMs: 60_000 });
    reaches(world, () => world.stateName === 'crash', 60);
    world.site.console('n1').options.mode = 'refuse';
    world.site.console('n1').cutAll();
    reaches(world, () => world.stateName === 'crash-unseen', 60);
    world.seconds(30);
    world.site.console('n1').options.mode = 'normal';
    reaches(world, onN2, 400);
    noDoubleMount(world);
  });

  test('for good, with a power device: takeover after the longest dump', () => {
    const world = watching({ settings: { 'unseen-dump': '120000' } }, 10);
    world.site.node('n1').panic({ dumpMs: 20_000 });
    reaches(world, () => world.stateName === 'crash', 60);
    world.site.console('n1').options.mode = 'refuse';
    world.site.console('n1').cutAll();
    world.seconds(100);
    expect(world.activeName).toBe('n1');
    reaches(world, onN2, 400);
    noDoubleMount(world);
  });

  test('for good, without one: a person says that it is off, at once', () => {
    const world = watching(CONFIRM, 10);
    world.site.node('n1').panic({ dumpMs: 1000 });
    reaches(world, () => world.stateName === 'crash', 60);
    world.site.console('n1').options.mode = 'refuse';
    world.site.console('n1').cutAll();
    reaches(world, () => world.stateName === 'crash-unseen', 60);
    world.site.node('n1').powerOff();
    world.seconds(40);
    world.operator('confirm', 0);
    expect(world.replies.at(-1)?.accepted, world.story()).toBe(true);
    reaches(world, onN2, 200);
    noDoubleMount(world);
  });

  test('a false alarm there, and nothing is touched while the address answers', () => {
    const world = watching({ settings: { 'unseen-dump': '60000' } }, 10);
    world.site.node('n1').machine.receive('root\rsecret\rcat /var/adm/messages\rexit\r');
    reaches(world, () => world.stateName === 'crashed', 60);
    world.site.console('n1').options.mode = 'refuse';
    world.site.console('n1').cutAll();
    world.seconds(200);
    expect(world.breaks).toEqual([]);
    world.site.console('n1').options.mode = 'normal';
    reaches(world, onN1, 200);
    expect(world.breaks).toEqual([]);
  });
});
