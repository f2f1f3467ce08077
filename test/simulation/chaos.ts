/**
 * Random troubles against a whole simulated cluster, from a seed. Used by the short run of CI and by
 * long runs from the command line (`SEEDS=5000 npx vitest run test/simulation`). What may never
 * happen is judged by the referee; what a person may do wrongly on purpose is not played.
 */
import { LAST_WEEKS_PANIC } from '../../src/sim/console-port.ts';
import { Random } from '../../src/sim/random.ts';
import { World } from '../machine/world.ts';

type Trouble = (world: World, random: Random) => void;

const NAMES = ['n1', 'n2'] as const;

function anyNode(world: World, random: Random) {
  return world.site.node(NAMES[random.below(2)] ?? 'n1');
}

function attempt(run: () => void): void {
  try {
    run();
  } catch {
    // A machine that is off cannot panic: the site says so, and nothing happens.
  }
}

/** What the page on taking over by hand says: the other machine stands at its prompt, halted. */
function moveByHand(world: World, to: string): void {
  const other = world.site.node(to === 'n1' ? 'n2' : 'n1');
  if (!other.condition.includes('prompt') || other.machine.isHeld) return;
  world.site.node(to).typeAtPrompt('boot shared');
}

const TROUBLES: readonly Trouble[] = [
  (world, random) => attempt(() => anyNode(world, random).panic()),
  (world, random) => attempt(() => anyNode(world, random).panic({ dump: 'none' })),
  (world, random) => attempt(() => anyNode(world, random).panic({ stallsAtPercent: 40 })),
  (world, random) => attempt(() => anyNode(world, random).hang()),
  (world, random) => attempt(() => anyNode(world, random).hang({ kind: 'kernel' })),
  (world, random) => attempt(() => anyNode(world, random).hang({ ignoresBreak: true })),
  (world, random) =>
    attempt(() =>
      anyNode(world, random).hang({
        wakesAfterMs: 5000 + random.below(60_000),
        ignoresBreak: true,
      }),
    ),
  (world, random) => attempt(() => anyNode(world, random).powerOff()),
  (world, random) => attempt(() => anyNode(world, random).powerOn()),
  (world, random) => attempt(() => anyNode(world, random).powerOn()),
  (world, random) => attempt(() => anyNode(world, random).reset()),
  (world, random) => attempt(() => anyNode(world, random).watchdogReset()),
  (world, random) => attempt(() => anyNode(world, random).reboot()),
  (world, random) => attempt(() => anyNode(world, random).halt()),
  (world, random) => attempt(() => anyNode(world, random).singleUser()),
  (world, random) => attempt(() => anyNode(world, random).spuriousBreak()),
  (world, random) => world.site.network.setCable(NAMES[random.below(2)] ?? 'n1', false),
  (world, random) => world.site.network.setCable(NAMES[random.below(2)] ?? 'n1', true),
  (world, random) => world.site.network.setRouter(random.chance(0.5)),
  (world, random) => {
    const modes = ['normal', 'refuse', 'half-open', 'busy', 'normal', 'normal'] as const;
    const { console } = anyNode(world, random);
    console.options.mode = modes[random.below(modes.length)] ?? 'normal';
    if (random.chance(0.5)) console.cutAll();
  },
  (world, random) => anyNode(world, random).console.cutAll(),
  (world, random) => {
    const { options } = anyNode(world, random).console;
    options.replay = { kind: 'text', text: LAST_WEEKS_PANIC };
  },
  (world, random) => {
    const { options } = anyNode(world, random).console;
    options.lossRate = random.chance(0.5) ? 0 : 0.004;
    options.corruptRate = random.chance(0.5) ? 0 : 0.004;
    options.breakLossRate = random.chance(0.5) ? 0 : 0.4;
    options.pieceMax = random.below(9);
    options.delayMs = random.below(3) * 40;
  },
  (world, random) => {
    world.kill();
    world.clock.after(random.below(20_000), () => world.restart());
  },
  (world, random) => {
    // While nobody watches, people move production by hand, or somebody's BREAK stops a machine.
    world.kill();
    if (random.chance(0.5)) {
      attempt(() => world.site.node(world.activeName).halt());
      const other = world.activeName === 'n1' ? 'n2' : 'n1';
      world.clock.after(4000, () => attempt(() => moveByHand(world, other)));
    }
    if (random.chance(0.5)) {
      const at = random.below(15_000);
      world.clock.after(at, () => attempt(() => anyNode(world, random).spuriousBreak()));
    }
    world.clock.after(16_000 + random.below(10_000), () => world.restart());
  },
  (world) => world.swapCables(),
  (world, random) => {
    world.journalFails = random.chance(0.5);
  },
  (world, random) => {
    const lies = [null, null, 'no-answer', 'on'] as const;
    world.powerLie = lies[random.below(lies.length)] ?? null;
  },
  (world, random) => {
    const half = random.chance(0.5) ? 'd1' : 'd2';
    world.site.disk.setLabel(half, random.chance(0.7));
  },
  (world, random) => {
    world.operator(random.chance(0.7) ? 'release' : 'go');
  },
  (world, random) => {
    // A truthful operator: confirms only what is so.
    const index = random.below(2) === 0 ? 0 : 1;
    const node = world.site.node(NAMES[index]);
    if (!node.machine.hasPower) world.operator('confirm', index);
  },
  (world, random) => attempt(() => anyNode(world, random).typeAtPrompt('setenv auto-boot? true')),
  (world, random) => world.feed({ kind: 'stall', lateMs: 2000 + random.below(30_000) }),
];

