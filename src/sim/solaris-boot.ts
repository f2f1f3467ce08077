/**
 * How a simulated Solaris comes up: kernel, root mount, file system check, services. Called by
 * solaris.ts. The root is mounted at one moment (`#mountRoot`); before it nothing is written.
 */
import type { Schedule } from './schedule.ts';
import type { SolarisHost } from './solaris-host.ts';
import type { PanicOptions } from './solaris-options.ts';
import { COPYRIGHT, SERVICES } from './solaris-texts.ts';

/** What the boot tells the system. */
export interface BootProgress {
  kernelRuns(): void;
  panic(panic: PanicOptions): void;
  singleUser(): void;
  networkUp(): void;
  multiUser(): void;
}

export class SolarisBoot {
  readonly #host: SolarisHost;
  readonly #schedule: Schedule;
  readonly #progress: BootProgress;

  constructor(host: SolarisHost, schedule: Schedule, progress: BootProgress) {
    this.#host = host;
    this.#schedule = schedule;
    this.#progress = progress;
  }

  /** The boot program of `device` on disk `half` has been loaded and starts. */
  start(device: string, half: string, args: string): void {
    const { times } = this.#host;
    this.#schedule.after(times.mountAfterMs / 2, () => {
      this.#host.print(`${this.#host.options.release}\r\n${COPYRIGHT}\r\n`);
      this.#progress.kernelRuns();
    });
    this.#schedule.after(times.mountAfterMs, () => this.#mountRoot(device, half, args));
  }

  /** From the mounted root to the login prompt; also from single user. */
  startServices(): void {
    const { times, options } = this.#host;
    if (this.#host.disk.damaged) return this.#unexpectedInconsistency();
    for (const line of SERVICES) this.#host.print(`${line}\r\n`);
    const { extraBootMs } = options;
    this.#schedule.after(times.networkAfterMs - times.mountAfterMs + extraBootMs, () =>
      this.#progress.networkUp(),
    );
    this.#schedule.after(times.bootMs - times.mountAfterMs + extraBootMs, () =>
      this.#progress.multiUser(),
    );
  }

  #mountRoot(device: string, half: string, args: string): void {
    const { disk, name, options } = this.#host;
    const crashed = disk.journalPending;
    if (disk.rootBroken || !disk.mount(name, half)) {
      this.#host.print(`Cannot mount root on ${device} fstype ufs\r\n`);
      return this.#progress.panic({ message: 'vfs_mountroot: cannot mount root', dump: 'none' });
    }
    this.#host.print(`Hostname: ${options.nodename}\r\n`);
    if (disk.damaged) return this.#unexpectedInconsistency();
    if (options.mirrorNeedsQuorum && this.#halfOfMirrorGone()) return this.#noQuorum();
    if (crashed && options.fsck === 'asks') return this.#unexpectedInconsistency();
    if (args.split(/\s+/).includes('-s')) return this.#progress.singleUser();
    if (crashed && options.fsck === 'checks') return this.#checkFileSystem();
    this.startServices();
  }

  #halfOfMirrorGone(): boolean {
    const { halves } = this.#host.disk;
    const gone = halves.filter((half) => !half.powered).length;
    return gone > 0 && gone * 2 >= halves.length;
  }

  #noQuorum(): void {
    this.#host.print(
      'Insufficient metadevice database replicas located.\r\n\r\n' +
        'Use metadb to delete databases which are broken.\r\n',
    );
    this.#progress.singleUser();
  }

  #unexpectedInconsistency(): void {
    this.#host.print(
      'The / file system (/dev/rdsk/c1t0d0s0) is being checked.\r\n' +
        '/dev/rdsk/c1t0d0s0: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.\r\n',
    );
    this.#progress.singleUser();
  }

  #checkFileSystem(): void {
    this.#host.print('The / file system (/dev/rdsk/c1t0d0s0) is being checked.\r\n');
    this.#schedule.after(this.#host.times.fsckMs, () => {
      this.#host.print('/dev/rdsk/c1t0d0s0: 41520 files, 1217033 used, 803320 free\r\n');
      this.startServices();
    });
  }
}
