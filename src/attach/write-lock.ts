/**
 * Who types on the consoles of one cluster. One person at a time, on one of them or on both, because
 * two who boot two nodes destroy a disk; and one terminal for each console. While it is taken, the
 * hand of the runner is out: clusterd itself sends nothing. Used by cluster-desk.ts, which tells
 * everybody.
 */

import type { ConsoleHand, HandOver } from '../cluster/console-hand.ts';
import type { NodeIndex } from '../machine/protocol.ts';

export interface Holder {
  readonly operator: string;
  readonly node: NodeIndex;
}

export type Taken<H extends Holder> =
  /** `from`: those who had it until now, because it was forced. */
  | { readonly kind: 'given'; readonly from: readonly H[] }
  | { readonly kind: 'refused'; readonly why: string; readonly by: H | null };

export class WriteLock<H extends Holder> {
  readonly #handOver: (by: string, why: string) => HandOver;
  readonly #nodes: readonly [string, string];
  #holders: H[] = [];
  #hand: ConsoleHand | null = null;

  constructor(nodes: readonly [string, string], handOver: (by: string, why: string) => HandOver) {
    this.#nodes = nodes;
    this.#handOver = handOver;
  }

  get hand(): ConsoleHand | null {
    return this.#hand;
  }

  get holders(): readonly H[] {
    return this.#holders;
  }

  has(holder: H): boolean {
    return this.#holders.includes(holder);
  }

  /** Those who keep this one from taking it. */
  inTheWayOf(holder: H): readonly H[] {
    return this.#holders.filter(
      (other) =>
        other !== holder && (other.node === holder.node || other.operator !== holder.operator),
    );
  }

  take(holder: H, isForced: boolean): Taken<H> {
    const from = this.inTheWayOf(holder);
    const [first] = from;
    if (first !== undefined && !isForced) {
      const why = `${first.operator} types on ${this.#nodes[first.node]}`;
      return { kind: 'refused', why, by: first };
    }
    if (this.#hand === null) {
      const given = this.#handOver(
        holder.operator,
        `${holder.operator} types on ${this.#nodes[holder.node]}`,
      );
      if (given.kind === 'refused') return { ...given, by: null };
      this.#hand = given.hand;
    } else if (first !== undefined && first.operator !== holder.operator) {
      this.#hand.passTo(holder.operator);
    }
    this.#holders = [...this.#holders.filter((other) => !from.includes(other)), holder];
    return { kind: 'given', from };
  }

  /** `true`: nobody has it any more, and the machine begins again. */
  release(holder: H, why: string): boolean {
    if (!this.has(holder)) return false;
    this.#holders = this.#holders.filter((other) => other !== holder);
    if (this.#holders.length > 0) return false;
    const hand = this.#hand;
    this.#hand = null;
    hand?.giveBack(why);
    return true;
  }
}
