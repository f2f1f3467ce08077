/**
 * Stands before the sinks of a cluster and keeps what comes and goes from becoming a storm: the
 * alarms of a console or of the network are told at once, and then at most every half minute, what
 * is so by then. All others pass. Made with a cluster's alarms; the log hears everything.
 */
import type { Clock } from '../clock/clock.ts';
import type { AlarmEvent, AlarmEventSink } from './alarm-event.ts';

/** Raised by the engine for what may flap by nature: `console:n1`, `net:blind`. */
const FLAPS = /^(?:console|net):/;
export const DAMPED_MS = 30_000;

interface Damped {
  told: AlarmEvent;
  /** The newest of those that wait; null: none. */
  next: AlarmEvent | null;
  readonly cancel: () => void;
}

export class Damper implements AlarmEventSink {
  readonly #clock: Clock;
  readonly #sink: AlarmEventSink;
  /** By name, for as long as it is damped. */
  readonly #damped = new Map<string, Damped>();

  constructor(clock: Clock, sink: AlarmEventSink) {
    this.#clock = clock;
    this.#sink = sink;
  }

  take(event: AlarmEvent): void {
    if (!FLAPS.test(event.alarm) || event.kind === 'acknowledged') return this.#sink.take(event);
    const damped = this.#damped.get(event.alarm);
    if (damped === undefined) this.#tell(event);
    else damped.next = event;
  }

  /** What still waits is not told: the daemon ends, or the cluster is not watched any more. */
  stop(): void {
    for (const { cancel } of this.#damped.values()) cancel();
    this.#damped.clear();
  }

  #tell(event: AlarmEvent): void {
    const cancel = this.#clock.after(DAMPED_MS, () => this.#goOn(event.alarm));
    this.#damped.set(event.alarm, { told: event, next: null, cancel });
    this.#sink.take(event);
  }

  #goOn(name: string): void {
    const damped = this.#damped.get(name);
    this.#damped.delete(name);
    const next = damped?.next ?? null;
    if (damped !== undefined && next !== null && isNews(damped.told, next)) this.#tell(next);
  }
}

/** Cleared and raised again with the same words is as it was told. */
function isNews(told: AlarmEvent, next: AlarmEvent): boolean {
  const isUp = (event: AlarmEvent) => event.kind !== 'cleared';
  return isUp(told) !== isUp(next) || (isUp(next) && told.text !== next.text);
}
