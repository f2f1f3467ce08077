/** One node of a site for tests and commands: the machine with its power cord and its console. */
import type { ConsolePort } from './console-port.ts';
import type { Nvram } from './nvram.ts';
import type { PowerSwitch } from './power.ts';
import type { HangOptions, PanicOptions } from './solaris-options.ts';
import type { SunNode } from './sun-node.ts';

export class SiteNode {
  readonly machine: SunNode;
  /** The port of the terminal server that carries this node's name, whatever it is plugged into. */
  readonly console: ConsolePort;
  /** `cutsAfter`: so many commands over ssh are answered, the next is carried out and cut off. */
  readonly ssh: { cutsAfter: number | null } = { cutsAfter: null };
  /** The half of the mirror from which its system mounted the root last; set by the site. */
  bootedFrom = '';
  readonly #power: PowerSwitch;

  constructor(machine: SunNode, console: ConsolePort, power: PowerSwitch) {
    this.machine = machine;
    this.console = console;
    this.#power = power;
  }

  get name(): string {
    return this.machine.name;
  }

  get hostId(): string {
    return this.machine.options.model.hostId;
  }

  get nvram(): Nvram {
    return this.machine.nvram;
  }

  /** For people: `off`, `post`, `ok prompt`, `system multi-user`, ... */
  get condition(): string {
    return this.machine.condition;
  }

  /** Pulls all power cords. */
  powerOff(): void {
    this.#power.setNode(this.name, false);
  }

  /** Plugs all cords in, and presses the button if the machine had switched itself off. */
  powerOn(): void {
    this.#power.setNode(this.name, true);
  }

  reset(): void {
    this.machine.reset();
  }

  watchdogReset(): void {
    this.machine.watchdogReset();
  }

  panic(panic: PanicOptions = {}): void {
    this.machine.system('panic').panic(panic);
  }

  hang(hang: HangOptions = {}): void {
    this.machine.system('hang').hang(hang);
  }

  reboot(): void {
    this.machine.system('reboot').shutDown('reboot');
  }

  halt(): void {
    this.machine.system('halt').shutDown('halt');
  }

  singleUser(): void {
    this.machine.system('go to single user').singleUser();
  }

  /** A BREAK that nobody meant: a terminal server was switched off and on. */
  spuriousBreak(): void {
    this.machine.breakSignal();
  }

  /** The system prints a line on its console: what `cat` or a program shows. */
  say(line: string): void {
    this.machine.system('print').print(line);
  }

  /** Somebody at a second keyboard types a line at the ok prompt: `boot shared`. */
  typeAtPrompt(line: string): void {
    this.machine.typeAtPrompt(line);
  }
}
