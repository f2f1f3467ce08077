/**
 * The rest of the acceptance list and of the known hazards, one case each: what must be automatic
 * ends with production, what must not be touched is not, and what needs a person says so.
 */
import { describe, expect, test } from 'vitest';
import { onN1, onN2, quietly, reaches } from './cases.ts';
import { World, type WorldOptions, watching } from './world.ts';

const CONFIRM: WorldOptions = { target: { onSilence: 'confirm' } };
const PAIR = (n1: 'running' | 'parked' | 'off' | 'new-running', n2: 'parked' | 'off' | 'new') =>
  ({
    site: {
      nodes: [
        { name: 'n1', start: n1 },
        { name: 'n2', start: n2 },
      ],
    },
  }) as const;

describe('the disk', () => {
  test('a label is destroyed: nothing is done until a boot is needed, then the next path', () => {
    const world = watching({}, 10);
    world.site.disk.setLabel('d1', false);
    quietly(world, 120);
    expect(onN1(world)).toBe(true);
    world.site.node('n1').panic();
    reaches(world, onN2, 200);
    expect(world.path).toContain('next-path');
  });

  test('one half of the mirror loses power: production goes on; a takeover boots the other', () => {
    const world = watching({}, 10);
    world.site.disk.setPower('d1', false);
    quietly(world, 120);
    world.site.node('n1').panic();
    reaches(world, onN2, 200);
  });

  test('both halves lose power, and the system panics of it: both nodes held, alarm', () => {
    const world = watching({}, 10);
    world.site.disk.setPower('d1', false);
    world.site.disk.setPower('d2', false);
    world.site.node('n1').panic();
    reaches(world, (it) => it.stateName === 'stopped', 400);
    expect(world.alarms.has('stopped')).toBe(true);
    expect(world.site.disk.openMounts()).toEqual([]);
  });

  test('a broken root panics in every boot: bounded, both held, no flip-flop', () => {
    const world = watching({}, 10);
    world.site.disk.rootBroken = true;
    world.site.node('n1').panic();
    reaches(world, (it) => it.stateName === 'stopped', 1200);
    expect(world.path.filter((name) => name === 'taking-over').length).toBe(1);
    expect(world.alarms.has('stopped')).toBe(true);
  });

  test('the file system check takes long: waited for', () => {
    const site = { solaris: { fsck: 'checks' }, times: { fsckMs: 45_000 } } as const;
    const world = watching({ site }, 10);
    world.site.node('n1').panic();
    reaches(world, onN2, 300);
    expect(world.path).not.toContain('next-path');
  });

  test('the file system check asks a person: no blind retries without end, alarm', () => {
    const world = watching({ site: { solaris: { fsck: 'asks' } } }, 10);
    world.site.node('n1').panic();
    reaches(world, (it) => it.stateName === 'stopped', 900);
    expect(world.alarms.has('stopped')).toBe(true);
  });
});

describe('again and again', () => {
  test('ten power-offs, each under load: a takeover each, no acknowledged record is lost', () => {
    const many = { entries: 100, withinMs: 3_600_000 };
    const bounds = { fencing: many, 'taking-over': many };
    const world = watching({ target: { bounds } }, 30);
    for (let round = 0; round < 10; round++) {
      const from = world.activeName;
      world.site.node(from).powerOff();
      reaches(world, (it) => it.stateName === 'watch' && it.activeName !== from, 400);
      world.site.node(from).powerOn();
      world.seconds(90);
    }
    expect(world.site.referee.losses).toEqual([]);
    expect(world.site.disk.damaged).toBe(false);
  });

  test('more panics within the hour than the bound allows: stopped, alarm', () => {
    const world = watching({}, 10);
    for (let round = 0; round < 6 && world.stateName !== 'stopped'; round++) {
      world.site.node(world.activeName).panic({ dumpMs: 500 });
      world.seconds(3);
      const rests = (it: World) => ['watch', 'stopped'].includes(it.stateName);
      reaches(world, rests, 400);
    }
    expect(world.stateName, world.story()).toBe('stopped');
    expect(world.alarms.has('stopped')).toBe(true);
  });

  test('the new active node loses its power while it boots: back to the first', () => {
    const world = watching({}, 10);
    world.site.node('n1').panic({ dumpMs: 500 });
    reaches(world, (it) => it.stateName === 'booting', 100);
    world.site.node('n2').powerOff();
    reaches(world, onN1, 400);
  });

  test('the same, and no power device: a person confirms it, and then back to the first', () => {
    const world = watching(CONFIRM, 10);
    world.site.node('n1').panic({ dumpMs: 500 });
    reaches(world, (it) => it.stateName === 'booting', 100);
    world.site.node('n2').powerOff();
    reaches(world, (it) => it.stateName === 'ask', 400);
    expect([...world.alarms.values()].join()).toContain('is n2 off?');
    world.operator('confirm', 1);
    reaches(world, onN1, 200);
  });
});

