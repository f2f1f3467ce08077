/**
 * The acceptance list of the 2001 system, and the hazards that a script can meet, played against
 * the simulated site. In each: never two mounts, no BREAK without cause, production where it can be.
 */
import { describe, expect, test } from 'vitest';
import { LAST_WEEKS_PANIC } from '../../src/sim/console-port.ts';
import { MOVED_BY_HAND, World, type WorldOptions } from './world.ts';

interface Situation {
  readonly name: string;
  readonly options?: WorldOptions;
  readonly act: (world: World) => void;
  /** Runs until this holds; not reaching it within the time is the failure. */
  readonly reaches: (world: World) => boolean;
  readonly within?: number;
  /** Holds at the end, after `reaches`. */
  readonly expect?: (world: World) => void;
}

const onN2 = (world: World) => world.stateName === 'watch' && world.activeName === 'n2';
const onN1 = (world: World) => world.stateName === 'watch' && world.activeName === 'n1';

/** Stays for so long without a BREAK, a transition of roles or a reboot. */
function untouched(world: World): void {
  const breaks = world.breaks.length;
  world.seconds(240);
  expect(world.breaks.length, world.story()).toBe(breaks);
  expect(world.activeName, world.story()).toBe('n1');
  expect(world.site.network.serviceUp || world.site.disk.mountOf('n1') !== null).toBe(true);
}

