/**
 * Personality `sun-obp`: one SPARC machine with OpenBoot, as a state machine on a clock. Console
 * characters and BREAK go in, console characters come out. No sockets here; site.ts connects it.
 */
import { Nvram } from './nvram.ts';
import { Obp } from './obp.ts';
import type { ObpHost } from './obp-words.ts';
import { Schedule } from './schedule.ts';
import { assertNever, SimError } from './sim-error.ts';
import { Solaris } from './solaris.ts';
import { formatBanner } from './sun-banner.ts';
import { bootTarget, findBoot } from './sun-boot.ts';
import type { SunNodeOptions, SunNodeWorld } from './sun-node-world.ts';

type State = { readonly kind: 'off' | 'post' | 'settling' | 'prompt' | 'net-boot' | 'system' };

type ResetCause = 'power-on' | 'reset' | 'os-request' | 'error';

/** What was booted last, for `go` on firmware that runs the load buffer. */
interface Loaded {
  readonly device: string;
  readonly half: string;
  readonly args: string;
}

const NET_BOOT_TRIES = 3;
const GARBAGE = ['\x00\xff\xfe~', '\xf8\x00\x1e\xe0?', '\x80\xfe', ''] as const;

export class SunNode {
  readonly options: SunNodeOptions;
  readonly nvram: Nvram;
  readonly #world: SunNodeWorld;
  readonly #schedule: Schedule;
  readonly #obp: Obp;
  readonly #aliases: Map<string, string>;
  #state: State = { kind: 'off' };
  #system: Solaris | null = null;
  #held = false;
  /** A system that survives an error reset until the firmware lets it sync. */
  #inMemory: Solaris | null = null;
  /** Something was loaded since the last reset: `boot` resets first. */
  #loaded: Loaded | null = null;
  #savedCommand: string | null = null;

  constructor(options: SunNodeOptions, world: SunNodeWorld) {
    this.options = options;
    this.#world = world;
    this.#schedule = new Schedule(world.clock);
    this.nvram = new Nvram(options.nvram);
    this.#aliases = new Map(Object.entries(options.aliases));
    this.#obp = new Obp(this.#obpHost(), { cpus: options.cpus, pageLines: 22 }, this.#schedule);
  }

  get name(): string {
    return this.options.name;
  }