describe('power', () => {
  test('both nodes blink: the owner is booted again', () => {
    const world = watching({}, 10);
    for (const name of ['n1', 'n2']) world.site.node(name).powerOff();
    world.seconds(2);
    for (const name of ['n1', 'n2']) world.site.node(name).powerOn();
    reaches(world, onN1, 300);
  });

  test('cold start, the owner without power: takeover', () => {
    const world = new World(PAIR('off', 'parked'));
    reaches(world, onN2, 400);
  });

  test('cold start, the owner without power, policy confirm: on the word of a person', () => {
    const world = new World({ ...PAIR('off', 'parked'), ...CONFIRM });
    reaches(world, (it) => it.stateName === 'ask', 400);
    world.operator('confirm', 0);
    reaches(world, onN2, 200);
  });

  test('cold start, the standby without power: its power device says so, the owner is booted', () => {
    const world = new World(PAIR('parked', 'off'));
    reaches(world, onN1, 400);
  });

  test('power returns in the middle of the takeover: the old node stays parked', () => {
    for (let second = 0; second < 12; second++) {
      const world = watching({}, 10);
      world.site.node('n1').powerOff();
      reaches(world, (it) => it.stateName === 'fencing', 100);
      world.seconds(second);
      world.site.node('n1').powerOn();
      reaches(world, (it) => it.stateName === 'watch' && it.site.network.serviceUp, 400);
    }
  });

  test('H5: a watchdog reset: the same node is booted', () => {
    const world = watching({}, 10);
    world.site.node('n1').watchdogReset();
    reaches(world, (it) => it.path.includes('booting') && onN1(it), 200);
  });

  test('H28: the active node loses its NVRAM with its power: switched off, takeover', () => {
    const world = watching({}, 10);
    blankNvram(world);
    reaches(world, onN2, 300);
  });

  test('H28: the same without a power device: a person pulls its cord and says so', () => {
    const world = watching(CONFIRM, 10);
    blankNvram(world);
    reaches(world, (it) => it.stateName === 'nameless', 100);
    world.site.node('n1').powerOff();
    world.seconds(60);
    world.operator('confirm', 0);
    reaches(world, onN2, 200);
  });
});

function blankNvram(world: World): void {
  Object.assign(world.site.node('n1').machine.options, { batteryDead: true });
  world.site.node('n1').powerOff();
  world.seconds(2);
  world.site.node('n1').powerOn();
}

describe('never parked, or not by us', () => {
  test('H3: an active node that was never parked panics and reboots itself', () => {
    const world = watching(PAIR('new-running', 'parked'), 10);
    world.site.node('n1').panic();
    reaches(world, (it) => it.stateName === 'watch' && it.site.network.serviceUp, 400);
  });

  test('H23: a password on the standby: alarm; after a panic the owner is booted again', () => {
    const world = watching({}, 10);
    world.site.node('n2').nvram.set('security-mode', 'command');
    world.site.node('n2').reset();
    reaches(world, (it) => it.alarms.has('standby'), 120);
    expect(world.alarms.get('standby')).toContain('secured');
    world.site.node('n1').panic({ dumpMs: 500 });
    reaches(world, onN1, 300);
  });

  test('H23: a password on the active node: it is switched off', () => {
    const world = watching({}, 10);
    world.site.node('n1').nvram.set('security-mode', 'command');
    world.site.node('n1').hang();
    reaches(world, onN2, 300);
  });

  test('H24: a sun4v machine answers BREAK with its menu: nothing is chosen there', () => {
    const world = watching({ ...CONFIRM, site: { solaris: { monitor: 'sun4v' } } }, 10);
    world.site.node('n1').hang();
    reaches(world, (it) => it.stateName === 'ask', 400);
    expect(world.typed[0]).not.toMatch(/[csrh]\r?$/);
    expect(onN1(world) || world.activeName === 'n1').toBe(true);
  });
});

