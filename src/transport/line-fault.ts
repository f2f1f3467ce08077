/**
 * What a serial port notices beside bytes and modem lines: the words that the transports use, and what
 * is made of them. `framing` stands for parity errors too where the port does not tell them apart.
 */

/** `break`: a BREAK came from the console; the others: bytes that arrived damaged, or not at all. */
export type LineFault = 'break' | 'framing' | 'parity' | 'overrun';

/** For the log, and for status. */
export interface LineReport {
  readonly level: 'info' | 'warn';
  readonly what: string;
  /** What is wrong with the line since then; null: nothing that is known. */
  readonly trouble: string | null;
}
