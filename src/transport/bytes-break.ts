/**
 * A BREAK that is typed: for terminal servers and service processors that understand a sequence of
 * bytes as one (`#.` and `break -y`, ^O b, CR ~ ^B). Wraps another transport; made by
 * `createTransport`. All else goes straight to the wire inside.
 */
import type { Clock } from '../clock/clock.ts';
import type { Answer } from './reach.ts';
import { type Transport, TransportError, type TransportHandlers } from './transport.ts';

export class BytesBreakTransport implements Transport {
  readonly #inside: Transport;
  readonly #sequence: readonly (string | number)[];
  readonly #clock: Clock;
  #over = false;
  #endPause: (() => void) | null = null;

  /** `sequence`: latin1 text to send, and numbers for pauses in milliseconds. */
  constructor(inside: Transport, sequence: readonly (string | number)[], clock: Clock) {
    this.#inside = inside;
    this.#sequence = sequence;
    this.#clock = clock;
  }

  get answersInBand(): boolean {
    return this.#inside.answersInBand;
  }

  open(handlers: TransportHandlers): Promise<void> {
    return this.#inside.open({
      data: (bytes) => handlers.data(bytes),
      modem: (line, on) => handlers.modem(line, on),
      closed: (reason) => {
        this.#end();
        handlers.closed(reason);
      },
    });
  }

  write(bytes: Uint8Array): boolean {
    return this.#inside.write(bytes);
  }

  drained(): Promise<void> {
    return this.#inside.drained();
  }

  async sendBreak(): Promise<void> {
    await this.#inside.drained();
    for (const part of this.#sequence) {
      if (this.#over) throw endedMeanwhile();
      if (typeof part === 'number') await this.#pause(part);
      else if (!this.#inside.write(Buffer.from(part, 'latin1'))) await this.#inside.drained();
    }
    if (this.#over) throw endedMeanwhile();
  }

  answers(withinMs: number): Promise<Answer> {
    return this.#inside.answers(withinMs);
  }

  close(): void {
    this.#inside.close();
    this.#end();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  #end(): void {
    this.#over = true;
    this.#endPause?.();
  }
}

function endedMeanwhile(): TransportError {
  return new TransportError(
    'other',
    'the connection ended before the break sequence was sent in full',
    'nothing to do: the line reconnects',
  );
}
