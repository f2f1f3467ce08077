/** A person at a console port of a simulated site, without sockets: types, and remembers all output. */
import type { SimulatedClock } from '../../src/clock/simulated.ts';
import type { ConsoleConnection, ConsolePort } from '../../src/sim/console-port.ts';

export class Terminal {
  /** All output since the last `forget`. */
  output = '';
  closed = false;
  power = false;
  readonly connection: ConsoleConnection;
  readonly #clock: SimulatedClock;

  constructor(port: ConsolePort, clock: SimulatedClock) {
    this.#clock = clock;
    const connection = port.connect({
      data: (text) => {
        this.output += text;
      },
      modem: (on) => {
        this.power = on;
      },
      closed: () => {
        this.closed = true;
      },
    });
    if (typeof connection === 'string') throw new Error(`turned away: ${connection}`);
    this.connection = connection;
  }

  /** Types a line, lets `ms` pass, and returns what came meanwhile. */
  line(text: string, ms = 10): string {
    return this.keys(`${text}\r`, ms);
  }

  keys(text: string, ms = 10): string {
    this.forget();
    this.connection.write(text);
    this.#clock.advance(ms);
    return this.output;
  }

  break(ms = 10): string {
    this.forget();
    this.connection.sendBreak();
    this.#clock.advance(ms);
    return this.output;
  }

  /** Lets `ms` pass and returns what came meanwhile. */
  wait(ms: number): string {
    this.forget();
    this.#clock.advance(ms);
    return this.output;
  }

  forget(): void {
    this.output = '';
  }
}
