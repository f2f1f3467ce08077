/**
 * Everything that can go wrong on a simulated site, as one struct of rates. A run draws some of
 * these kinds from its seed and lets each strike at instants of its own; `plan.ts` draws,
 * `strikes.ts` strikes. `clusterd sim --list-faults` prints this file; `--faults NAME` uses only the
 * named kinds, `--faults NAME=RATE` with another rate. A rate of 0 means never.
 */

export interface FaultField {
  /** `per hour`: strikes in a simulated hour of the time in which troubles may strike. */
  readonly unit: 'per hour' | 'per character' | 'per BREAK' | 'per run' | 'ms' | 'characters';
  /** The least and the highest value that is taken. */
  readonly range: readonly [number, number];
  readonly default: number;
  /** One line: what it does. */
  readonly what: string;
}

const perHour = (rate: number, what: string): FaultField => ({
  unit: 'per hour',
  range: [0, 3600],
  default: rate,
  what,
});
const perCharacter = (rate: number, what: string): FaultField => ({
  unit: 'per character',
  range: [0, 0.1],
  default: rate,
  what,
});

export const FAULTS = {
  // The wire.
  loss: perCharacter(0.004, 'a character vanishes, both ways, for a while'),
  corruption: perCharacter(
    0.004,
    'a character arrives with one bit flipped, both ways, for a while',
  ),
  duplication: perCharacter(0.004, 'a character arrives twice, both ways, for a while'),
  delay: {
    unit: 'ms',
    range: [0, 2000],
    default: 120,
    what: 'up to so long on the wire, each way, for a while',
  },
  dragging: {
    unit: 'ms',
    range: [0, 3000],
    default: 1300,
    what: 'on one wire all that is typed and shown takes up to so long, for 20 to 180 s',
  },
  cutting: {
    unit: 'characters',
    range: [0, 100],
    default: 9,
    what: 'output comes in pieces of one to so many characters, for a while',
  },
  interleaving: perHour(200, 'a line of the kernel stands in the middle of what comes next'),
  'break-dropped': {
    unit: 'per BREAK',
    range: [0, 1],
    default: 0.5,
    what: 'a BREAK gets lost on its way, for a while',
  },
  'spurious-break': perHour(40, 'a BREAK that nobody sent stops a machine'),
  'stale-replay': perHour(
    40,
    'a connection is cut; the next one shows the panic of last week first',
  ),
  'swapped-cables': perHour(20, 'the two console cables are swapped, and put right in the end'),
  // Terminal servers and networks.
  'connection-cut': perHour(60, 'the connection to a console is cut'),
  'server-down': perHour(30, 'the terminal server is down for 3 to 60 s, with both consoles'),
  'half-open': perHour(30, 'a connection stays up and carries nothing for 5 to 120 s'),
  'port-busy': perHour(30, 'somebody else takes a console port for 3 to 60 s'),
  'cable-out': perHour(30, 'the network cable of a node is pulled, often put back after a while'),
  'router-down': perHour(30, 'the router, and with it every reference, is silent for 3 to 60 s'),
  'address-changed': perHour(15, 'somebody changes the service address of the running system'),
  // Machines.
  'power-cut': perHour(
    40,
    'a node loses its power; in half of the cases it returns after 3 to 60 s',
  ),
  panic: perHour(40, 'a running system panics, with any kind of dump, nested or not'),
  'endless-dump': perHour(20, 'a system panics; its dump takes 1 to 5 minutes, or never ends'),
  'hung-os': perHour(40, 'a system hangs: nothing runs, or only kernel and network'),
  'deaf-os': perHour(20, 'a system hangs where BREAK is not looked at; it may come to itself'),
  'slow-os': perHour(30, 'answers take up to 2 s more, boots up to a minute, for a while'),
  'watchdog-reset': perHour(20, 'a machine resets by itself'),
  lookalike: perHour(60, 'a running system prints a line that looks like a prompt or an old panic'),
  reboot: perHour(20, 'somebody reboots a running system in order'),
  halt: perHour(20, 'somebody halts a running system, or takes it to single user'),
  'nvram-lost': perHour(20, 'the NVRAM battery of a node is dead: its values go with its power'),
  // The disk.
  'label-corruption': perHour(30, 'the label of one half of the mirror is destroyed'),
  'disk-power': perHour(20, 'one half of the mirror loses its power'),
  'broken-root': perHour(15, 'every boot from the shared root panics, until it is repaired'),
  // People.
  typing: perHour(
    60,
    'somebody types at a console, at the worst time: half lines, setenv, boot, go',
  ),
  'unseen-hand': perHour(
    60,
    'a console is lost for 2 to 20 s; meanwhile somebody boots, resumes, resets',
  ),
  'moved-by-hand': perHour(20, 'somebody halts production and boots the other node by hand'),
  operator: perHour(40, 'an operator says release, go, hold, switchover, or confirms what is so'),
  'begun-again': perHour(
    30,
    'a reload lets the machine begin anew in place, at any instant; or an operator disarms, or types ' +
      'on a console through the daemon, for 0.5 to 60 s',
  ),
  // The monitoring host.
  'monitor-offline': perHour(30, 'the network of the monitoring host is down for 3 to 60 s'),
  'monitor-stalled': perHour(40, 'the daemon does not run for 1 to 60 s'),
  'journal-full': perHour(30, 'the disk of the journal is full for 5 to 90 s'),
  'journal-slow': perHour(40, 'the disk of the journal takes 0.3 to 9 s to write, for 20 to 90 s'),
  'journal-damaged': perHour(
    20,
    'a bit or a line of the journal changes while the daemon is started again',
  ),
  'clock-jump': perHour(30, 'the wall clock of the monitoring host jumps by up to a day'),
  killed: perHour(60, 'the daemon is killed and started again 0.5 to 20 s later'),
  'killed-at-effect': {
    unit: 'per run',
    range: [0, 1],
    default: 1,
    what: 'the daemon is killed right before one of its next 600 effects, and started again',
  },
  // The power device.
  'device-silent': perHour(30, 'the power device does not answer for 5 to 120 s'),
  'device-slow': perHour(30, 'the power device takes 3 to 40 s to answer, for 5 to 120 s'),
  'device-says-on': perHour(20, 'the power device switches nothing and says on, for 5 to 120 s'),
  'device-says-off': perHour(
    0,
    'the power device lies: off, of a node that is on; voids the proof',
  ),
} as const satisfies Readonly<Record<string, FaultField>>;

