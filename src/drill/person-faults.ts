/**
 * Faults by a person, who is told what to do and says when it is done. Made by the drill command for
 * all that nothing else can do. Whether it had the effect is seen by the case, from the cluster.
 */
import { type Fault, tellOf } from './fault.ts';
import type { FaultSource } from './fault-source.ts';

export class PersonFaults implements FaultSource {
  readonly name = 'a person';
  readonly isAutomatic = false;
  readonly #ask: ((text: string) => Promise<string>) | null;

  /** Null: nobody is there to ask. */
  constructor(ask: ((text: string) => Promise<string>) | null) {
    this.#ask = ask;
  }

  can(): boolean {
    return this.#ask !== null;
  }

  async strike(fault: Fault): Promise<void> {
    if (this.#ask === null) throw new Error(`nobody is there to ${tellOf(fault)}`);
    const answer = await this.#ask(
      `\n  >>> Please ${tellOf(fault)}.\n      RETURN when it is done, or: cannot\n      `,
    );
    if (/^c/i.test(answer.trim())) throw new Error(`the person cannot ${tellOf(fault)}`);
  }
}
