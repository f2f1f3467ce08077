/**
 * How each kind of fault strikes, and how long it lasts. Called by the run at the instants of its
 * plan, with the run's own generator. What the site does not permit at that moment does not happen.
 */

import type { Clock } from '../clock/clock.ts';
import { LAST_WEEKS_PANIC } from '../sim/console-port.ts';
import type { Random } from '../sim/random.ts';
import type { Site } from '../sim/site.ts';
import type { SiteNode } from '../sim/site-node.ts';
import type { PanicOptions } from '../sim/solaris-options.ts';
import type { Chronicle } from './chronicle.ts';
import type { FaultName, Faults } from './faults.ts';
import { FLUSH_MS, type JournalDisk } from './journal-disk.ts';
import type { Monitor } from './monitor.ts';
import { attempt, type People, QUIET_WIRE } from './people.ts';
import { KERNEL_LINE, LOOKALIKES, TYPED } from './strike-texts.ts';

export interface StrikeContext {
  readonly clock: Clock;
  readonly site: Site;
  readonly monitor: Monitor;
  readonly disk: JournalDisk;
  readonly people: People;
  readonly random: Random;
  readonly chronicle: Chronicle;
  readonly faults: Faults;
}

type Strike = (context: StrikeContext) => void;

const SECOND = 1000;
const EFFECTS_TO_DIE_IN = 600;
const DAY_MS = 86_400_000;

function anyNode({ site, random }: StrikeContext): SiteNode {
  const node = site.nodes[random.below(2)];
  if (node === undefined) throw new Error('a site has two nodes');
  return node;
}

/** The node that runs production, or any. */
function running(context: StrikeContext): SiteNode {
  return context.site.nodes.find((node) => node.machine.isMultiUser) ?? anyNode(context);
}

function between(random: Random, fromMs: number, toMs: number): number {
  return fromMs + random.below(toMs - fromMs + 1);
}

/** Does it, and takes it back after a time between the two. */
function forAWhile(
  { clock, random }: StrikeContext,
  [fromMs, toMs]: readonly [number, number],
  run: () => void,
  undo: () => void,
): void {
  run();
  clock.after(between(random, fromMs, toMs), undo);
}

type WireRate =
  | 'lossRate'
  | 'corruptRate'
  | 'doubleRate'
  | 'breakLossRate'
  | 'pieceMax'
  | 'delayMs';

/** A wire is disturbed for a while; one wire or both. */
function disturb(name: WireRate, fault: FaultName, kind: 'rate' | 'up-to'): Strike {
  return (context) => {
    const { site, random, faults } = context;
    const value = kind === 'rate' ? faults[fault] : 1 + random.below(faults[fault]);
    const node = anyNode(context);
    const hit = random.chance(0.5) ? [node] : site.nodes;
    const set = (to: number) => {
      for (const { console } of hit) console.options[name] = to;
    };
    forAWhile(
      context,
      [3 * SECOND, 90 * SECOND],
      () => set(value),
      () => set(QUIET_WIRE[name]),
    );
  };
}

function setMode(mode: 'refuse' | 'half-open' | 'busy', all: boolean, cuts: boolean): Strike {
  return (context) => {
    const { site, random } = context;
    const hit = all ? site.nodes : [anyNode(context)];
    const longestMs = mode === 'half-open' ? 120 * SECOND : 60 * SECOND;
    forAWhile(
      context,
      [3 * SECOND, longestMs],
      () => {
        for (const { console } of hit) {
          console.options.mode = mode;
          if (cuts || random.chance(0.3)) console.cutAll();
        }
      },
      () => {
        for (const { console } of hit) {
          console.options.mode = 'normal';
          if (mode === 'half-open') console.cutAll();
        }
      },
    );
  };
}

function drawPanic(random: Random): PanicOptions {
  const dump = (['succeeds', 'none', 'fails'] as const)[random.below(3)] ?? 'succeeds';
  return { dump, nested: random.chance(0.2) };
}

/** What somebody does at a machine that nobody watches. */
const UNSEEN: readonly ((context: StrikeContext, node: SiteNode) => void)[] = [
  ({ people }, node) => people.type(node, 'boot shared\r'),
  ({ people }, node) => people.type(node, 'go\r'),
  ({ people }, node) => people.type(node, 'setenv auto-boot? true\rsetenv boot-device shared\r'),
  (_context, node) => attempt(() => node.reset()),
  (_context, node) => attempt(() => node.spuriousBreak()),
  ({ clock }, node) => {
    node.powerOff();
    clock.after(SECOND, () => node.powerOn());
  },
];

function unseenHand(context: StrikeContext): void {
  const { random, clock } = context;
  const node = anyNode(context);
  const { console } = node;
  console.options.mode = 'refuse';
  console.cutAll();
  const act = UNSEEN[random.below(UNSEEN.length)];
  clock.after(between(random, 0, 1500), () => act?.(context, node));
  clock.after(between(random, 2 * SECOND, 20 * SECOND), () => {
    console.options.mode = 'normal';
  });
}

