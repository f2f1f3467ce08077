/**
 * A simulated power switch with named outlets. A node with two feeds is off only when both are.
 * Without sockets; power-server.ts puts it on a TCP port. Status is what the outlet is, not what
 * was asked for.
 */
import type { Clock } from '../clock/clock.ts';
import { SimError } from './sim-error.ts';

export interface Outlet {
  readonly name: string;
  readonly node: string;
  on: boolean;
  /** Clicks and does not switch. */
  stuck: boolean;
}

export interface PoweredNode {
  powerOn(): void;
  powerOff(): void;
}

export class PowerSwitch {
  readonly outlets: Outlet[] = [];
  /** False: the device accepts connections and never answers. */
  answers = true;
  readonly #clock: Clock;
  readonly #switchMs: number;
  readonly #nodes = new Map<string, PoweredNode>();

  constructor(clock: Clock, switchMs: number) {
    this.#clock = clock;
    this.#switchMs = switchMs;
  }

  connect(nodeName: string, node: PoweredNode, outlets: readonly string[], on: boolean): void {
    this.#nodes.set(nodeName, node);
    for (const name of outlets) this.outlets.push({ name, node: nodeName, on, stuck: false });
  }

  outlet(name: string): Outlet {
    const found = this.outlets.find((outlet) => outlet.name === name);
    if (found !== undefined) return found;
    const names = this.outlets.map((outlet) => outlet.name).join(', ');
    throw new SimError(
      'no-such-outlet',
      `no outlet is named '${name}'`,
      `the outlets are ${names}`,
    );
  }

  /** Switches an outlet as the device does, with its delay; `done` when it should have happened. */
  turn(name: string, on: boolean, done: () => void): void {
    const outlet = this.outlet(name);
    this.#clock.after(this.#switchMs, () => {
      if (!outlet.stuck) this.#set(outlet, on);
      done();
    });
  }

  /** At once, and whatever is stuck: somebody pulls or plugs all cords of a node. */
  setNode(nodeName: string, on: boolean): void {
    for (const outlet of this.outlets) if (outlet.node === nodeName) this.#set(outlet, on);
    // A machine that switched itself off starts when its power button is pressed.
    if (on) this.#nodes.get(nodeName)?.powerOn();
  }

  #set(outlet: Outlet, on: boolean): void {
    if (outlet.on === on) return;
    outlet.on = on;
    const fed = this.outlets.some((other) => other.node === outlet.node && other.on);
    if (on) this.#nodes.get(outlet.node)?.powerOn();
    else if (!fed) this.#nodes.get(outlet.node)?.powerOff();
  }
}