  /** For people: what the machine is doing. */
  get condition(): string {
    if (this.#state.kind === 'system') return `system ${this.#system?.condition ?? ''}`.trim();
    if (this.#state.kind === 'prompt') return this.#held ? 'ok prompt, system held' : 'ok prompt';
    return this.#state.kind;
  }

  get hasPower(): boolean {
    return this.#state.kind !== 'off';
  }

  get atPrompt(): boolean {
    return this.#state.kind === 'prompt';
  }

  /** Is a system held by BREAK, to be resumed by `go`? */
  get isHeld(): boolean {
    return this.#held;
  }

  /** What the firmware will do after its self-test because a system or `boot` asked for it. */
  get rebootCommand(): string | null {
    return this.#savedCommand;
  }

  /** A system runs with all programs. */
  get isMultiUser(): boolean {
    return this.#state.kind === 'system' && this.#system?.isMultiUser === true;
  }

  get answersNetwork(): boolean {
    return this.#system?.answersNetwork === true;
  }

  /** What arrives on the console's receive line. */
  receive(text: string): void {
    for (const char of text) {
      if (this.#state.kind === 'system') this.#system?.key(char);
      else if (this.#state.kind === 'prompt') this.#obp.key(char);
    }
  }

  breakSignal(): void {
    if (this.options.keyswitch === 'secure') return;
    switch (this.#state.kind) {
      case 'off':
      case 'net-boot':
        return;
      case 'post':
        if (this.nvram.isTrue('diag-switch?')) this.#abortBoot();
        return;
      case 'settling':
        return this.#abortBoot();
      case 'prompt':
        return this.#enterPrompt('\r\n');
      case 'system':
        return this.#breakSystem(false);
      default:
        assertNever(this.#state.kind);
    }
  }

  /** A client of the production service asks for one transaction. */
  transact(): number | null {
    return this.#system?.transact() ?? null;
  }

  powerOn(): void {
    if (this.hasPower) return;
    if (this.options.batteryDead) this.nvram.reset();
    this.#world.note('power on');
    this.#reset('power-on');
    this.#world.powerChanged();
  }

  powerOff(): void {
    if (!this.hasPower) return;
    this.#dropSystem();
    this.#schedule.clear();
    this.#savedCommand = null;
    this.#state = { kind: 'off' };
    this.#world.note('power off');
    this.#world.powerChanged();
  }

  /** The reset button, or a service processor. */
  reset(): void {
    this.#mustHavePower('be reset');
    this.#savedCommand = null;
    this.#reset('reset');
  }

  /** A watchdog or a trap at trap level: `error-reset-recovery` decides what follows. */
  watchdogReset(): void {
    this.#mustHavePower('have a watchdog reset');
    this.#world.print('\r\nWatchdog Reset\r\n');
    this.#savedCommand = null;
    const survives = this.nvram.get('error-reset-recovery') === 'sync' ? this.#system : null;
    survives?.suspend();
    if (survives !== null) this.#system = null;
    this.#reset('error');
    this.#inMemory = survives;
  }

  /** The system that runs and is not held. Throws `not-possible-now`, naming what was wanted. */
  system(verb: string): Solaris {
    if (this.#state.kind === 'system' && this.#system !== null) return this.#system;
    return this.#refuse(verb, 'running system');
  }

  /** Types a line at the ok prompt, as a person at a second keyboard would. */
  typeAtPrompt(line: string): void {
    if (this.#state.kind !== 'prompt') this.#refuse('take a firmware command', 'ok prompt');
    this.receive(`${line}\r`);
  }

  /** Before time begins: at the ok prompt, as left by somebody long ago. */
  startAtPrompt(): void {
    this.#state = { kind: 'prompt' };
    this.#obp.enter(0);
    this.#world.powerChanged();
  }

  /** Before time begins: running from `half`. */
  startRunning(half: string): void {
    this.#state = { kind: 'system' };
    this.#system = this.#newSystem();
    this.#loaded = { device: half, half, args: '' };
    this.#system.runQuietly(half);
    this.#world.powerChanged();
  }

  #reset(cause: ResetCause): void {
    this.#dropSystem();
    this.#schedule.clear();
    this.#obp.leave();
    this.#loaded = null;
    this.#state = { kind: 'post' };
    this.#world.note('reset');
    const { times, random } = this.#world;
    const diagnostics = this.nvram.isTrue('diag-switch?');
    if (diagnostics)
      this.#world.print('\r\n@(#)OBP 4.16.1 2004/10/12 16:15\r\nExecuting Power On Self Test\r\n');
    const postMs = diagnostics ? times.diagPostMs : times.postMs;
    this.#schedule.after(postMs, () => {
      this.#world.print(random.pick(GARBAGE));
      this.#afterPost(cause);
    });
  }

  #afterPost(cause: ResetCause): void {
    this.#state = { kind: 'settling' };
    const command = this.#savedCommand;
    this.#savedCommand = null;
    if (this.nvram.isTrue('use-nvramrc?')) this.#runNvramrc();
    if (this.#state.kind !== 'settling') return;
    this.#banner();
    this.#schedule.after(this.#world.times.settleMs, () => {
      if (cause === 'error') this.#recover();
      else if (command !== null) this.#rebootWith(command);
      else if (this.nvram.isTrue('auto-boot?'))
        this.#obp.evaluateSafely(this.nvram.get('boot-command'));
      if (this.#state.kind === 'settling') this.#enterPrompt('\r\n');
    });
  }

  #runNvramrc(): void {
    for (const line of this.nvram.get('nvramrc').split('\n')) {
      if (this.#state.kind === 'settling') this.#obp.evaluateSafely(line);
    }
  }

  #rebootWith(command: string): void {
    this.#world.print(`Rebooting with command: ${command}\r\n`);
    this.#obp.evaluateSafely(command);
  }

  #recover(): void {
    const recovery = this.nvram.get('error-reset-recovery');
    if (recovery === 'boot') this.#rebootWith('boot');
    if (recovery !== 'sync' || this.#inMemory === null) return;
    this.#system = this.#inMemory;
    this.#inMemory = null;
    this.#held = true;
    this.#sync();
  }

  #abortBoot(): void {
    this.#schedule.clear();
    this.#enterPrompt('Aborting auto-boot sequence.\r\n');
  }

  #enterPrompt(before: string): void {
    this.#state = { kind: 'prompt' };
    this.#world.print(before);
    if (this.#held) this.#world.print("Type  'go' to resume\r\n");
    this.#obp.enter(this.#world.random.below(this.options.cpus));
  }

  #banner(): void {
    this.#world.print(formatBanner(this.options.model, this.options.batteryDead));
  }

