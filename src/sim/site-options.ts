/** What a simulated site consists of. Everything has a default; see `SITE_DEFAULTS`. */

import type { ConsoleOptions } from './console-port.ts';
import { SimError } from './sim-error.ts';
import { SOLARIS_DEFAULTS, type SolarisOptions } from './solaris-options.ts';
import { V240 } from './sun-banner.ts';
import type { SunNodeOptions } from './sun-node-world.ts';
import { QUICK_TIMES, type SimTimes } from './times.ts';

export interface SiteNodeOptions extends Partial<Omit<SunNodeOptions, 'model'>> {
  readonly name: string;
  /** Eight hexadecimal digits. */
  readonly hostId?: string;
  /**
   * How it is found at the beginning. `running`: parked variables, the system runs from the first
   * disk; `parked`: at the ok prompt, parked; `new`: at the ok prompt with factory variables;
   * `new-running`: runs with factory variables, never parked; `off`: parked, without power.
   */
  readonly start?: 'running' | 'parked' | 'new' | 'new-running' | 'off';
  /** Outlets of the power switch that feed it. Default: one, with the name of the node. */
  readonly outlets?: readonly string[];
  readonly console?: Partial<ConsoleOptions>;
}

export interface SiteOptions {
  /** The same seed and the same calls give the same site, byte for byte. */
  readonly seed?: number;
  readonly times?: Partial<SimTimes>;
  readonly nodes?: readonly [SiteNodeOptions, SiteNodeOptions];
  readonly solaris?: Partial<SolarisOptions>;
  /** Mirror halves of the shared root. */
  readonly disks?: readonly { readonly name: string; readonly paths: readonly string[] }[];
}

/** A node with these values cannot boot by itself. */
export const PARKED: Readonly<Record<string, string>> = {
  'auto-boot?': 'false',
  'boot-device': 'clusterd-parked',
  'diag-device': 'clusterd-parked',
  'diag-switch?': 'false',
  'boot-command': 'boot',
  'use-nvramrc?': 'false',
  'error-reset-recovery': 'none',
};

export const DISK_PATHS = {
  d1: '/pci@1c,600000/scsi@2/disk@0,0',
  d2: '/pci@1d,700000/scsi@2/disk@0,0',
} as const;

/** The default alias `disk` leads to a local disk without a system, not to the shared one. */
const ALIASES: Readonly<Record<string, string>> = {
  shared: `${DISK_PATHS.d1}:a`,
  mirror: `${DISK_PATHS.d2}:a`,
  disk: '/pci@1e,600000/ide@d/disk@0,0',
  cdrom: '/pci@1e,600000/ide@d/cdrom@0,0:f',
  net: '/pci@1f,700000/network@2',
};

const NODES: readonly [SiteNodeOptions, SiteNodeOptions] = [
  { name: 'n1', hostId: '83a54dc7', start: 'running' },
  { name: 'n2', hostId: '83a54f12', start: 'parked', nvram: { 'scsi-initiator-id': '6' } },
];

export interface CompleteNode {
  readonly sun: SunNodeOptions;
  readonly start: NonNullable<SiteNodeOptions['start']>;
  readonly outlets: readonly string[];
  readonly console: Partial<ConsoleOptions>;
}

export interface CompleteSite {
  readonly seed: number;
  readonly times: SimTimes;
  readonly nodes: readonly CompleteNode[];
  readonly solaris: SolarisOptions;
  readonly disks: readonly { readonly name: string; readonly paths: readonly string[] }[];
}

/** Fills in the defaults. Throws `bad-option`. */
export function completeSite(options: SiteOptions): CompleteSite {
  const times = { ...QUICK_TIMES, ...options.times };
  checkTimes(times);
  const nodes = (options.nodes ?? NODES).map((node, index) => completeNode(node, index));
  if (nodes[0]?.sun.name === nodes[1]?.sun.name) {
    throw new SimError('bad-option', 'both nodes have one name', 'name them differently');
  }
  return {
    seed: options.seed ?? 1,
    times,
    nodes,
    solaris: { ...SOLARIS_DEFAULTS, ...options.solaris },
    disks: options.disks ?? [
      { name: 'd1', paths: [DISK_PATHS.d1] },
      { name: 'd2', paths: [DISK_PATHS.d2] },
    ],
  };
}

function completeNode(node: SiteNodeOptions, index: number): CompleteNode {
  const start = node.start ?? NODES[index]?.start ?? 'parked';
  const hostId = node.hostId ?? NODES[index]?.hostId ?? '';
  if (!/^[0-9a-f]{8}$/.test(hostId)) {
    const hint = 'eight lower-case hexadecimal digits, such as 83a54dc7';
    throw new SimError('bad-option', `host id of ${node.name} is '${hostId}'`, hint);
  }
  const parked = start === 'new' || start === 'new-running' ? {} : PARKED;
  return {
    start,
    outlets: node.outlets ?? [node.name],
    console: node.console ?? {},
    sun: {
      name: node.name,
      model: { ...V240, hostId },
      cpus: node.cpus ?? 1,
      nvram: { ...parked, ...NODES[index]?.nvram, ...node.nvram },
      aliases: { ...ALIASES, ...node.aliases },
      keyswitch: node.keyswitch ?? 'normal',
      batteryDead: node.batteryDead ?? false,
      goAfterHalt: node.goAfterHalt ?? 'ignored',
    },
  };
}

const MAY_BE_ZERO: readonly string[] = ['loadEveryMs', 'switchMs'];

function checkTimes(times: SimTimes): void {
  for (const [name, value] of Object.entries(times)) {
    if (value > 0 || (value === 0 && MAY_BE_ZERO.includes(name))) continue;
    throw new SimError('bad-option', `${name} is ${value}`, 'a time above 0, in milliseconds');
  }
  const ordered =
    times.mountAfterMs <= times.networkAfterMs && times.networkAfterMs <= times.bootMs;
  if (ordered) return;
  throw new SimError(
    'bad-option',
    'the boot is not in order',
    'mountAfterMs <= networkAfterMs <= bootMs',
  );
}
