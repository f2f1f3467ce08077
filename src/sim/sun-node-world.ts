/** What a simulated SPARC machine is and what stands around it, given by site.ts. */
import type { Clock } from '../clock/clock.ts';
import type { SharedDisk } from './disk.ts';
import type { Random } from './random.ts';
import type { SolarisOptions } from './solaris-options.ts';
import type { MachineModel } from './sun-banner.ts';
import type { SimTimes } from './times.ts';

export interface SunNodeOptions {
  readonly name: string;
  readonly model: MachineModel;
  readonly cpus: number;
  /** Values that differ from the defaults of the firmware. */
  readonly nvram: Readonly<Record<string, string>>;
  readonly aliases: Readonly<Record<string, string>>;
  /** `secure`: no BREAK is ever looked at. */
  keyswitch: 'normal' | 'secure';
  /** The NVRAM forgets everything without power. */
  batteryDead: boolean;
  /** What `go` does when no system is held: nothing, or start what lies in the load buffer. */
  readonly goAfterHalt: 'ignored' | 'runs-load-buffer';
}

export interface SunNodeWorld {
  readonly clock: Clock;
  readonly disk: SharedDisk;
  readonly times: SimTimes;
  readonly random: Random;
  readonly solaris: SolarisOptions;
  print(text: string): void;
  note(what: string): void;
  acknowledge(transaction: number): void;
  networkChanged(): void;
  powerChanged(): void;
}
