/**
 * A simulated Solaris: boots, mounts the shared root, serves, and ends in all the ways in which
 * systems end. Driven by sun-node.ts. It does to the disk what a real system would, whoever else
 * has it mounted.
 */
import { LineEditor } from './line-editor.ts';
import { Schedule } from './schedule.ts';
import { SimError } from './sim-error.ts';
import { SolarisBoot } from './solaris-boot.ts';
import type { SolarisHost } from './solaris-host.ts';
import type { HangOptions, PanicOptions } from './solaris-options.ts';
import { panicSteps } from './solaris-panic.ts';
import { type SessionRequest, SolarisSession } from './solaris-session.ts';
import * as texts from './solaris-texts.ts';
import { SolarisWork } from './solaris-work.ts';

type Phase =
  | { readonly kind: 'loading' | 'booting' | 'multi-user' | 'single-user' | 'stopping' }
  | { readonly kind: 'panicking' | 'ended' }
  | { readonly kind: 'debugger'; readonly goOn: () => void }
  | { readonly kind: 'menu'; readonly before: Phase; readonly halted: boolean };

const ALTERNATE_BREAK = '\r~\x02';

export class Solaris {
  readonly #host: SolarisHost;
  readonly #schedule: Schedule;
  /** Goes on while the system stands still: a hang that ends by itself. */
  readonly #outside: Schedule;
  readonly #session: SolarisSession;
  readonly #debuggerLine: LineEditor;
  readonly #boot: SolarisBoot;
  readonly #work: SolarisWork;
  #phase: Phase = { kind: 'loading' };
  #suspended = false;
  #hang: HangOptions | null = null;
  #networkUp = false;
  #typed = '';

