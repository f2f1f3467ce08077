/**
 * A person's hand on the consoles of one cluster. While it is out, the machine sends nothing; when
 * it is given back, the machine begins again. Made by the runner for whoever attaches to write.
 * Must do nothing any more once it was given back.
 */
import type { NodeIndex } from '../machine/protocol.ts';

export interface ConsoleHand {
  /** latin1 text, one character per byte; paced by the line. Who types records what was typed. */
  type(node: NodeIndex, text: string): void;
  sendBreak(node: NodeIndex): void;
  /** Another person has it from here on. */
  passTo(by: string): void;
  /** `why`: one clause, for the log. Again: nothing happens. */
  giveBack(why: string): void;
}

export type HandOver =
  | { readonly kind: 'given'; readonly hand: ConsoleHand }
  | { readonly kind: 'refused'; readonly why: string };
