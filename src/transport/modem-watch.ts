/**
 * Tells changes of modem lines from states of modem lines. Used by the serial and telnet transports.
 * A line that was never seen asserted on this connection is not wired or not driven: it is never
 * reported. The first sight of an asserted line is, so that the reader knows which ones mean
 * something.
 */
import type { ModemState } from './rfc2217.ts';
import type { TransportHandlers } from './transport.ts';

const LINES = ['dcd', 'dsr', 'cts'] as const;

export class ModemWatch {
  #last: ModemState = { dcd: false, dsr: false, cts: false };

  see(state: ModemState, handlers: TransportHandlers): void {
    const last = this.#last;
    this.#last = state;
    for (const line of LINES) {
      if (state[line] !== last[line]) handlers.modem(line, state[line]);
    }
  }
}
