/**
 * The people around a simulated site. They mend what is broken, read the alarms and do what they
 * say; and they are truthful: they confirm only what is so, and make it so first. What a person does
 * wrongly on purpose is not played here.
 */
import type { RaisedAlarm } from '../alarm/alarm-board.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import { SimError } from '../sim/sim-error.ts';
import type { Site } from '../sim/site.ts';
import type { SiteNode } from '../sim/site-node.ts';
import type { Chronicle } from './chronicle.ts';
import type { Monitor } from './monitor.ts';

export interface PeopleOptions {
  readonly site: Site;
  readonly monitor: Monitor;
  readonly chronicle: Chronicle;
  readonly nodes: readonly [string, string];
  /** A line that a person types at a machine, told before the machine gets it. */
  readonly onTyped: (machine: string, line: string) => void;
}

/** Every so many rounds people look beyond what the alarms say. */
const PATIENCE_ROUNDS = 4;

/** Does what the site permits now: a machine that is off cannot panic. */
export function attempt(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof SimError)) throw error;
  }
}

export class People {
  /** Alarms were followed or machines touched by a person since the main event. */
  helped = 0;
  readonly #options: PeopleOptions;
  #areCablesSwapped = false;

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  swapCables(): void {
    this.#areCablesSwapped = !this.#areCablesSwapped;
    this.#options.site.swapCables();
  }

  /** Types at a machine's own keyboard, whatever runs there. */
  type(node: SiteNode, text: string): void {
    this.#options.chronicle.person(`types ${JSON.stringify(text)} at ${node.name}`);
    for (const line of text.split('\r').slice(0, -1)) this.#options.onTyped(node.name, line);
    node.machine.receive(text);
  }

  /** Everything as it should be: cables, terminal servers, labels, batteries, power. */
  mend(): void {
    const { site, monitor, chronicle } = this.#options;
    chronicle.person('everything is mended');
    monitor.powerSays = null;
    monitor.powerDelayMs = 0;
    monitor.setOnline(true);
    if (this.#areCablesSwapped) this.swapCables();
    site.network.setRouter(true);
    site.network.setAddress(true);
    site.solaris.extraBootMs = 0;
    for (const half of site.disk.halves) {
      if (!half.labelGood) site.disk.setLabel(half.name, true);
      site.disk.setPower(half.name, true);
    }
    if (site.disk.rootBroken || site.disk.damaged) site.disk.repair();
    for (const node of site.nodes) {
      node.machine.options.batteryDead = false;
      Object.assign(node.console.options, QUIET_WIRE);
      site.network.setCable(node.name, true);
      if (!node.machine.hasPower) node.powerOn();
      node.console.cutAll();
    }
  }

  /** One round: does what the alarms say; where they say nothing, looks after what is stuck. */
  help(): void {
    const { monitor } = this.#options;
    this.helped += 1;
    this.#bringBack();
    const alarms = monitor.alarms;
    if (this.helped % PATIENCE_ROUNDS === 0 && this.#sayWhoRuns()) return;
    const said = alarms.filter((alarm) => this.#follow(alarm));
    if (said.length === 0) this.#lookAfter();
  }

  /** What was carried away is there again. */
  #bringBack(): void {
    const { monitor, chronicle, nodes } = this.#options;
    for (const index of [0, 1] as const) {
      if (monitor.state?.nodes[index].inService !== false) continue;
      chronicle.person(`clusterd in-service ${nodes[index]}`);
      monitor.ask('in-service', index);
    }
  }

  /** Who moved production by hand knows where it runs, whatever the alarm asks for. */
  #sayWhoRuns(): boolean {
    const { site, monitor, chronicle, nodes } = this.#options;
    const serving = site.nodes.find((node) => node.machine.isMultiUser);
    const index = serving?.name === nodes[0] ? 0 : 1;
    if (serving === undefined || monitor.state?.owner === index) return false;
    const other = site.nodes.find((node) => node !== serving);
    // Refused because of what the other one may hide: then that is brought to its banner.
    if (this.helped % (2 * PATIENCE_ROUNDS) === 0 && other !== undefined) this.#bringUp(other);
    chronicle.person(`clusterd owner ${serving.name}`);
    monitor.ask('owner', index);
    return true;
  }

  #bringUp(node: SiteNode): void {
    const { chronicle } = this.#options;
    if (!node.machine.hasPower) {
      chronicle.person(`plugs ${node.name} in`);
      node.powerOn();
    } else if (node.machine.atPrompt) {
      chronicle.person(`presses the reset button of ${node.name}`);
      node.reset();
    }
  }

  #follow({ type }: RaisedAlarm): boolean {
    const { monitor, site, chronicle, nodes } = this.#options;
    const [program, word, , name = ''] = type.split(' ');
    if (program !== 'clusterd' || word === undefined) return false;
    const index = nodes.indexOf(name);
    const node: NodeIndex | null = index === 0 || index === 1 ? index : null;
    switch (word) {
      case 'release':
      case 'go':
      case 'switchover':
        chronicle.person(`clusterd ${word}`);
        monitor.ask(word, null);
        return true;
      case 'confirm':
        return node !== null && this.#confirm(node);
      case 'owner': {
        if (node === null || !site.node(name).machine.isMultiUser) return false;
        chronicle.person(`clusterd owner ${name}`);
        monitor.ask('owner', node);
        return true;
      }
      default:
        return false;
    }
  }

  /** Goes there, pulls the cords, and says so; the cords go back in later. */
  #confirm(index: NodeIndex): boolean {
    const { site, monitor, chronicle, nodes } = this.#options;
    const node = site.node(nodes[index]);
    if (node.machine.hasPower) {
      chronicle.person(`pulls the cords of ${node.name}`);
      node.powerOff();
      return true;
    }
    chronicle.person(`clusterd confirm ${node.name}`);
    monitor.ask('confirm', index);
    return true;
  }

  /** Alarms that say only `status`: a machine that neither runs nor stands at its prompt is stuck. */
  #lookAfter(): void {
    const { site, chronicle } = this.#options;
    if (site.disk.damaged || site.disk.rootBroken) site.disk.repair();
    for (const node of site.nodes) {
      const { condition } = node;
      if (node.machine.isMultiUser || condition === 'ok prompt') continue;
      if (!node.machine.hasPower) {
        chronicle.person(`plugs ${node.name} in`);
        node.powerOn();
      } else if (condition.startsWith('system') || node.machine.isHeld) {
        chronicle.person(`pulls the cords of ${node.name}: ${condition}`);
        node.powerOff();
      }
    }
  }
}

/** A wire without troubles. */
export const QUIET_WIRE = {
  mode: 'normal',
  lossRate: 0,
  corruptRate: 0,
  doubleRate: 0,
  breakLossRate: 0,
  pieceMax: 0,
  delayMs: 0,
  replay: { kind: 'none' },
} as const;