const situations: readonly Situation[] = [
  {
    name: 'panic, dump succeeds: takeover',
    act: (world) => world.site.node('n1').panic(),
    reaches: onN2,
  },
  {
    name: 'panic without a dump: takeover',
    act: (world) => world.site.node('n1').panic({ dump: 'none' }),
    reaches: onN2,
  },
  {
    name: 'panic, dump fails: takeover',
    act: (world) => world.site.node('n1').panic({ dump: 'fails' }),
    reaches: onN2,
  },
  {
    name: 'nested panic: takeover',
    act: (world) => world.site.node('n1').panic({ nested: true }),
    reaches: onN2,
  },
  {
    name: 'long dump that makes progress is waited for',
    act: (world) => world.site.node('n1').panic({ dumpMs: 300_000 }),
    reaches: onN2,
    within: 600,
    expect: (world) => {
      const end = world.site.events.find((one) => one.what.includes('dump has ended'));
      const hit = world.log.find((one) => one.text.includes('BREAK to n1'));
      expect(hit?.at ?? 0, world.story()).toBeGreaterThan(end?.at ?? Number.POSITIVE_INFINITY);
    },
  },
  {
    name: 'dump that stalls for good: takeover after the silence',
    act: (world) => world.site.node('n1').panic({ stallsAtPercent: 30 }),
    reaches: onN2,
  },
  {
    name: 'hang, network dead: takeover',
    act: (world) => world.site.node('n1').hang(),
    reaches: onN2,
  },
  {
    name: 'hang of programs only, kernel echoes and network answers: nothing is touched',
    act: (world) => world.site.node('n1').hang({ kind: 'kernel' }),
    reaches: (world) => world.alarms.has('production') || world.alarms.has('login'),
    expect: untouched,
  },
  {
    name: 'hang that ignores BREAK: power device, then takeover',
    act: (world) => world.site.node('n1').hang({ ignoresBreak: true }),
    reaches: onN2,
    within: 400,
  },
  {
    name: 'active power-off, policy power: takeover',
    act: (world) => world.site.node('n1').powerOff(),
    reaches: onN2,
    within: 400,
  },
  {
    name: 'active power-off, policy confirm: alarm, and takeover on the word',
    options: { target: { onSilence: 'confirm' } },
    act: (world) => {
      world.site.node('n1').powerOff();
      expect(
        world.until(() => world.stateName === 'ask', 400),
        world.story(),
      ).toBe(true);
      world.seconds(60);
      expect(world.activeName).toBe('n1');
      world.operator('confirm', 1);
      expect(world.replies.at(-1)?.accepted).toBe(false);
      world.operator('confirm', 0);
      expect(world.replies.at(-1)?.accepted, world.story()).toBe(true);
    },
    reaches: onN2,
  },
  {
    name: 'active power-off, policy trust: refused before its parked values were ever read',
    options: { target: { onSilence: 'trust' } },
    act: (world) => world.site.node('n1').powerOff(),
    reaches: (world) => world.stateName === 'ask',
    within: 400,
    expect: (world) => {
      world.seconds(120);
      expect(world.activeName).toBe('n1');
    },
  },
  {
    name: 'active power-off, policy trust: takeover of a node that was booted parked',
    options: { target: { onSilence: 'trust' } },
    act: (world) => {
      world.site.node('n1').panic();
      expect(
        world.until(() => onN2(world), 300),
        world.story(),
      ).toBe(true);
      world.seconds(90);
      world.site.node('n2').powerOff();
    },
    reaches: onN1,
    within: 400,
  },
  {
    name: 'the power device lies: no takeover, alarm',
    act: (world) => {
      world.powerLie = 'no-answer';
      world.site.node('n1').powerOff();
    },
    reaches: (world) => world.stateName === 'ask',
    within: 400,
    expect: (world) => {
      world.seconds(200);
      expect(world.activeName).toBe('n1');
      expect(world.alarms.has('production')).toBe(true);
    },
  },
  {
    name: 'slow, but alive: nothing is touched',
    options: { site: { nodes: [{ name: 'n1', console: { delayMs: 1200 } }, { name: 'n2' }] } },
    act: () => {},
    reaches: (world) => world.stateName === 'watch',
    expect: untouched,
  },
  {
    name: 'chatty console: nothing is touched',
    act: (world) => {
      world.site.solaris.chatty = true;
      world.site.node('n1').reboot();
    },
    reaches: (world) => world.stateName === 'watch' && world.site.network.serviceUp,
    within: 400,
    expect: untouched,
  },
  {
    name: 'terminal server down, service dead as well: unreachable is never dead',
    act: (world) => {
      world.site.console('n1').options.mode = 'refuse';
      world.site.console('n1').cutAll();
      world.site.network.setCable('n1', false);
    },
    reaches: (world) => world.alarms.has('console:n1'),
    expect: untouched,
  },
  {
    name: 'half-open console and network dead, policy confirm: never a takeover by itself',
    options: { target: { onSilence: 'confirm' } },
    act: (world) => {
      world.site.console('n1').options.mode = 'half-open';
      world.site.network.setCable('n1', false);
    },
    reaches: (world) => world.alarms.has('production'),
    expect: (world) => {
      world.seconds(240);
      expect(world.activeName).toBe('n1');
      expect(world.site.disk.mountOf('n1')).not.toBe(null);
    },
  },
  {
    name: 'port busy: nothing is touched',
    act: (world) => {
      world.site.console('n1').options.mode = 'busy';
      world.site.console('n1').cutAll();
    },
    reaches: (world) => world.alarms.has('console:n1'),
    expect: untouched,
  },
  {
    name: "last week's panic replayed at connect: nothing is touched",
    act: (world) => {
      world.site.console('n1').options.replay = { kind: 'text', text: LAST_WEEKS_PANIC };
      world.site.console('n1').cutAll();
    },
    reaches: (world) => world.stateName === 'watch' && world.clock.now().at > 20_000,
    expect: untouched,
  },
  {
    name: 'old panic shown by cat: false alarm, nothing is touched',
    act: (world) => {
      const { machine } = world.site.node('n1');
      machine.receive('root\rsecret\rcat /var/adm/messages\rexit\r');
    },
    reaches: (world) => world.path.includes('crash') && world.stateName === 'watch',
    expect: untouched,
  },
  {
    name: 'own network down: blind, nothing is touched',
    act: (world) => world.site.network.setRouter(false),
    reaches: (world) => world.alarms.has('net:blind'),
    expect: untouched,
  },
  {
    name: 'cable out, service-lost alarm: alarm only',
    act: (world) => world.site.network.setCable('n1', false),
    reaches: (world) => world.stateName === 'offline' && world.alarms.has('production'),
    expect: untouched,
  },
  {
    name: 'cable out, service-lost takeover: takeover once',
    options: { target: { serviceLost: 'takeover' } },
    act: (world) => world.site.network.setCable('n1', false),
    reaches: onN2,
    within: 300,
    expect: (world) => {
      world.site.network.setCable('n2', false);
      world.seconds(300);
      expect(world.activeName, world.story()).toBe('n2');
      expect(world.stateName).toBe('unreached');
      expect(world.alarms.has('production')).toBe(true);
    },
  },
  {
    name: 'stray BREAK: resumed with go',
    act: (world) => world.site.node('n1').spuriousBreak(),
    reaches: (world) => world.path.includes('resuming') && world.stateName === 'watch',
    expect: (world) => {
      expect(world.breaks).toEqual([]);
      expect(world.activeName).toBe('n1');
      expect(world.site.disk.mountOf('n1')).not.toBe(null);
    },
  },
  {
    name: 'halted on purpose: alarm only',
    act: (world) => world.site.node('n1').halt(),
    reaches: (world) => world.stateName === 'halted',
    expect: (world) => {
      world.seconds(200);
      expect(world.stateName, world.story()).toBe('halted');
      expect(world.breaks).toEqual([]);
      world.operator('go');
      expect(
        world.until(() => onN1(world), 200),
        world.story(),
      ).toBe(true);
    },
  },
  {
    name: 'planned reboot: the same node is booted again',
    act: (world) => world.site.node('n1').reboot(),
    reaches: (world) => world.path.includes('booting') && onN1(world),
    expect: (world) => expect(world.breaks).toEqual([]),
  },
  {
    name: 'single user: alarm only',
    act: (world) => world.site.node('n1').singleUser(),
    reaches: (world) => world.stateName === 'single-user',
    expect: (world) => {
      world.seconds(200);
      expect(world.breaks).toEqual([]);
      expect(world.activeName).toBe('n1');
    },
  },
  {
    name: 'kernel debugger after a panic: alarm only',
    act: (world) => {
      world.site.solaris.debugger = true;
      world.site.node('n1').panic();
    },
    reaches: (world) => world.stateName === 'in-kmdb',
    expect: (world) => {
      world.seconds(200);
      expect(world.breaks).toEqual([]);
    },
  },
  {
    name: 'standby power-off: alarm, the active node is not touched',
    act: (world) => world.site.node('n2').powerOff(),
    reaches: (world) => world.alarms.has('standby'),
    within: 120,
    expect: (world) => {
      untouched(world);
      world.site.node('n2').powerOn();
      expect(
        world.until(() => !world.alarms.has('standby'), 200),
        world.story(),
      ).toBe(true);
    },
  },
  {
    name: 'somebody boots the standby: interrupted before the mount, parked again',
    act: (world) => world.site.node('n2').typeAtPrompt('boot shared'),
    reaches: (world) => world.path.includes('standby-held') && world.stateName === 'watch',
    expect: (world) => {
      expect(world.alarms.has('standby'), world.story()).toBe(false);
      expect(world.breaks).not.toContain(0);
      expect(world.site.disk.mountOf('n2')).toBe(null);
    },
  },
  {
    name: 'the standby loses its NVRAM at a power cycle: stopped, alarm, production goes on',
    act: (world) => {
      Object.assign(world.site.node('n2').machine.options, { batteryDead: true });
      world.site.node('n2').powerOff();
      world.seconds(2);
      world.site.node('n2').powerOn();
    },
    reaches: (world) => world.path.includes('standby-loose'),
    within: 200,
    expect: (world) => {
      expect(
        world.until(() => onN1(world), 200),
        world.story(),
      ).toBe(true);
      world.seconds(300);
      expect(onN1(world), world.story()).toBe(true);
      expect(world.alarms.has('standby')).toBe(true);
    },
  },
  {
    name: 'panic without a standby: the owner itself is booted again',
    act: (world) => {
      world.site.node('n2').powerOff();
      world.seconds(5);
      world.site.node('n1').panic();
    },
    reaches: (world) => world.path.includes('booting') && onN1(world),
    within: 400,
  },
  {
    name: 'broken root on the first path: the next path',
    act: (world) => {
      world.site.disk.setLabel('d1', false);
      world.site.node('n1').panic();
    },
    reaches: onN2,
    within: 400,
    expect: (world) => expect(world.path).toContain('next-path'),
  },
  {
    name: 'no path boots: both nodes held, alarm',
    act: (world) => {
      world.site.disk.setLabel('d1', false);
      world.site.disk.setLabel('d2', false);
      world.site.node('n1').panic();
    },
    reaches: (world) => world.stateName === 'stopped',
    within: 400,
    expect: (world) => {
      expect(world.alarms.has('stopped')).toBe(true);
      expect(world.site.disk.openMounts()).toEqual([]);
    },
  },
  {
    name: 'cold start of a whole site: the owner is booted',
    options: {
      site: {
        nodes: [
          { name: 'n1', start: 'parked' },
          { name: 'n2', start: 'parked' },
        ],
      },
    },
    act: () => {},
    reaches: onN1,
    within: 200,
  },
  {
    name: 'two factory-new machines: both are parked, the first is booted',
    options: {
      site: {
        nodes: [
          { name: 'n1', start: 'new' },
          { name: 'n2', start: 'new' },
        ],
      },
    },
    act: () => {},
    reaches: onN1,
    within: 200,
    expect: (world) => {
      for (const name of ['n1', 'n2'])
        expect(world.site.node(name).nvram.get('auto-boot?')).toBe('false');
      // What park read before its own last write would not count.
      expect(world.path).not.toContain('unproven');
    },
  },
  {
    name: 'BREAK is lost half of the time: takeover',
    act: (world) => {
      world.site.console('n1').options.breakLossRate = 0.5;
      world.site.node('n1').hang();
    },
    reaches: onN2,
    within: 400,
  },
  {
    name: 'the standby is out of service: the owner is booted again, the other not touched',
    act: (world) => {
      world.operator('out-of-service', 1);
      world.site.node('n1').panic();
    },
    reaches: (world) => world.path.includes('booting') && onN1(world),
    within: 300,
    expect: (world) => expect(world.typed[1].slice(-1)).not.toBe('x'),
  },
  {
    name: 'an operator holds the cluster: nothing is typed until the release',
    act: (world) => {
      world.operator('hold');
      expect(world.stateName).toBe('stopped');
      const typed = world.typed.join('|');
      world.site.node('n1').panic();
      world.seconds(120);
      expect(world.typed.join('|')).toBe(typed);
      world.operator('release');
    },
    reaches: (world) => world.stateName === 'watch',
    within: 300,
  },
  {
    name: 'half-typed words on the standby: wiped, never run by our RETURN',
    act: (world) => world.site.node('n2').machine.receive('reset-al'),
    reaches: (world) => world.log.some((one) => one.text.includes('wiped')),
    within: 120,
    expect: (world) => {
      untouched(world);
      expect(world.path).not.toContain('standby-loose');
    },
  },
  {
    name: 'power returns to a node that was switched off: it stays parked',
    act: (world) => {
      world.site.node('n1').powerOff();
      expect(
        world.until(() => onN2(world), 400),
        world.story(),
      ).toBe(true);
      world.site.node('n1').powerOn();
    },
    reaches: (world) => world.site.node('n1').condition.includes('prompt'),
    expect: (world) => {
      world.seconds(200);
      expect(onN2(world), world.story()).toBe(true);
    },
  },
  {
    name: 'cascaded power-offs: back and forth, each a takeover, up to the bound',
    act: (world) => {
      world.site.node('n1').powerOff();
      expect(
        world.until(() => onN2(world), 400),
        world.story(),
      ).toBe(true);
      world.site.node('n1').powerOn();
      world.seconds(90);
      world.site.node('n2').powerOff();
    },
    reaches: onN1,
    within: 400,
  },
];

