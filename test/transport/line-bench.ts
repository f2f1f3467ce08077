/** A line on a fake wire with a clock that stands: what it reports is kept in order. */
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { Line } from '../../src/transport/line.ts';
import { FakeTransport } from './fake-transport.ts';

/** Lets all promises that can go on go on. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Bench {
  readonly clock = new SimulatedClock();
  readonly made: FakeTransport[] = [];
  readonly events: string[] = [];
  data = '';
  readonly line: Line;

  constructor(paceMs = 2) {
    this.line = new Line({
      clock: this.clock,
      paceMs,
      seed: 'pki-ca/n1',
      speed: 'CList says 9600',
      create: () => {
        const transport = new FakeTransport();
        this.made.push(transport);
        return transport;
      },
      onData: (bytes) => {
        this.data += Buffer.from(bytes).toString('latin1');
      },
      onStatus: (status, detail) =>
        this.events.push(detail === '' ? status : `${status}: ${detail}`),
      onModem: (line, on) => this.events.push(`${line} ${on}`),
      onReport: ({ level, what }) => this.events.push(`${level}: ${what}`),
      onDropped: (detail) => this.events.push(`dropped: ${detail}`),
    });
  }

  get wire(): FakeTransport {
    const last = this.made.at(-1);
    if (last === undefined) throw new Error('no transport was made');
    return last;
  }

  async connect(): Promise<this> {
    this.line.start();
    this.wire.accept();
    await settle();
    this.events.length = 0;
    return this;
  }

  /** Moves the clock in steps, with time for promises between them. */
  async pass(ms: number, stepMs = ms): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(Math.min(stepMs, ms - passed));
      await settle();
    }
  }
}

export const connected = (paceMs?: number): Promise<Bench> => new Bench(paceMs).connect();