function movedByHand(context: StrikeContext): void {
  const { site, people, clock } = context;
  const from = running(context);
  attempt(() => from.halt());
  const to = site.nodes.find((node) => node !== from);
  clock.after(8 * SECOND, () => {
    // A person who moves production looks first.
    const isDown = from.condition === 'ok prompt' && !from.machine.isHeld;
    if (to !== undefined && to.condition === 'ok prompt' && isDown)
      people.type(to, 'boot shared\r');
  });
}

const WORDS = ['release', 'go', 'hold', 'switchover', 'out-of-service', 'confirm'] as const;

/** Somebody carries the standby away, or says so and leaves it as it is. */
function standbyGoesAway({ monitor, random, site, chronicle }: StrikeContext): void {
  const index = site.nodes.findIndex((node) => !node.condition.startsWith('system'));
  const node = site.nodes[index];
  if (node === undefined || node.machine.isHeld) return;
  chronicle.person(`clusterd out-of-service ${node.name}`);
  if (random.chance(0.5)) node.powerOff();
  monitor.ask('out-of-service', index === 0 ? 0 : 1);
}

function operatorSpeaks(context: StrikeContext): void {
  const { monitor, random, site, chronicle } = context;
  const word = WORDS[random.below(WORDS.length)];
  if (word === 'out-of-service') return standbyGoesAway(context);
  if (word !== undefined && word !== 'confirm') {
    chronicle.person(`clusterd ${word}`);
    return monitor.ask(word, null);
  }
  const index = random.below(2) === 0 ? 0 : 1;
  const node = site.nodes[index];
  if (node === undefined || node.machine.hasPower) return;
  chronicle.person(`clusterd confirm ${node.name}`);
  monitor.ask('confirm', index);
}

function killed({ monitor, clock, random }: StrikeContext): void {
  if (!monitor.isRunning) return;
  monitor.kill();
  clock.after(between(random, SECOND / 2, 20 * SECOND), () => monitor.start());
}

function powerSays(says: 'off' | 'on' | 'no-answer'): Strike {
  return (context) =>
    forAWhile(
      context,
      [5 * SECOND, 120 * SECOND],
      () => {
        context.monitor.powerSays = says;
      },
      () => {
        context.monitor.powerSays = null;
      },
    );
}

