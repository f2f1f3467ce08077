/**
 * Alarms of the daemon itself about one cluster: a fault inside, a journal or log in trouble. The
 * machine knows nothing of them. Called by the runner and the daemon; read by status.
 * Their names have a colon, so that no script's alarm can have the same.
 */
import type { Clock } from '../clock/clock.ts';
import type { AlarmSink, LogSink } from './parts.ts';

export interface OwnAlarm {
  readonly name: string;
  readonly text: string;
  /** The command that the operator types next. */
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly sinceWall: number;
}

/** The cluster is not controlled any more. */
export const FAULT_ALARM = 'clusterd:fault';
export const JOURNAL_ALARM = 'clusterd:journal';
export const JOURNAL_DAMAGE_ALARM = 'clusterd:journal-damage';
export const LOG_ALARM = 'clusterd:log';

export class OwnAlarms {
  readonly #log: LogSink;
  readonly #alarms: AlarmSink;
  readonly #clock: Clock;
  readonly #raised = new Map<string, OwnAlarm>();

  constructor(log: LogSink, alarms: AlarmSink, clock: Clock) {
    this.#log = log;
    this.#alarms = alarms;
    this.#clock = clock;
  }

  /** The same text again is said once. */
  raise(name: string, text: string, type: string): void {
    const before = this.#raised.get(name);
    if (before?.text === text) return;
    const { wall } = this.#clock.now();
    this.#raised.set(name, { name, text, type, sinceWall: before?.sinceWall ?? wall });
    this.#log.alarm(name, text, type, wall);
    this.#alarms.raise(name, text, type);
  }

  clear(name: string): void {
    if (!this.#raised.delete(name)) return;
    this.#log.cleared(name, this.#clock.now().wall);
    this.#alarms.clear(name);
  }

  list(): readonly OwnAlarm[] {
    return [...this.#raised.values()];
  }
}