/** Leaves everything in order, as people would in the end. */
function mend(world: World): void {
  world.powerLie = null;
  world.journalFails = false;
  if (world.cablesSwapped) world.swapCables();
  for (const name of NAMES) {
    const { console } = world.site.node(name);
    Object.assign(console.options, {
      mode: 'normal',
      lossRate: 0,
      corruptRate: 0,
      breakLossRate: 0,
      pieceMax: 0,
      delayMs: 0,
    });
    world.site.network.setCable(name, true);
    attempt(() => world.site.node(name).powerOn());
  }
  world.site.network.setRouter(true);
  world.site.disk.setLabel('d1', true);
  world.site.disk.setLabel('d2', true);
  for (const name of NAMES) world.site.console(name).cutAll();
}

export interface ChaosResult {
  readonly world: World;
  readonly violations: number;
  /** Production runs at the end, after everything was mended and an operator helped. */
  readonly runs: boolean;
}

const POLICIES = ['power', 'confirm', 'trust'] as const;

export function runChaos(seed: number): ChaosResult {
  const random = new Random(seed * 7919 + 13);
  const moved = random.chance(0.1);
  const world = new World({
    site: {
      seed,
      ...(moved
        ? {
            nodes: [
              { name: 'n1', start: 'parked' },
              { name: 'n2', start: 'running' },
            ] as const,
          }
        : {}),
    },
    target: {
      onSilence: POLICIES[seed % 3] ?? 'power',
      serviceLost: random.chance(0.5) ? 'takeover' : 'alarm',
    },
  });
  world.seconds(20);
  const troubles = 1 + random.below(12);
  for (let index = 0; index < troubles; index++) {
    const trouble = TROUBLES[random.below(TROUBLES.length)];
    trouble?.(world, random);
    world.seconds(1 + random.below(random.chance(0.5) ? 8 : 60));
  }
  mend(world);
  const runs = helpedBack(world);
  return { world, violations: unexcused(world), runs };
}

/**
 * `trust` is no proof and is said not to be: a machine that hangs so that it ignores BREAK, with its
 * network dead, looks like one without power. Only violations by such a boot are its known price.
 */
function unexcused(world: World): number {
  const trusted = world.journal.some(
    ({ record }) =>
      record.kind === 'intent' && record.verb === 'boot' && /TRUSTED/.test(record.evidence ?? ''),
  );
  return trusted ? 0 : world.site.referee.violations.length;
}

/** An operator reads the alarms and does what they say, for half an hour at most. */
function helpedBack(world: World): boolean {
  const serves = () => world.site.network.serviceUp && world.stateName === 'watch';
  for (let round = 0; round < 20; round++) {
    if (world.until(serves, 90)) return true;
    const active = world.site.node(world.activeName);
    if (!active.condition.includes('prompt') && !world.site.network.serviceUp) {
      active.powerOff(); // Stuck: a person switches it off and on again.
      world.seconds(5);
      active.powerOn();
    }
    const standby = world.site.node(world.activeName === 'n1' ? 'n2' : 'n1');
    const stuck = world.stateName === 'unproven' || world.stateName === 'puzzled';
    const answers = world.site.network.serviceUp && round < 4;
    if (stuck && !standby.condition.includes('prompt') && !answers) {
      standby.powerOff();
      world.seconds(5);
      standby.powerOn();
    }
    if (world.stateName === 'stopped') world.operator('release');
    else if (world.stateName === 'puzzled')
      world.operator('owner', world.activeName === 'n1' ? 1 : 0);
    else if (world.stateName === 'mute') world.operator('switchover');
    else if (world.stateName === 'halted') world.operator('go');
    else if (world.stateName === 'in-kmdb') world.operator('switchover');
    else if (world.stateName === 'single-user') world.operator('switchover');
  }
  return serves();
}
