/**
 * Who carries faults out: the simulator, a program of the site, the cluster's power devices, a person.
 * Called by the conduct of each case. A source says beforehand what it can do; the first that can is
 * asked. Must never say that something was done which it has not seen done.
 */
import type { Fault } from './fault.ts';

export interface FaultSource {
  /** For the report: `the simulator`. */
  readonly name: string;
  readonly isAutomatic: boolean;
  can(fault: Fault): boolean;
  /** Resolves when it is done. Rejects with an Error that says why not. */
  strike(fault: Fault): Promise<void>;
}

/** Something independent that knows what the shared disk went through. */
export interface Witness {
  readonly name: string;
  /** What must not have happened, since `since` it was asked last; empty: nothing. Never rejects with it. */
  violations(): Promise<readonly string[]>;
  /** One line about acknowledged work: `acknowledged 812, on the disk 812`. */
  load(): Promise<string>;
}

export class FaultSources {
  readonly #sources: readonly FaultSource[];

  constructor(sources: readonly FaultSource[]) {
    this.#sources = sources;
  }

  sourceOf(fault: Fault): FaultSource | null {
    return this.#sources.find((source) => source.can(fault)) ?? null;
  }
}