describe('situations', () => {
  for (const situation of situations) {
    test(situation.name, () => {
      const world = new World(situation.options);
      const settled = world.until(() => world.stateName === 'watch', 240);
      expect(settled, world.story()).toBe(true);
      world.seconds(10);
      situation.act(world);
      const reached = world.until(() => situation.reaches(world), situation.within ?? 200);
      expect(reached, world.story()).toBe(true);
      situation.expect?.(world);
      expect(world.site.referee.violations, world.story()).toEqual([]);
    });
  }
});

describe('noise on the line', () => {
  for (let seed = 1; seed <= 12; seed++) {
    test(`panic with 0.3 % of characters lost, changed and doubled, seed ${seed}`, () => {
      const console = { lossRate: 0.003, corruptRate: 0.003, doubleRate: 0.003, pieceMax: 7 };
      const nodes = [
        { name: 'n1', console },
        { name: 'n2', console },
      ] as const;
      const world = new World({ site: { seed, nodes } });
      world.until(() => world.stateName === 'watch', 240);
      world.seconds(10);
      world.site.node('n1').panic();
      const back = world.until(
        () => world.site.network.serviceUp && world.stateName === 'watch',
        1200,
      );
      expect(back, world.story()).toBe(true);
      expect(world.site.referee.violations, world.story()).toEqual([]);
    });
  }
});