export const STRIKES: Readonly<Record<FaultName, Strike>> = {
  loss: disturb('lossRate', 'loss', 'rate'),
  corruption: disturb('corruptRate', 'corruption', 'rate'),
  duplication: disturb('doubleRate', 'duplication', 'rate'),
  delay: disturb('delayMs', 'delay', 'up-to'),
  dragging: (context) => {
    const { console } = anyNode(context);
    const longest = context.faults.dragging;
    const delayMs = Math.ceil(longest / 2) + context.random.below(Math.ceil(longest / 2));
    forAWhile(
      context,
      [20 * SECOND, 180 * SECOND],
      () => Object.assign(console.options, { delayMs }),
      () => Object.assign(console.options, { delayMs: 0 }),
    );
  },
  cutting: disturb('pieceMax', 'cutting', 'up-to'),
  interleaving: (context) => anyNode(context).console.interject(KERNEL_LINE),
  'break-dropped': disturb('breakLossRate', 'break-dropped', 'rate'),
  'spurious-break': (context) => attempt(() => anyNode(context).spuriousBreak()),
  'stale-replay': (context) => {
    const { console } = anyNode(context);
    console.options.replay = context.random.chance(0.5)
      ? { kind: 'text', text: LAST_WEEKS_PANIC }
      : { kind: 'recorded', charactersMax: 2000 };
    console.cutAll();
  },
  'swapped-cables': ({ people }) => people.swapCables(),
  'connection-cut': (context) => anyNode(context).console.cutAll(),
  'server-down': setMode('refuse', true, true),
  'half-open': setMode('half-open', false, false),
  'port-busy': setMode('busy', false, true),
  'cable-out': (context) => {
    const { network } = context.site;
    const { name } = anyNode(context);
    network.setCable(name, false);
    if (!context.random.chance(0.6)) return;
    const backMs = between(context.random, 3 * SECOND, 60 * SECOND);
    context.clock.after(backMs, () => network.setCable(name, true));
  },
  'router-down': (context) => {
    const { network } = context.site;
    forAWhile(
      context,
      [3 * SECOND, 60 * SECOND],
      () => network.setRouter(false),
      () => network.setRouter(true),
    );
  },
  'address-changed': ({ site }) => site.network.setAddress(false),
  'power-cut': (context) => {
    const node = anyNode(context);
    node.powerOff();
    if (!context.random.chance(0.5)) return;
    context.clock.after(between(context.random, 3 * SECOND, 60 * SECOND), () => node.powerOn());
  },
  panic: (context) => attempt(() => running(context).panic(drawPanic(context.random))),
  'endless-dump': (context) => {
    const { random } = context;
    const dumpMs = between(random, 60 * SECOND, 300 * SECOND);
    const never = random.chance(0.3) ? { stallsAtPercent: 5 * random.below(20) } : {};
    attempt(() => running(context).panic({ dumpMs, ...never }));
  },
  'hung-os': (context) => {
    const kind = context.random.chance(0.7) ? 'silent' : 'kernel';
    attempt(() => running(context).hang({ kind }));
  },
  'deaf-os': (context) => {
    const { random } = context;
    const wakes = random.chance(0.6) ? { wakesAfterMs: between(random, 5000, 90_000) } : {};
    attempt(() => running(context).hang({ ignoresBreak: true, ...wakes }));
  },
  'slow-os': (context) => {
    const { site, random } = context;
    site.solaris.extraBootMs = random.below(60 * SECOND);
    const { options } = running(context).console;
    const delayMs = between(random, 300, 2000);
    forAWhile(
      context,
      [5 * SECOND, 60 * SECOND],
      () => Object.assign(options, { delayMs }),
      () => Object.assign(options, { delayMs: 0 }),
    );
  },
  'watchdog-reset': (context) => attempt(() => anyNode(context).watchdogReset()),
  lookalike: (context) => {
    const line = LOOKALIKES[context.random.below(LOOKALIKES.length)] ?? '';
    attempt(() => running(context).say(line));
  },
  reboot: (context) => attempt(() => running(context).reboot()),
  halt: (context) => {
    const node = running(context);
    attempt(() => (context.random.chance(0.6) ? node.halt() : node.singleUser()));
  },
  'nvram-lost': (context) => {
    const node = anyNode(context);
    node.machine.options.batteryDead = true;
    if (!context.random.chance(0.6)) return;
    node.powerOff();
    context.clock.after(between(context.random, SECOND, 20 * SECOND), () => node.powerOn());
  },
  'label-corruption': ({ site, random }) => {
    const half = site.disk.halves[random.below(site.disk.halves.length)];
    if (half !== undefined) site.disk.setLabel(half.name, false);
  },
  'disk-power': ({ site, random }) => {
    const half = site.disk.halves[random.below(site.disk.halves.length)];
    if (half !== undefined) site.disk.setPower(half.name, false);
  },
  'broken-root': ({ site }) => {
    site.disk.rootBroken = true;
  },
  typing: (context) => {
    const node = anyNode(context);
    const text = TYPED[context.random.below(TYPED.length)] ?? '\r';
    context.people.type(node, text);
  },
  'unseen-hand': unseenHand,
  'moved-by-hand': movedByHand,
  operator: operatorSpeaks,
  'monitor-offline': (context) => {
    const { monitor } = context;
    forAWhile(
      context,
      [3 * SECOND, 60 * SECOND],
      () => monitor.setOnline(false),
      () => monitor.setOnline(true),
    );
  },
  'monitor-stalled': ({ monitor, random }) => monitor.stand(between(random, SECOND, 60 * SECOND)),
  'journal-full': (context) => {
    const { disk } = context;
    forAWhile(
      context,
      [5 * SECOND, 90 * SECOND],
      () => {
        disk.isFull = true;
      },
      () => {
        disk.isFull = false;
      },
    );
  },
  'journal-slow': (context) => {
    const { disk } = context;
    const flushMs = between(context.random, 300, 9 * SECOND);
    forAWhile(
      context,
      [20 * SECOND, 90 * SECOND],
      () => Object.assign(disk, { flushMs }),
      () => Object.assign(disk, { flushMs: FLUSH_MS }),
    );
  },
  'journal-damaged': (context) => {
    if (!context.monitor.isRunning) return;
    killed(context);
    context.disk.damage();
  },
  'clock-jump': ({ monitor, random }) => {
    monitor.wallSkewMs += random.below(2 * DAY_MS) - DAY_MS;
  },
  killed,
  'killed-at-effect': (context) => {
    const { monitor, random, clock } = context;
    monitor.diesBefore = monitor.effectCount + random.below(EFFECTS_TO_DIE_IN);
    monitor.onDeath(() => {
      clock.after(between(random, SECOND / 2, 20 * SECOND), () => monitor.start());
    });
  },
  'begun-again': (context) => {
    const { monitor, random } = context;
    let undo = () => {};
    const kind = random.below(3);
    const node = random.below(2) === 0 ? 0 : 1;
    if (kind === 0) return monitor.beginAgain('the script was edited');
    forAWhile(
      context,
      [SECOND / 2, 60 * SECOND],
      () => {
        undo = kind === 1 ? monitor.disarm() : monitor.handOver(node);
      },
      () => undo(),
    );
  },
  'device-slow': (context) => {
    const delayMs = between(context.random, 3 * SECOND, 40 * SECOND);
    forAWhile(
      context,
      [5 * SECOND, 120 * SECOND],
      () => {
        context.monitor.powerDelayMs = delayMs;
      },
      () => {
        context.monitor.powerDelayMs = 0;
      },
    );
  },
  'device-silent': powerSays('no-answer'),
  'device-says-on': powerSays('on'),
  'device-says-off': powerSays('off'),
};
