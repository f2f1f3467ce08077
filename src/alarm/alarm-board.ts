/**
 * The alarms that one cluster has up: tells every sink when one is raised, again each hour while it
 * stays, and when it is cleared. Called by the runner with the machine's effects. Decides nothing and
 * never waits for a sink.
 */
import type { Clock } from '../clock/clock.ts';
import type { AlarmEvent, AlarmEventSink } from './alarm-event.ts';

export interface AlarmBoardOptions {
  readonly cluster: string;
  readonly clock: Clock;
  readonly sinks: readonly AlarmEventSink[];
}

export interface RaisedAlarm {
  readonly name: string;
  readonly text: string;
  readonly type: string;
  /** Milliseconds since 1970; of the first raising, however the text changed since. */
  readonly sinceWall: number;
}

export const REPEAT_MS = 3_600_000;

export class AlarmBoard {
  readonly #options: AlarmBoardOptions;
  readonly #raised = new Map<string, { alarm: RaisedAlarm; cancelRepeat: () => void }>();

  constructor(options: AlarmBoardOptions) {
    this.#options = options;
  }

  /** The same again changes nothing; another text is told at once and its hour begins anew. */
  raise(name: string, text: string, type: string): void {
    const before = this.#raised.get(name);
    if (before?.alarm.text === text && before.alarm.type === type) return;
    before?.cancelRepeat();
    const sinceWall = before?.alarm.sinceWall ?? this.#options.clock.now().wall;
    const alarm: RaisedAlarm = { name, text, type, sinceWall };
    this.#raised.set(name, { alarm, cancelRepeat: this.#repeatLater(alarm) });
    this.#tell('raised', alarm);
  }

  clear(name: string): void {
    const before = this.#raised.get(name);
    if (before === undefined) return;
    before.cancelRepeat();
    this.#raised.delete(name);
    this.#tell('cleared', before.alarm);
  }

  list(): readonly RaisedAlarm[] {
    return [...this.#raised.values()].map(({ alarm }) => alarm);
  }

  /** Nothing is repeated any more, nothing is told: the daemon ends, the alarms do not. */
  stop(): void {
    for (const { cancelRepeat } of this.#raised.values()) cancelRepeat();
    this.#raised.clear();
  }

  #repeatLater(alarm: RaisedAlarm): () => void {
    return this.#options.clock.after(REPEAT_MS, () => {
      this.#raised.set(alarm.name, { alarm, cancelRepeat: this.#repeatLater(alarm) });
      this.#tell('repeated', alarm);
    });
  }

  #tell(kind: AlarmEvent['kind'], { name, text, type }: RaisedAlarm): void {
    const event: AlarmEvent = { kind, cluster: this.#options.cluster, alarm: name, text, type };
    for (const sink of this.#options.sinks) sink.take(event);
  }
}
