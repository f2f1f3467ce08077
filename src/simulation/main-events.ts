/**
 * The event around which a run is built, so that most runs hold a takeover: what happens to
 * production, and what a script that takes over makes of it when nothing else goes wrong.
 */
import type { Target } from '../machine/target.ts';
import type { Site } from '../sim/site.ts';
import type { SiteNode } from '../sim/site-node.ts';

/**
 * Without a second fault: `automatic`: production is back within the promise, without a person;
 * `attended`: an alarm says what to type; `unharmed`: production does not stop.
 */
export type Expectation = 'automatic' | 'attended' | 'unharmed';

/** `hasHistory`: the journal knows that the active node was parked before its boot. */
export interface Circumstances {
  readonly onSilence: Target['onSilence'];
  readonly serviceLost: Target['serviceLost'];
  readonly hasHistory: boolean;
}

export interface MainEventContext {
  readonly site: Site;
  readonly active: SiteNode;
  readonly standby: SiteNode;
}

export interface MainEvent {
  readonly name: string;
  /** How often it is drawn, relative to the others. */
  readonly weight: number;
  /** When nothing else goes wrong: is production on the other node then, or on the same? */
  readonly production?: 'moves' | 'stays';
  readonly strike: (context: MainEventContext) => void;
  readonly expects: (circumstances: Circumstances) => Expectation;
}

const automatic = (): Expectation => 'automatic';
const attended = (): Expectation => 'attended';
const unharmed = (): Expectation => 'unharmed';
const bySilence = ({ onSilence, hasHistory }: Circumstances): Expectation =>
  onSilence === 'power' || (onSilence === 'trust' && hasHistory) ? 'automatic' : 'attended';
/** The machine has power, and its modem lines say so: such a silence is not trusted. */
const byPower = ({ onSilence }: Circumstances): Expectation =>
  onSilence === 'power' ? 'automatic' : 'attended';

export const MAIN_EVENTS: readonly MainEvent[] = [
  {
    name: 'panic',
    weight: 30,
    production: 'moves',
    strike: ({ active }) => active.panic(),
    expects: automatic,
  },
  {
    name: 'panic without a dump',
    weight: 8,
    production: 'moves',
    strike: ({ active }) => active.panic({ dump: 'none' }),
    expects: automatic,
  },
  {
    name: 'panic whose dump fails',
    weight: 4,
    production: 'moves',
    strike: ({ active }) => active.panic({ dump: 'fails' }),
    expects: automatic,
  },
  {
    name: 'panic whose dump stops half way',
    weight: 4,
    production: 'moves',
    strike: ({ active }) => active.panic({ stallsAtPercent: 40 }),
    expects: automatic,
  },
  {
    name: 'panic within a panic',
    weight: 3,
    production: 'moves',
    strike: ({ active }) => active.panic({ nested: true }),
    expects: automatic,
  },
  {
    name: 'panic with the first path broken',
    weight: 4,
    strike: ({ active, site }) => {
      site.disk.setLabel('d1', false);
      active.panic();
    },
    expects: automatic,
  },
  { name: 'hang', weight: 12, strike: ({ active }) => active.hang(), expects: automatic },
  {
    name: 'hang with the kernel alive',
    weight: 3,
    strike: ({ active }) => active.hang({ kind: 'kernel' }),
    expects: attended,
  },
  {
    name: 'hang that ignores BREAK',
    weight: 4,
    strike: ({ active }) => active.hang({ ignoresBreak: true }),
    expects: byPower,
  },
  {
    name: 'power failure',
    weight: 14,
    strike: ({ active }) => active.powerOff(),
    expects: bySilence,
  },
  {
    name: 'network cable out',
    weight: 5,
    strike: ({ active, site }) => site.network.setCable(active.name, false),
    expects: ({ serviceLost }) => (serviceLost === 'takeover' ? 'automatic' : 'attended'),
  },
  {
    name: 'planned reboot',
    weight: 4,
    production: 'stays',
    strike: ({ active }) => active.reboot(),
    expects: automatic,
  },
  {
    name: 'watchdog reset',
    weight: 3,
    strike: ({ active }) => active.watchdogReset(),
    expects: automatic,
  },
  { name: 'halt', weight: 3, strike: ({ active }) => active.halt(), expects: attended },
  {
    name: 'single user',
    weight: 2,
    strike: ({ active }) => active.singleUser(),
    expects: attended,
  },
  {
    name: 'spurious BREAK',
    weight: 3,
    strike: ({ active }) => active.spuriousBreak(),
    expects: automatic,
  },
  {
    name: 'standby without power',
    weight: 2,
    strike: ({ standby }) => standby.powerOff(),
    expects: unharmed,
  },
  { name: 'nothing', weight: 2, strike: () => {}, expects: unharmed },
];
