/**
 * A console on a serial port of this host, through serialport. Made by `createTransport`.
 * A new port object for each connection: one that failed once looks open and carries nothing.
 * DTR and RTS stay up all the time, also over close and BREAK: a pulse can halt or reset a node.
 */
import { SerialPort } from 'serialport';
import type { Clock } from '../clock/clock.ts';
import { markDamage } from './mark-damage.ts';
import { ModemWatch } from './modem-watch.ts';
import { ParityMarks } from './parity-marks.ts';
import type { Answer } from './reach.ts';
import { serialError } from './serial-error.ts';
import { type Transport, TransportError, type TransportHandlers } from './transport.ts';
import { lockPort, type UucpLock } from './uucp-lock.ts';

export interface SerialOptions {
  readonly path: string;
  /** 8 data bits, no parity, 1 stop bit, no flow control. */
  readonly baud: number;
  readonly breakMs: number;
}

const MODEM_POLL_MS = 1000;
/** The kernel's buffer should be out on the line by then; if not, the BREAK comes early. */
const DRAIN_MS_MAX = 2000;
const EMPTY = Buffer.alloc(0);

export class SerialTransport implements Transport {
  readonly answersInBand = false;
  readonly #options: SerialOptions;
  readonly #clock: Clock;
  readonly #port: SerialPort;
  readonly #modem = new ModemWatch();
  readonly #wakeAtEnd = new Set<() => void>();
  #handlers: TransportHandlers | null = null;
  #isOpen = false;
  #isClosed = false;
  #breakUnderWay = false;
  #cancelPoll: (() => void) | null = null;
  #lock: UucpLock | null = null;

  /** Throws a `TransportError` for a speed or path that cannot be meant. */
  constructor(options: SerialOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#port = new SerialPort({
      path: options.path,
      baudRate: options.baud,
      autoOpen: false,
      hupcl: false,
      lock: true,
      rtscts: false,
      xon: false,
      xoff: false,
    });
    this.#port.on('error', (error) => this.#ended(error.message));
    this.#port.on('close', () => this.#ended('the device is gone'));
  }

  async open(handlers: TransportHandlers): Promise<void> {
    this.#lock = await lockPort(this.#options.path, this.#clock);
    if (this.#isClosed) {
      this.#unlock();
      throw ended();
    }
    return new Promise((resolve, reject) => {
      this.#port.open((error) => {
        if (error) {
          this.#unlock();
          reject(serialError(this.#options.path, error));
        } else if (this.#isClosed) {
          this.#shut();
          reject(ended());
        } else this.#prepare(handlers).then(resolve, reject);
      });
    });
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#isOpen) return false;
    this.#port.write(Buffer.from(bytes));
    return this.#port.writableLength === 0;
  }

  drained(): Promise<void> {
    if (!this.#isOpen || this.#port.writableLength === 0) return Promise.resolve();
    return this.#orEnd((done) => {
      this.#port.write(EMPTY, done);
    });
  }

  async sendBreak(): Promise<void> {
    if (!this.#isOpen) throw ended();
    if (this.#breakUnderWay) {
      throw new TransportError('other', 'a BREAK is under way', 'wait until it is over');
    }
    this.#breakUnderWay = true;
    try {
      await this.drained();
      await this.#sentOut();
      await this.#setBreak(true);
      await this.#wait(this.#options.breakMs);
      if (!this.#isOpen) throw ended(); // `close` has switched it off, or there is nothing to switch
      await this.#setBreak(false);
    } finally {
      this.#breakUnderWay = false;
    }
  }

  /** There is nothing between this host and the port that could be asked. */
  answers(): Promise<Answer> {
    const { path } = this.#options;
    return Promise.resolve(
      this.#isOpen
        ? { answers: true, detail: `${path} is a port of this host, and open` }
        : { answers: false, detail: `${path} is not open` },
    );
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#handlers = null;
    if (this.#isOpen) this.#shut();
    this.#release();
  }

  /** Nothing is read before the kernel marks what is damaged, where it can. */
  async #prepare(handlers: TransportHandlers): Promise<void> {
    const isMarked = await markDamage(this.#options.path, this.#clock);
    if (this.#isClosed || !this.#port.isOpen) {
      this.#unlock();
      this.#shut();
      throw ended();
    }
    this.#opened(handlers, isMarked);
  }

  #opened(handlers: TransportHandlers, isMarked: boolean): void {
    this.#handlers = handlers;
    this.#isOpen = true;
    const marks = new ParityMarks((fault) => this.#handlers?.noticed?.(fault, 1));
    this.#port.on('data', (bytes: Buffer) => {
      const kept = isMarked ? marks.strip(bytes) : bytes;
      if (kept.length > 0) this.#handlers?.data(kept);
    });
    this.#pollModem();
  }

  /** Closes the port, after a BREAK that is on was switched off. */
  #shut(): void {
    const close = (): void => {
      if (this.#port.isOpen) this.#port.close(() => {});
    };
    if (this.#breakUnderWay) this.#setBreak(false).then(close, close);
    else close();
  }

  #ended(detail: string): void {
    if (!this.#isOpen) return;
    const handlers = this.#handlers;
    this.#handlers = null;
    if (this.#port.isOpen) this.#shut();
    this.#release();
    handlers?.closed({ kind: 'lost', detail: `${this.#options.path}: ${detail}` });
  }

  #unlock(): void {
    this.#lock?.release();
    this.#lock = null;
  }

  #release(): void {
    this.#isOpen = false;
    this.#unlock();
    this.#cancelPoll?.();
    this.#cancelPoll = null;
    for (const wake of [...this.#wakeAtEnd]) wake();
  }

  /** Resolves once the kernel has put everything on the line, or after a while without that. */
  #sentOut(): Promise<void> {
    return this.#orEnd((done) => {
      const cancel = this.#clock.after(DRAIN_MS_MAX, done);
      this.#port.drain(() => {
        cancel();
        done();
      });
    });
  }

  /**
   * Every `set` writes the modem lines too, so they are given as they shall be. The break is switched
   * before them: that a pty, or an adapter without modem lines, refuses those is no failure.
   */
  #setBreak(on: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#port.set({ brk: on, dtr: true, rts: true, cts: false, dsr: false }, (error) => {
        if (error && !/Inappropriate ioctl|Invalid argument/.test(error.message)) {
          reject(serialError(this.#options.path, error));
        } else resolve();
      });
    });
  }

  #wait(ms: number): Promise<void> {
    return this.#orEnd((done) => {
      this.#clock.after(ms, done);
    });
  }

  /** A promise for something that may never happen once the port is gone. */
  #orEnd(begin: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wakeAtEnd.delete(done);
        resolve();
      };
      this.#wakeAtEnd.add(done);
      begin(done);
    });
  }

  /** Where the modem lines cannot be read once, they are not asked again. */
  #pollModem(): void {
    this.#port.get((error, state) => {
      const handlers = this.#handlers;
      if (error || state === undefined || handlers === null) return;
      this.#modem.see(state, handlers);
      this.#cancelPoll = this.#clock.after(MODEM_POLL_MS, () => this.#pollModem());
    });
  }
}

function ended(): TransportError {
  return new TransportError('other', 'the port is not open', 'nothing to do: the line reconnects');
}
