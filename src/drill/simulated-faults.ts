/**
 * Faults of a simulated site, through the control port of clusterd-sim, and the referee at its disk
 * as the witness. Made by the drill command (`--faults sim:PORT`) and by the simulated drill.
 */

import type { Clock } from '../clock/clock.ts';
import { assertNever } from '../language/assert-never.ts';
import { tellSimulator } from './control-port.ts';
import type { Fault } from './fault.ts';
import type { FaultSource, Witness } from './fault-source.ts';

export class SimulatedFaults implements FaultSource {
  readonly name = 'the simulator';
  readonly isAutomatic = true;
  readonly #port: number;
  readonly #clock: Clock;

  constructor(port: number, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
  }

  can(fault: Fault): boolean {
    return commandsOf(fault).length > 0;
  }

  async strike(fault: Fault): Promise<void> {
    for (const command of commandsOf(fault)) {
      await tellSimulator(this.#port, command, this.#clock);
    }
  }
}

/** The first disk of the mirror, as clusterd-sim names it. */
const DISK = 'd1';

function commandsOf(fault: Fault): readonly string[] {
  switch (fault.kind) {
    case 'panic':
    case 'hang':
    case 'break':
      return [`${fault.kind} ${fault.node}`];
    case 'power-off':
      return [`power off ${fault.node}`];
    case 'power-on':
      return [`power on ${fault.node}`];
    case 'boot-by-hand':
      return [`type ${fault.node} boot shared`];
    case 'network-out':
      return [`cable out ${fault.node}`];
    case 'network-in':
      return [`cable in ${fault.node}`];
    case 'console-down':
      return [`console ${fault.node} refuse`];
    case 'console-up':
      return [`console ${fault.node} normal`];
    case 'swap-consoles':
    case 'unswap-consoles':
      return ['swap'];
    case 'address-wrong':
      return ['address wrong'];
    case 'address-right':
      return ['address right'];
    case 'disk-off':
      return [`disk off ${DISK}`];
    case 'disk-on':
      return [`disk on ${DISK}`];
    case 'label-bad':
      return [`label ${DISK} bad`];
    case 'label-good':
      return [`label ${DISK} good`];
    case 'root-broken':
      return ['root broken'];
    case 'root-good':
      return ['root good'];
    case 'kill-daemon':
    case 'start-daemon':
      return [];
    default:
      return assertNever(fault);
  }
}

export class SimulatedWitness implements Witness {
  readonly name = 'the referee at the simulated disk';
  readonly #port: number;
  readonly #clock: Clock;

  constructor(port: number, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
  }

  async violations(): Promise<readonly string[]> {
    const text = await tellSimulator(this.#port, 'referee', this.#clock);
    return text.split('\n').filter((line) => /^(VIOLATION|LOSS)/.test(line));
  }

  load(): Promise<string> {
    return tellSimulator(this.#port, 'load', this.#clock);
  }
}
