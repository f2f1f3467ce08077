/**
 * What attach needs of a cluster's runner: that it lets go of the consoles while a person types.
 * While a hand is out, the machine sends nothing. The runner (cluster/) gives it.
 */
import type { NodeIndex } from '../machine/protocol.ts';

export interface Hand {
  /** Latin1, paced by the line. */
  type(node: NodeIndex, latin1: string): void;
  sendBreak(node: NodeIndex): void;
  /** The machine begins again. */
  giveBack(why: string): void;
}

export type HandOver =
  | { readonly kind: 'given'; readonly hand: Hand }
  | { readonly kind: 'refused'; readonly why: string };
