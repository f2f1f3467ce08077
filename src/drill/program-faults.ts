/**
 * Faults by a program of the site: run as `PROGRAM power-off n1`; 0: done, 3: it cannot do that one,
 * so that a person is asked; all else failed. Made by the drill command (`--faults PROGRAM`).
 */
import type { Clock } from '../clock/clock.ts';
import { runCommand } from '../transport/command.ts';
import { type Fault, formatFault, tellOf } from './fault.ts';
import type { FaultSource } from './fault-source.ts';

const WITHIN_MS = 120_000;
const CANNOT = 3;

export class ProgramFaults implements FaultSource {
  readonly name: string;
  readonly isAutomatic = true;
  readonly #program: string;
  readonly #otherwise: FaultSource;
  readonly #clock: Clock;

  /** `otherwise` does what the program cannot. */
  constructor(program: string, otherwise: FaultSource, clock: Clock) {
    this.name = program;
    this.#program = program;
    this.#otherwise = otherwise;
    this.#clock = clock;
  }

  can(): boolean {
    return true;
  }

  async strike(fault: Fault): Promise<void> {
    const argv = [this.#program, ...formatFault(fault).split(' ')];
    const { outcome, status, output } = await runCommand({ argv, withinMs: WITHIN_MS }, this.#clock)
      .result;
    if (outcome === 'exited' && status === 0) return;
    if (outcome === 'exited' && status === CANNOT) return this.#otherwise.strike(fault);
    const how = outcome === 'exited' ? `exit status ${status}` : outcome;
    const last = output.trim().split('\n').at(-1) ?? '';
    throw new Error(`${argv.join(' ')}: ${how} ${last}; asked to: ${tellOf(fault)}`);
  }
}
