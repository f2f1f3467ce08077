/**
 * The transport between the daemon's own Line and a port of the simulated terminal server. One
 * object is one connection, as with every transport. Time passes on the wire; nothing is decided.
 */
import type { ConsoleConnection, ConsolePort } from '../sim/console-port.ts';
import { type Transport, TransportError, type TransportHandlers } from '../transport/transport.ts';
import { ClockPromise } from './clock-promise.ts';
import type { SimulatedProcess } from './simulated-process.ts';

const CONNECT_MS = 5;
const BREAK_MS = 300;
const ANSWER_MS = 10;

export interface WireOptions {
  readonly port: ConsolePort;
  readonly process: SimulatedProcess;
  /** The monitor's own network: nothing connects without it. */
  readonly isOnline: () => boolean;
  readonly onTyped: (text: string) => void;
}

export class SimulatedWire implements Transport {
  readonly answersInBand = true;
  readonly #options: WireOptions;
  #connection: ConsoleConnection | null = null;
  #handlers: TransportHandlers | null = null;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  open(handlers: TransportHandlers): Promise<void> {
    const opened = new ClockPromise<void>();
    this.#handlers = handlers;
    this.#options.process.clock.after(CONNECT_MS, () => {
      const trouble = this.#connect(handlers);
      if (trouble === null) opened.resolve();
      else opened.reject(trouble);
    });
    return opened;
  }

  write(bytes: Uint8Array): boolean {
    const text = Buffer.from(bytes).toString('latin1');
    this.#options.onTyped(text);
    this.#connection?.write(text);
    return true;
  }

  drained(): Promise<void> {
    return this.#later(ANSWER_MS, undefined);
  }

  sendBreak(): Promise<void> {
    this.#connection?.sendBreak();
    return this.#later(BREAK_MS, undefined);
  }

  answers(withinMs: number): Promise<{ answers: boolean; detail: string }> {
    const { port, isOnline } = this.#options;
    const answers = isOnline() && ['normal', 'busy'].includes(port.options.mode);
    const detail = answers ? 'answers' : 'no answer';
    return this.#later(answers ? ANSWER_MS : withinMs, { answers, detail });
  }

  close(): void {
    this.#handlers = null;
    this.#connection?.close();
    this.#connection = null;
  }

  /** The monitor's own network is gone. */
  cut(): void {
    const handlers = this.#handlers;
    if (this.#connection === null || handlers === null) return;
    this.close();
    this.#options.process.input(() => handlers.closed({ kind: 'lost', detail: 'network is down' }));
  }

  /** Null: connected. */
  #connect(handlers: TransportHandlers): TransportError | null {
    const { port, process, isOnline } = this.#options;
    if (!isOnline()) return new TransportError('unreachable', 'network is unreachable', '');
    const isCurrent = () => this.#handlers === handlers;
    const connection = port.connect({
      data: (text) => {
        process.input(() => isCurrent() && handlers.data(Buffer.from(text, 'latin1')));
      },
      modem: (on) => process.input(() => isCurrent() && tellModem(handlers, on)),
      closed: () => {
        this.#connection = null;
        process.input(() => isCurrent() && handlers.closed({ kind: 'lost', detail: 'closed' }));
      },
    });
    if (connection === 'busy') return new TransportError('busy', 'the port is in use', '');
    if (connection === 'refused') return new TransportError('refused', 'connection refused', '');
    this.#connection = connection;
    return null;
  }

  #later<T>(delayMs: number, value: T): Promise<T> {
    const promise = new ClockPromise<T>();
    this.#options.process.clock.after(delayMs, () => promise.resolve(value));
    return promise;
  }
}

/** A terminal server that shows all three of them. */
function tellModem(handlers: TransportHandlers, on: boolean): void {
  for (const line of ['dcd', 'dsr', 'cts'] as const) handlers.modem(line, on);
}
