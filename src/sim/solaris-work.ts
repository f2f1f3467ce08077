/**
 * What a simulated Solaris does while it runs: transactions of the load, flushing, a chatty
 * syslog, complaints about a disk that does not answer. Called by solaris.ts.
 */
import type { Schedule } from './schedule.ts';
import type { SolarisHost } from './solaris-host.ts';
import { syslogLine } from './solaris-texts.ts';

const WARNING_EVERY_WRITES = 25;

export class SolarisWork {
  readonly #host: SolarisHost;
  readonly #schedule: Schedule;
  readonly #state: { readonly answers: () => boolean; readonly serves: () => boolean };
  #failedWrites = 0;

  /** `answers`: packets are answered; `serves`: programs run. */
  constructor(
    host: SolarisHost,
    schedule: Schedule,
    state: { readonly answers: () => boolean; readonly serves: () => boolean },
  ) {
    this.#host = host;
    this.#schedule = schedule;
    this.#state = state;
  }

  start(onDiskLost: () => void): void {
    const { loadEveryMs } = this.#host.times;
    if (loadEveryMs > 0) this.#schedule.every(loadEveryMs, () => this.#serve(onDiskLost));
  }

  chat(): void {
    const { clock, options, random, times } = this.#host;
    if (!options.chatty) return;
    this.#schedule.every(times.chattyEveryMs, () => {
      this.#host.print(syslogLine(clock.now().wall, options.nodename, random));
    });
  }

  /** A client asks for one transaction. Its number once it is on the disk; null: not written. */
  transact(): number | null {
    const { disk, name } = this.#host;
    if (!this.#state.answers()) return null;
    const serves = this.#state.serves();
    const newest = disk.write(name, serves ? 'transaction' : 'flush');
    if (newest === null) return null;
    if (serves) this.#host.acknowledge(newest);
    return newest;
  }

  #serve(onDiskLost: () => void): void {
    if (this.transact() !== null) {
      this.#failedWrites = 0;
      return;
    }
    this.#failedWrites += 1;
    if (this.#host.options.onDiskLoss === 'panics') return onDiskLost();
    if (this.#failedWrites % WARNING_EVERY_WRITES !== 1) return;
    this.#host.print(
      'WARNING: /pci@1c,600000/scsi@2/sd@0,0 (sd0):\r\n\tdisk not responding to selection\r\n',
    );
  }
}
