/**
 * How OpenBoot finds what to boot: aliases, default device, diagnostics, and what it says when it
 * does not find it. Called by sun-node.ts. Pure.
 */
import type { SharedDisk } from './disk.ts';
import type { Nvram } from './nvram.ts';
import { assertNever } from './sim-error.ts';

export interface BootTarget {
  readonly device: string;
  readonly args: string;
}

export type BootSource =
  | { readonly kind: 'net' }
  | { readonly kind: 'disk'; readonly half: string }
  /** What the firmware prints before its prompt. */
  | { readonly kind: 'failed'; readonly text: string };

export interface Devices {
  readonly nvram: Nvram;
  readonly aliases: ReadonlyMap<string, string>;
  readonly disk: SharedDisk;
}

const CANNOT_LOCATE = "\r\nCan't locate boot device\r\n\r\n";
const CANNOT_OPEN = "\r\nCan't open boot device\r\n\r\n";
const BAD_LABEL = "Bad magic number in disk label\r\nCan't open disk label package\r\n";

/** `rest`: what follows `boot`. A first word that is no path and no alias belongs to the arguments. */
export function bootTarget(rest: string, devices: Devices): BootTarget {
  const [first = '', ...others] = rest.split(/\s+/);
  const named = first.startsWith('/') ? first : devices.aliases.get(first);
  const device = named ?? defaultDevice(devices);
  const args = named === undefined ? rest : others.join(' ');
  return { device, args: args === '' ? defaultFile(devices.nvram) : args };
}

export function findBoot(device: string, { aliases, disk }: Devices): BootSource {
  if (device === 'net' || device.includes('/network@')) return { kind: 'net' };
  const opened = disk.open(device);
  switch (opened.kind) {
    case 'ready':
      return { kind: 'disk', half: opened.half.name };
    case 'no-answer':
      return { kind: 'failed', text: CANNOT_OPEN };
    case 'bad-label':
      return { kind: 'failed', text: BAD_LABEL + CANNOT_OPEN };
    case 'no-such-device': {
      // A drive that every machine of this kind has, without anything to boot on it.
      const exists = [...aliases.values()].includes(device);
      return { kind: 'failed', text: exists ? CANNOT_OPEN : CANNOT_LOCATE };
    }
    default:
      return assertNever(opened);
  }
}

/** The first device of the list that can be opened; without one the last of the list. */
function defaultDevice({ nvram, aliases, disk }: Devices): string {
  const names = nvram
    .get(nvram.isTrue('diag-switch?') ? 'diag-device' : 'boot-device')
    .split(/\s+/);
  const paths = names.map((name) => aliases.get(name) ?? name);
  return paths.find((path) => disk.open(path).kind === 'ready') ?? paths.at(-1) ?? '';
}

function defaultFile(nvram: Nvram): string {
  return nvram.get(nvram.isTrue('diag-switch?') ? 'diag-file' : 'boot-file');
}
