/**
 * A whole simulated site: two nodes, the disk they share, power, network, consoles and the
 * referee. Deterministic: one seed, one clock, the same calls give the same bytes. Used by tests,
 * by clusterd-sim and by the demo. `listen` puts it on sockets.
 */
import type { Clock } from '../clock/clock.ts';
import { ConsolePort } from './console-port.ts';
import { type DiskHappening, SharedDisk } from './disk.ts';
import { formatHappening, type Happening } from './happening.ts';
import { Network } from './network.ts';
import { PowerSwitch } from './power.ts';
import { Random } from './random.ts';
import { Referee } from './referee.ts';
import { SimError } from './sim-error.ts';
import { SiteNode } from './site-node.ts';
import {
  type CompleteNode,
  type CompleteSite,
  completeSite,
  type SiteOptions,
} from './site-options.ts';
import { type ListenOptions, listenSite, type SiteListening } from './site-sockets.ts';
import type { SolarisOptions } from './solaris-options.ts';
import { SunNode } from './sun-node.ts';

const EVENTS_MAX = 10_000;

export class Site {
  readonly clock: Clock;
  readonly disk: SharedDisk;
  readonly referee: Referee;
  readonly network: Network;
  readonly power: PowerSwitch;
  readonly nodes: readonly SiteNode[];
  /** Settings of the one system on the shared root; changes count from now on. */
  readonly solaris: SolarisOptions;
  /** What happened, oldest first; the last 10 000. */
  readonly events: Happening[] = [];
  readonly #listeners = new Set<(happening: Happening) => void>();
  readonly #random: Random;
  readonly #options: CompleteSite;
  /** Which port of the terminal server each machine is plugged into, by name of the machine. */
  readonly #portOf = new Map<string, ConsolePort>();

  constructor(options: SiteOptions, clock: Clock) {
    this.clock = clock;
    this.#options = completeSite(options);
    this.#random = new Random(this.#options.seed);
    this.solaris = this.#options.solaris;
    this.disk = new SharedDisk(clock, this.#options.disks, this.#options.times.resyncMs);
    this.disk.subscribe((happening) => this.#noteDisk(happening));
    this.referee = new Referee(clock, this.disk);
    this.referee.subscribe((violation) => {
      this.note(null, `REFEREE: ${violation.kind}: ${violation.what}`);
    });
    this.power = new PowerSwitch(clock, this.#options.times.switchMs);
    this.nodes = this.#options.nodes.map((node) => this.#newNode(node));
    this.network = new Network(this.nodes.map((node) => node.machine));
    this.#options.nodes.forEach((node, index) => {
      this.#start(node, index);
    });
  }

  /** Throws `no-such-node`. */
  node(name: string): SiteNode {
    const found = this.nodes.find((node) => node.name === name);
    if (found !== undefined) return found;
    const names = this.nodes.map((node) => node.name).join(' and ');
    throw new SimError('no-such-node', `no node is named '${name}'`, `the nodes are ${names}`);
  }

  /** The port of the terminal server labelled with this node's name. */
  console(name: string): ConsolePort {
    return this.node(name).console;
  }

  /** The machine at the other end of that port's cable. */
  machineOn(port: ConsolePort): SiteNode | null {
    return this.nodes.find((node) => this.#portOf.get(node.name) === port) ?? null;
  }

  /** The port that this machine is plugged into. */
  portOf(machine: string): ConsolePort | null {
    return this.#portOf.get(machine) ?? null;
  }

  /** Calls back on everything that happens from now on; the returned function ends it. */
  onEvent(listener: (happening: Happening) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Swaps the two console cables at the terminal server; once more puts them right. */
  swapCables(): void {
    const [first, second] = this.nodes;
    if (first === undefined || second === undefined) return;
    const port = this.#portOf.get(first.name);
    const other = this.#portOf.get(second.name);
    if (port === undefined || other === undefined) return;
    this.#plug(first, other);
    this.#plug(second, port);
    this.note(null, 'console cables swapped');
  }

  /** A client of the production service asks for a transaction; its number, or null: no answer. */
  transact(): number | null {
    const serving = this.network.serving;
    return serving === null ? null : this.node(serving).machine.transact();
  }

  /** Opens all sockets on 127.0.0.1. Only with a clock that runs by itself. */
  listen(options: ListenOptions = {}): Promise<SiteListening> {
    return listenSite(this, options);
  }

  /** Ends all timers: a simulator on the system clock keeps its process alive otherwise. */
  powerDown(): void {
    for (const node of this.nodes) node.powerOff();
    for (const node of this.nodes) node.console.cutAll();
  }

  /** Adds a line to what happened. */
  note(node: string | null, what: string): void {
    const happening: Happening = { ...this.clock.now(), node, what };
    this.events.push(happening);
    if (this.events.length > EVENTS_MAX) this.events.shift();
    for (const listener of this.#listeners) listener(happening);
  }

  /** Everything that happened, for a failing test. */
  story(): string {
    return this.events.map(formatHappening).join('\n');
  }

  #newNode({ sun, outlets, console, start }: CompleteNode): SiteNode {
    const { clock, disk } = this;
    const port = new ConsolePort(
      sun.name,
      console,
      clock,
      this.#random.fork(`console ${sun.name}`),
    );
    const machine = new SunNode(sun, {
      clock,
      disk,
      times: this.#options.times,
      random: this.#random.fork(`machine ${sun.name}`),
      solaris: this.solaris,
      print: (text) => this.#portOf.get(sun.name)?.fromNode(text),
      note: (what) => this.note(sun.name, what),
      acknowledge: (transaction) => this.referee.acknowledge(transaction),
      // The first calls come while the site is still being built.
      networkChanged: () => this.network?.changed(),
      powerChanged: () => this.#portOf.get(sun.name)?.powerChanged(),
    });
    this.power.connect(sun.name, machine, outlets, start !== 'off');
    return new SiteNode(machine, port, this.power);
  }

  #start({ start }: CompleteNode, index: number): void {
    const node = this.nodes[index];
    if (node === undefined) return;
    this.#plug(node, node.console);
    const half = this.disk.halves[0]?.name ?? '';
    if (start === 'running' || start === 'new-running') node.machine.startRunning(half);
    else if (start !== 'off') node.machine.startAtPrompt();
  }

  #plug(node: SiteNode, port: ConsolePort): void {
    this.#portOf.set(node.name, port);
    port.plugInto(node.machine);
  }

  #noteDisk(happening: DiskHappening): void {
    if (happening.kind === 'mounted') {
      this.node(happening.mount.node).bootedFrom = happening.half;
      this.note(happening.mount.node, `root mounted (${happening.half})`);
    } else if (happening.kind === 'unmounted') {
      const how = happening.clean ? 'in order' : 'as its system died';
      this.note(happening.mount.node, `root unmounted ${how}`);
    } else if (happening.kind === 'condition') {
      this.note(null, happening.what);
    }
  }
}