  constructor(host: SolarisHost) {
    this.#host = host;
    this.#schedule = new Schedule(host.clock);
    this.#outside = new Schedule(host.clock);
    this.#debuggerLine = new LineEditor((text) => host.print(text));
    this.#session = new SolarisSession({
      options: host.options,
      nvram: host.nvram,
      print: (text) => host.print(text),
      request: (what) => this.#carryOut(what),
      startPasswordTimer: (expire) => this.#schedule.after(host.times.passwordMs, expire),
    });
    this.#boot = new SolarisBoot(host, this.#schedule, {
      kernelRuns: () => {
        this.#phase = { kind: 'booting' };
      },
      panic: (panic) => this.panic(panic),
      singleUser: () => this.#enterSingleUser(),
      networkUp: () => this.#networkComesUp(),
      multiUser: () => this.#multiUser(),
    });
    this.#work = new SolarisWork(host, this.#schedule, {
      answers: () => this.answersNetwork,
      serves: () => this.#hang === null,
    });
  }

  /** For people: what the system is doing. */
  get condition(): string {
    const hung = this.#hang === null ? '' : `, hung (${this.#hang.kind ?? 'silent'})`;
    return `${this.#phase.kind}${hung}${this.#suspended ? ', suspended' : ''}`;
  }

  get isMultiUser(): boolean {
    return this.#phase.kind === 'multi-user' && this.#hang === null && !this.#suspended;
  }

  /** Would a packet from outside be answered, cables permitting? */
  get answersNetwork(): boolean {
    return this.#networkUp && !this.#standsStill;
  }

  boot(device: string, half: string, args: string): void {
    this.#boot.start(device, half, args);
  }

  /** As if it had been running for long: mounted, serving, silent. */
  runQuietly(half: string): void {
    this.#phase = { kind: 'multi-user' };
    this.#host.disk.mount(this.#host.name, half);
    this.#networkComesUp();
    this.#session.openQuietly();
    this.#work.chat();
  }

  /** A client asks for one transaction. Its number once it is on the disk; null: not written. */
  transact(): number | null {
    return this.#work.transact();
  }

  /** Some program writes to the console. */
  print(line: string): void {
    if (!this.#standsStill) this.#host.print(`${line}\r\n`);
  }

  #multiUser(): void {
    this.#phase = { kind: 'multi-user' };
    if (this.#host.options.readyLine) this.#host.print('The system is ready.\r\n');
    this.#host.note('login prompt');
    this.#session.openLogin();
    this.#work.chat();
  }

  #networkComesUp(): void {
    this.#networkUp = true;
    this.#work.start(() => this.panic({ message: 'md: all submirrors failed' }));
    this.#host.networkChanged();
  }

  key(char: string): void {
    if (this.#alternateBreak(char)) return this.#host.abort();
    if (this.#phase.kind === 'menu') return this.#menuKey(char, this.#phase);
    if (this.#suspended || this.#hungSilently) return;
    if (this.#phase.kind === 'debugger') return this.#debuggerKey(char, this.#phase.goOn);
    if (this.#hang !== null) return this.#host.print(char === '\r' ? '\r\n' : char);
    this.#session.key(char);
  }

  /** `to-firmware`: the node now shows the firmware prompt, this system is held. */
  breakSignal(alternate = false): 'to-firmware' | 'stays' {
    const { options } = this.#host;
    if (this.#hang?.ignoresBreak === true) return 'stays';
    if (this.#phase.kind === 'menu' || this.#phase.kind === 'debugger') return 'stays';
    if (this.#phase.kind === 'loading' || this.#phase.kind === 'panicking') return 'to-firmware';
    if (options.kbdAlternate && !alternate) return 'stays';
    if (options.debugger) {
      this.#enterDebugger(() => {});
      return 'stays';
    }
    if (options.monitor === 'none') return 'to-firmware';
    this.#openMenu(false);
    return 'stays';
  }

  /** Held: nothing runs, nothing is written, everything can go on. */
  suspend(): void {
    this.#suspended = true;
    this.#host.disk.setSuspended(this.#host.name, true);
    this.#settleTime();
  }

  resume(): void {
    this.#suspended = false;
    this.#host.disk.setSuspended(this.#host.name, false);
    this.#settleTime();
  }

  /** `sync` at the firmware prompt: the held system runs again, panics and writes. */
  sync(): void {
    this.#hang = null;
    this.resume();
    this.panic({ message: 'sync initiated' });
  }

  /** Reset or power off: the system is gone from one moment to the next. */
  die(): void {
    if (this.#phase.kind === 'ended') return;
    this.#end();
    this.#host.disk.unmount(this.#host.name, false);
  }

  get #hungSilently(): boolean {
    return this.#hang !== null && this.#hang.kind !== 'kernel';
  }

  get #standsStill(): boolean {
    const { kind } = this.#phase;
    return this.#suspended || this.#hungSilently || kind === 'debugger' || kind === 'menu';
  }

  #alternateBreak(char: string): boolean {
    this.#typed = (this.#typed + char).slice(-ALTERNATE_BREAK.length);
    const { kbdAlternate } = this.#host.options;
    return kbdAlternate && !this.#suspended && this.#typed === ALTERNATE_BREAK;
  }

  #settleTime(): void {
    if (this.#standsStill) this.#schedule.pause();
    else this.#schedule.resume();
    this.#host.networkChanged();
  }

  #enterDebugger(goOn: () => void): void {
    const before = this.#phase;
    const leave = () => {
      this.#phase = before;
      this.resume();
      goOn();
    };
    this.#phase = { kind: 'debugger', goOn: leave };
    this.#host.disk.setSuspended(this.#host.name, true);
    this.#settleTime();
    this.#host.print(`\r\n${texts.KMDB}`);
  }

  #debuggerKey(char: string, goOn: () => void): void {
    const line = this.#debuggerLine.feed(char)?.trim();
    if (line === undefined) return;
    if (line === ':c') return goOn();
    if (line === '$q') return this.#terminate();
    if (line !== '') this.#host.print(`kmdb: invalid command '${line}'\r\n`);
    this.#host.print('[0]> ');
  }

  #openMenu(halted: boolean): void {
    const before = this.#phase;
    this.#phase = { kind: 'menu', before, halted };
    if (!halted) this.#host.disk.setSuspended(this.#host.name, true);
    this.#settleTime();
    this.#host.print(halted ? texts.SUN4V_HALT_MENU : `\r\n${texts.SUN4V_MENU}`);
  }

  #menuKey(char: string, menu: Phase & { readonly kind: 'menu' }): void {
    const keys = menu.halted ? 'roh' : 'csrh';
    if (!keys.includes(char) || char === '') return;
    this.#host.print(`${char}\r\n`);
    this.#phase = menu.before;
    if (char === 'c') return this.resume();
    if (char === 's') return this.sync();
    if (char === 'r') return this.#resetFor('boot');
    if (char === 'o') return this.#host.terminated();
    if (menu.halted) return this.#host.powerOff();
    this.#terminate();
  }

  panic(panic: PanicOptions): void {
    this.#mustRun('panic');
    const { options, cpu } = this.#host;
    const message = panic.message ?? 'BAD TRAP: type=31 rp=2a100047630 addr=8 mmu_fsr=0';
    this.#stopServing();
    this.#hang = null;
    this.#phase = { kind: 'panicking' };
    // Whatever held it, a menu or a debugger, holds it no more.
    this.resume();
    this.#host.note(`panics: ${message}`);
    this.#host.print(texts.panicLine(cpu, message));
    if (panic.nested === true) {
      this.#host.print(texts.panicLine(cpu, 'recursive mutex_enter, lp=30001074d50'));
    }
    for (const line of texts.STACK) this.#host.print(`${line}\r\n`);
    this.#host.print('\r\n');
    const finish = () => this.#finishPanic(panic);
    if (!options.debugger) return finish();
    this.#host.print('panic: entering debugger (continue to save dump)\r\n');
    this.#enterDebugger(finish);
  }

  #finishPanic(panic: PanicOptions): void {
    const { disk, name, options, times } = this.#host;
    const steps = panicSteps({
      name,
      disk,
      times,
      dump: panic.dump ?? options.dump,
      panic,
      mounted: disk.mountOf(name) !== null,
      print: (text) => this.#host.print(text),
      note: (what) => this.#host.note(what),
      reboot: () => this.#resetFor('boot'),
    });
    this.#schedule.play(steps);
  }

  hang(hang: HangOptions): void {
    this.#mustRun('hang');
    this.#hang = hang;
    this.#host.note(`hangs (${hang.kind ?? 'silent'})`);
    this.#settleTime();
    if (hang.wakesAfterMs !== undefined) this.#outside.after(hang.wakesAfterMs, () => this.#wake());
  }

  #wake(): void {
    if (this.#hang === null) return;
    this.#hang = null;
    this.#host.note('comes to itself');
    this.#settleTime();
  }

  /** An orderly end, as by `init` or by typing it. */
  shutDown(to: 'reboot' | 'halt' | 'power-off'): void {
    this.#mustRun('shut down');
    const level = to === 'reboot' ? 6 : to === 'halt' ? 0 : 5;
    this.#stopServing();
    this.#phase = { kind: 'stopping' };
    this.#host.note(to === 'reboot' ? 'reboots in order' : 'goes down in order');
    this.#host.print(
      `\r\nINIT: New run level: ${level}\r\nThe system is coming down.  Please wait.\r\n`,
    );
    const half = this.#host.times.shutdownMs / 2;
    this.#schedule.play([
      {
        afterMs: half,
        run: () => this.#host.print('The system is down.\r\nsyncing file systems...'),
      },
      { afterMs: half, run: () => this.#goDown(to) },
    ]);
  }

  singleUser(): void {
    this.#mustRun('go to single user');
    this.#stopServing();
    this.#phase = { kind: 'stopping' };
    this.#host.print(
      '\r\nINIT: New run level: S\r\nThe system is coming down for administration.\r\n',
    );
    this.#schedule.after(this.#host.times.shutdownMs, () => this.#enterSingleUser());
  }

  #goDown(to: 'reboot' | 'halt' | 'power-off'): void {
    const { disk, name } = this.#host;
    disk.write(name, 'sync');
    this.#host.print(' done\r\n');
    disk.unmount(name, true);
    if (to === 'halt') return this.#terminate();
    if (to === 'power-off') {
      this.#end();
      return this.#host.powerOff();
    }
    this.#host.print('rebooting...\r\n');
    this.#resetFor('boot');
  }

  #enterSingleUser(): void {
    this.#phase = { kind: 'single-user' };
    this.#host.note('single user');
    this.#session.openMaintenance();
  }

  #carryOut(what: SessionRequest): void {
    if (what === 'single-user') return this.singleUser();
    if (what !== 'go-on') return this.shutDown(what);
    this.#phase = { kind: 'booting' };
    this.#boot.startServices();
  }

  #mustRun(verb: string): void {
    const { kind } = this.#phase;
    if (kind !== 'ended' && kind !== 'stopping' && !this.#suspended) return;
    throw new SimError(
      'not-possible-now',
      `${this.#host.name} cannot ${verb} now, its system is ${this.condition}`,
      'wait for the login prompt, or power the node on',
    );
  }

  #stopServing(): void {
    this.#schedule.clear();
    this.#session.close();
    this.#networkUp = false;
    this.#host.networkChanged();
  }

  #resetFor(command: string): void {
    this.die();
    this.#host.requestReset(command);
  }

  #terminate(): void {
    this.die();
    this.#host.print('Program terminated\r\n');
    if (this.#host.options.monitor === 'sun4v') this.#openMenu(true);
    else this.#host.terminated();
  }

  #end(): void {
    this.#stopServing();
    this.#outside.clear();
    this.#phase = { kind: 'ended' };
  }
}