describe('the daemon is killed in mid-takeover', () => {
  for (let killAt = 0; killAt < 24; killAt++) {
    test(`${killAt} s after the panic, and started again 3 s later`, () => {
      const world = new World();
      world.until(() => world.stateName === 'watch', 240);
      world.site.node('n1').panic();
      world.seconds(killAt);
      world.kill();
      world.seconds(3);
      world.restart();
      const back = world.until(
        () => world.site.network.serviceUp && world.stateName === 'watch',
        600,
      );
      expect(back, world.story()).toBe(true);
      expect(world.site.referee.violations, world.story()).toEqual([]);
    });
  }
});

describe('production was moved by hand while the daemon was down', () => {
  test('nothing is touched; the owner is written down on the word of an operator', () => {
    const world = new World({ site: { nodes: MOVED_BY_HAND } });
    expect(
      world.until(() => world.stateName === 'puzzled', 200),
      world.story(),
    ).toBe(true);
    world.seconds(200);
    expect(world.breaks, world.story()).toEqual([]);
    expect(world.site.disk.mountOf('n2')).not.toBe(null);
    world.operator('owner', 0);
    expect(world.replies.at(-1)?.text).toContain('no running system was seen on n1');
    const taken = () => {
      world.operator('owner', 1);
      return world.replies.at(-1)?.accepted === true;
    };
    expect(world.until(taken, 60), world.story()).toBe(true);
    const settled = () => world.stateName === 'watch' && world.activeName === 'n2';
    expect(world.until(settled, 200), world.story()).toBe(true);
    world.kill();
    world.restart();
    expect(world.activeName).toBe('n2');
    expect(world.site.referee.violations).toEqual([]);
  });
});