export type FaultName = keyof typeof FAULTS;

/** Rates by kind. */
export type Faults = Readonly<Record<FaultName, number>>;

export const FAULT_NAMES: readonly FaultName[] = Object.keys(FAULTS) as FaultName[];

export const DEFAULT_FAULTS: Faults = Object.fromEntries(
  FAULT_NAMES.map((name) => [name, FAULTS[name].default]),
) as Faults;

const NONE: Faults = Object.fromEntries(FAULT_NAMES.map((name) => [name, 0])) as Faults;

export type FaultChoice =
  | { readonly ok: true; readonly faults: Faults }
  | { readonly ok: false; readonly message: string; readonly word: string };

/** `loss,killed=200` -> only these kinds; `none`: no fault at all. */
export function chooseFaults(text: string): FaultChoice {
  const chosen: Record<FaultName, number> = { ...NONE };
  for (const word of text.split(',').filter((part) => part !== '' && part !== 'none')) {
    const [name = '', rate] = word.split('=');
    if (!isFaultName(name))
      return { ok: false, message: `there is no fault '${name}'`, word: name };
    const field = FAULTS[name];
    const value = rate === undefined ? field.default : Number(rate);
    const [least, most] = field.range;
    if (!(value >= least && value <= most)) {
      const message = `${name} is ${least} to ${most} ${field.unit}, not '${rate}'`;
      return { ok: false, message, word: name };
    }
    chosen[name] = value;
  }
  return { ok: true, faults: chosen };
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}