describe('people and cables', () => {
  test('H4: `go` is typed at the fenced node before the boot: no boot on that proof', () => {
    const world = watching({}, 10);
    world.site.node('n1').hang();
    reaches(world, (it) => it.stateName === 'taking-over', 200);
    world.site.node('n1').typeAtPrompt('go');
    reaches(world, onN2, 300);
  });

  test('H6: a stray BREAK, and the system does not go on: takeover', () => {
    const world = watching(CONFIRM, 10);
    world.site.node('n1').hang({ kind: 'silent' });
    world.site.node('n1').spuriousBreak();
    reaches(world, onN2, 300);
  });

  test('H6: resumed, and then its console is silent, but its address answers: not touched', () => {
    const world = watching(CONFIRM, 10);
    world.site.node('n1').spuriousBreak();
    reaches(world, (it) => /\bgo\r$/.test(it.typed[0]), 60);
    world.site.console('n1').options.mode = 'half-open';
    world.seconds(20);
    world.site.console('n1').options.mode = 'normal';
    reaches(world, onN1, 200);
    expect(world.breaks).toEqual([]);
  });

  test('H6: another stray BREAK while it is resumed: resumed again', () => {
    const world = watching(CONFIRM, 10);
    world.site.node('n1').spuriousBreak();
    reaches(world, (it) => /\bgo\r$/.test(it.typed[0]), 60);
    world.seconds(1);
    world.site.node('n1').spuriousBreak();
    reaches(world, (it) => it.path.filter((name) => name === 'resuming').length === 2, 60);
    reaches(world, onN1, 60);
    expect(world.path).not.toContain('down');
  });

  test('H17: the cables are swapped while production runs: no BREAK, alarm; then put right', () => {
    const world = watching({}, 10);
    world.swapCables();
    reaches(world, (it) => it.alarms.has('production') || it.alarms.has('cables'), 200);
    quietly(world, 200);
    world.swapCables();
    reaches(world, (it) => it.stateName === 'watch' || it.stateName === 'stopped', 200);
    quietly(world, 60);
  });

  test('H17: the cables are swapped, and production hangs: never two', () => {
    const world = watching({}, 10);
    world.swapCables();
    world.site.node('n1').hang();
    world.seconds(600);
    expect(world.site.referee.violations, world.story()).toEqual([]);
  });

  test('H29: somebody left a shell open: alarm, nothing is touched', () => {
    const world = watching({ site: { solaris: { openShell: true } } }, 10);
    world.site.node('n1').reboot();
    reaches(world, (it) => it.path.includes('booting') && it.stateName === 'watch', 200);
    reaches(world, (it) => it.alarms.has('login'), 60);
    quietly(world, 240);
  });

  test('H30: a hang without a standby: no BREAK, alarm', () => {
    const world = watching({}, 10);
    world.site.node('n2').powerOff();
    world.site.node('n1').hang();
    reaches(world, (it) => it.path.includes('doubtful'), 200);
    quietly(world, 240);
    expect(world.alarms.has('production')).toBe(true);
  });

  test('the standby comes back after that: takeover', () => {
    const world = watching({}, 10);
    world.site.node('n2').powerOff();
    world.site.node('n1').hang();
    reaches(world, (it) => it.path.includes('doubtful'), 200);
    world.seconds(60);
    world.site.node('n2').powerOn();
    reaches(world, onN2, 400);
  });
});