  #boot(rest: string): void {
    if (this.#loaded !== null) {
      this.#savedCommand = `boot ${rest}`.trim();
      return this.#reset('os-request');
    }
    const devices = { nvram: this.nvram, aliases: this.#aliases, disk: this.#world.disk };
    const { device, args } = bootTarget(rest, devices);
    this.#world.print(`Boot device: ${device}  File and args: ${args}\r\n`);
    const source = findBoot(device, devices);
    switch (source.kind) {
      case 'disk':
        return this.#load({ device, half: source.half, args });
      case 'net':
        return this.#netBoot();
      case 'failed':
        return this.#world.print(source.text);
      default:
        assertNever(source);
    }
  }

  #netBoot(): void {
    this.#obp.leave();
    this.#state = { kind: 'net-boot' };
    const afterMs = this.#world.times.netBootMs;
    const run = () => this.#world.print('Timeout waiting for ARP/RARP packet\r\n');
    this.#schedule.play([
      ...Array.from({ length: NET_BOOT_TRIES }, () => ({ afterMs, run })),
      { afterMs: 0, run: () => this.#enterPrompt("\r\nCan't open boot device\r\n\r\n") },
    ]);
  }

  #load(loaded: Loaded): void {
    this.#obp.leave();
    this.#loaded = loaded;
    this.#state = { kind: 'system' };
    this.#world.note(`boots from ${loaded.half}`);
    this.#system = this.#newSystem();
    this.#system.boot(loaded.device, loaded.half, loaded.args);
  }

  #newSystem(): Solaris {
    const { clock, disk, times, random, solaris, print, note } = this.#world;
    const { acknowledge, networkChanged } = this.#world;
    return new Solaris({
      name: this.name,
      clock,
      disk,
      times,
      random,
      options: solaris,
      nvram: this.nvram,
      cpu: random.below(this.options.cpus),
      print,
      note,
      acknowledge,
      networkChanged,
      requestReset: (command) => {
        this.#savedCommand = command;
        this.#reset('os-request');
      },
      terminated: () => {
        this.#system = null;
        this.#world.note('program terminated');
        this.#enterPrompt('');
      },
      powerOff: () => this.powerOff(),
      abort: () => this.#breakSystem(true),
    });
  }

  #breakSystem(alternate: boolean): void {
    if (this.#system?.breakSignal(alternate) !== 'to-firmware') return;
    this.#system.suspend();
    this.#held = true;
    this.#world.note('stopped by BREAK');
    this.#enterPrompt('\r\n');
  }

  /** `go`. False: no system is held. */
  #resume(): boolean {
    if (this.#held) {
      this.#held = false;
      this.#obp.leave();
      this.#state = { kind: 'system' };
      this.#world.note('resumed by go');
      this.#system?.resume();
      return true;
    }
    if (this.options.goAfterHalt === 'ignored' || this.#loaded === null) return false;
    this.#load(this.#loaded);
    return true;
  }

  #sync(): boolean {
    if (!this.#held) return false;
    this.#held = false;
    this.#obp.leave();
    this.#state = { kind: 'system' };
    this.#system?.sync();
    return true;
  }

  #dropSystem(): void {
    this.#held = false;
    const systems = [this.#system, this.#inMemory];
    this.#system = null;
    this.#inMemory = null;
    for (const system of systems) system?.die();
  }

  #obpHost(): ObpHost {
    const { print, note } = this.#world;
    return {
      nvram: this.nvram,
      aliases: this.#aliases,
      print,
      note,
      banner: () => this.#banner(),
      boot: (rest) => this.#boot(rest),
      resume: () => this.#resume(),
      sync: () => this.#sync(),
      reset: () => this.#reset('reset'),
      powerOff: () => this.powerOff(),
    };
  }

  #mustHavePower(verb: string): void {
    if (!this.hasPower) this.#refuse(verb, 'machine with power');
  }

  #refuse(verb: string, needs: string): never {
    throw new SimError(
      'not-possible-now',
      `${this.name} cannot ${verb} now: it is ${this.condition}`,
      `that needs a ${needs}`,
    );
  }
}
