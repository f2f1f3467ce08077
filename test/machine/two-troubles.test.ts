/**
 * One trouble seldom comes alone: while a takeover is under way, a console, the power device, the
 * journal's disk, the network or the daemon itself fails for a while, at any moment. Production is
 * back without a person, on the other node. TROUBLE_STEP: seconds between two moments.
 */
import { describe, expect, test } from 'vitest';
import { onN1, onN2, reaches } from './cases.ts';
import { type World, watching } from './world.ts';

const STEP_SECONDS = Number(process.env.TROUBLE_STEP ?? 13);
const LAST_SECONDS = 48;

type Name = 'n1' | 'n2';
type Trouble = (world: World) => void;

function forAWhile(seconds: number, begin: Trouble, end: Trouble): Trouble {
  return (world) => {
    begin(world);
    world.clock.after(seconds * 1000, () => end(world));
  };
}

function mode(name: Name, to: 'normal' | 'refuse' | 'half-open'): Trouble {
  return (world) => {
    const console = world.site.console(name);
    console.options.mode = to;
    if (to === 'refuse') console.cutAll();
  };
}

function garbled(name: Name, lossRate: number): Trouble {
  return (world) => {
    world.site.console(name).options.lossRate = lossRate;
  };
}

function ofConsole(name: Name): [string, Trouble][] {
  return [
    [`${name}: console cut for 15 s`, forAWhile(15, mode(name, 'refuse'), mode(name, 'normal'))],
    [`${name}: console cut for 40 s`, forAWhile(40, mode(name, 'refuse'), mode(name, 'normal'))],
    [`${name}: half-open for 20 s`, forAWhile(20, mode(name, 'half-open'), mode(name, 'normal'))],
    [`${name}: garbled for 15 s`, forAWhile(15, garbled(name, 0.3), garbled(name, 0))],
    [`${name}: a stray BREAK`, ({ site }) => attempt(() => site.node(name).spuriousBreak())],
    [`${name}: half a line is typed`, ({ site }) => site.node(name).machine.receive('setenv a')],
    [`${name}: noise`, ({ site }) => site.console(name).fromNode('x#!')],
  ];
}

function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // What stands at its prompt cannot be stopped: the site says so, and nothing happens.
  }
}

const TROUBLES: readonly [string, Trouble][] = [
  ...ofConsole('n1'),
  ...ofConsole('n2'),
  ['n2 is reset', ({ site }) => site.node('n2').reset()],
  [
    'n2 loses its power for 2 s',
    forAWhile(
      2,
      ({ site }) => site.node('n2').powerOff(),
      ({ site }) => site.node('n2').powerOn(),
    ),
  ],
  [
    'the journal cannot be written for 20 s',
    forAWhile(
      20,
      (world) => {
        world.journalFails = true;
      },
      (world) => {
        world.journalFails = false;
      },
    ),
  ],
  [
    'the daemon is dead for 5 s',
    forAWhile(
      5,
      (world) => world.kill(),
      (world) => world.restart(),
    ),
  ],
  [
    'our own network is gone for 20 s',
    forAWhile(
      20,
      ({ site }) => site.network.setRouter(false),
      ({ site }) => site.network.setRouter(true),
    ),
  ],
  ['the daemon stalls for 20 s', (world) => world.feed({ kind: 'stall', lateMs: 20_000 })],
];

const LOSSES: readonly [string, Trouble][] = [
  ['panic', ({ site }) => site.node('n1').panic()],
  ['hang', ({ site }) => site.node('n1').hang()],
];

describe.each(LOSSES)('%s, and', (_loss, strike) => {
  test.each(TROUBLES)('%s', (_name, trouble) => {
    for (let second = 1; second <= LAST_SECONDS; second += STEP_SECONDS) {
      const world = watching({ target: { onSilence: 'confirm' } }, 10);
      strike(world);
      world.seconds(second);
      trouble(world);
      world.seconds(5);
      reaches(world, (it) => it.site.network.serviceUp && (onN1(it) || onN2(it)), 400);
      expect(world.activeName, world.story()).toBe('n2');
    }
  });
});