describe('the monitoring host', () => {
  test('H16: a slow boot is waited for', () => {
    const world = watching({ site: { solaris: { extraBootMs: 50_000 } } }, 10);
    world.site.node('n1').panic();
    reaches(world, onN2, 300);
    expect(world.path).not.toContain('next-path');
  });

  test('H8: the terminal server restarts in the middle of a takeover: takeover', () => {
    for (let second = 1; second < 30; second += 2) {
      const world = watching(CONFIRM, 10);
      world.site.node('n1').panic({ dumpMs: 1000 });
      world.seconds(second);
      for (const name of ['n1', 'n2']) {
        world.site.console(name).options.mode = 'refuse';
        world.site.console(name).cutAll();
      }
      world.seconds(12);
      for (const name of ['n1', 'n2']) world.site.console(name).options.mode = 'normal';
      reaches(world, (it) => onN2(it) && it.site.network.serviceUp, 400);
    }
  });

  test('H10: the active console is garbled for 15 s in the middle of a takeover: takeover', () => {
    for (let second = 1; second < 30; second += 2) {
      const world = watching(CONFIRM, 10);
      world.site.node('n1').panic({ dumpMs: 1000 });
      world.seconds(second);
      world.site.console('n1').options.lossRate = 0.3;
      world.seconds(15);
      world.site.console('n1').options.lossRate = 0;
      reaches(world, (it) => onN2(it) && it.site.network.serviceUp, 400);
    }
  });

  test('H18: its own network is gone while the active node hangs: nothing; then takeover', () => {
    const world = watching({}, 10);
    world.site.network.setRouter(false);
    world.site.node('n1').hang();
    quietly(world, 120);
    world.site.network.setRouter(true);
    reaches(world, onN2, 300);
  });

  test('the journal cannot be written for half a minute: takeover all the same', () => {
    const world = watching(CONFIRM, 10);
    world.site.node('n1').panic({ dumpMs: 500 });
    world.journalFails = true;
    world.seconds(30);
    world.journalFails = false;
    reaches(world, onN2, 400);
  });

  test.each(['fencing', 'taking-over'])(
    'the journal cannot be written in %s, and a person boots the node by hand: left alone',
    (state) => {
      const world = watching(CONFIRM, 10);
      world.site.node('n1').panic({ dumpMs: 500 });
      reaches(world, (it) => it.stateName === (state === 'fencing' ? 'down' : state), 100);
      world.journalFails = true;
      world.seconds(20);
      const breaks = world.breaks.length;
      world.site.node('n1').typeAtPrompt('boot shared');
      world.seconds(20);
      world.journalFails = false;
      reaches(world, onN1, 100);
      expect(world.breaks.length, world.story()).toBe(breaks);
      expect(world.state.unfinished).toBe('none');
    },
  );

  test('the power device does not answer for a minute: takeover all the same', () => {
    const world = watching({}, 10);
    world.powerLie = 'no-answer';
    world.site.node('n1').powerOff();
    reaches(world, (it) => it.stateName === 'ask', 300);
    world.seconds(60);
    world.powerLie = null;
    reaches(world, onN2, 300);
  });
});

test('H30: a panic, the standby without power and none to ask: parked lets the owner boot', () => {
  const world = watching(CONFIRM, 30);
  world.site.node('n2').powerOff();
  world.site.node('n1').panic({ dumpMs: 500 });
  reaches(world, (it) => it.path.includes('booting') && onN1(it), 300);
});

describe('a panic while the console of the standby is out of reach', () => {
  test('with a power device: the standby is switched off, the owner booted again', () => {
    const world = watching({}, 10);
    world.site.console('n2').options.mode = 'refuse';
    world.site.console('n2').cutAll();
    world.site.node('n1').panic({ dumpMs: 500 });
    reaches(world, (it) => it.path.includes('booting') && onN1(it), 400);
  });

  test('without one: what was not seen may have happened; a person confirms', () => {
    const world = watching(CONFIRM, 10);
    world.site.console('n2').options.mode = 'refuse';
    world.site.console('n2').cutAll();
    world.site.node('n1').panic({ dumpMs: 500 });
    reaches(world, (it) => it.stateName === 'unproven', 300);
    // Here is why: whoever stands before the machines may boot the one that nobody sees.
    world.site.node('n2').typeAtPrompt('boot shared');
    world.seconds(200);
    expect(world.site.disk.mountOf('n1')).toBe(null);
    expect(world.site.referee.violations, world.story()).toEqual([]);
  });

  test('without one, and its console comes back: the owner is booted again', () => {
    const world = watching(CONFIRM, 10);
    world.site.console('n2').options.mode = 'refuse';
    world.site.console('n2').cutAll();
    world.site.node('n1').panic({ dumpMs: 500 });
    reaches(world, (it) => it.stateName === 'unproven', 300);
    world.site.console('n2').options.mode = 'normal';
    reaches(world, onN1, 200);
  });
});
