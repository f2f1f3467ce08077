/**
 * Tells changes of modem lines from states of modem lines, on one connection. Used by the serial and
 * telnet transports. The first sight of all of them is told, so that what another connection had shown
 * does not outlive it; Line (modem-report.ts) knows what was told before.
 */
import type { ModemState } from './rfc2217.ts';
import type { TransportHandlers } from './transport.ts';

const LINES = ['dcd', 'dsr', 'cts'] as const;

export class ModemWatch {
  #last: ModemState | null = null;

  see(state: ModemState, handlers: TransportHandlers): void {
    const last = this.#last;
    this.#last = state;
    for (const line of LINES) {
      if (state[line] !== last?.[line]) handlers.modem(line, state[line]);
    }
  }
}
