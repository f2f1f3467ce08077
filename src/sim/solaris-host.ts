/** What a simulated Solaris runs on: the machine under it, given by sun-node.ts. */
import type { Clock } from '../clock/clock.ts';
import type { SharedDisk } from './disk.ts';
import type { Nvram } from './nvram.ts';
import type { Random } from './random.ts';
import type { SolarisOptions } from './solaris-options.ts';
import type { SimTimes } from './times.ts';

export interface SolarisHost {
  readonly name: string;
  readonly clock: Clock;
  readonly disk: SharedDisk;
  readonly nvram: Nvram;
  readonly times: SimTimes;
  readonly options: SolarisOptions;
  readonly random: Random;
  readonly cpu: number;
  print(text: string): void;
  note(what: string): void;
  /** The system wants a reset after which the firmware runs this command. */
  requestReset(command: string): void;
  /** The system has ended; the firmware says `Program terminated`. */
  terminated(): void;
  powerOff(): void;
  /** An alternate BREAK sequence was typed. */
  abort(): void;
  /** A client was told that this transaction is on the disk. */
  acknowledge(transaction: number): void;
  networkChanged(): void;
}
