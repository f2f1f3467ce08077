/**
 * The alarms that one cluster (or the daemon itself) has up: tells every sink when one is raised,
 * again each hour while it stays and nobody acknowledged it, and when it is cleared. Called by the
 * runner with the machine's effects. Decides nothing and never waits for a sink.
 */
import type { Clock } from '../clock/clock.ts';
import type { AlarmEvent, AlarmEventSink } from './alarm-event.ts';

export interface AlarmBoardOptions {
  readonly cluster: string;
  readonly clock: Clock;
  readonly sinks: readonly AlarmEventSink[];
  /** From before a restart: raised with the same text, these are known already and not told. */
  readonly acknowledged?: readonly AcknowledgedAlarm[];
}

/** A person knows of it. */
export interface Acknowledgement {
  readonly by: string;
  /** What else he said, or ''. */
  readonly note: string;
  /** Milliseconds since 1970. */
  readonly wall: number;
}

export interface AcknowledgedAlarm extends Acknowledgement {
  readonly name: string;
  readonly text: string;
}

export interface RaisedAlarm {
  readonly name: string;
  readonly text: string;
  readonly type: string;
  /** Milliseconds since 1970; of the first raising, however the text changed since. */
  readonly sinceWall: number;
  /** Ends when the text changes. */
  readonly acknowledged: Acknowledgement | null;
}

export const REPEAT_MS = 3_600_000;

export class AlarmBoard {
  readonly #options: AlarmBoardOptions;
  readonly #raised = new Map<string, { alarm: RaisedAlarm; cancelRepeat: () => void }>();
  readonly #before = new Map<string, AcknowledgedAlarm>();
  #isStopped = false;

  constructor(options: AlarmBoardOptions) {
    this.#options = options;
    for (const alarm of options.acknowledged ?? []) this.#before.set(alarm.name, alarm);
  }

  /** The same again changes nothing; another text is told at once and its hour begins anew. */
  raise(name: string, text: string, type: string): void {
    if (this.#isStopped) return;
    const before = this.#raised.get(name);
    if (before?.alarm.text === text && before.alarm.type === type) return;
    before?.cancelRepeat();
    const sinceWall = before?.alarm.sinceWall ?? this.#options.clock.now().wall;
    const known = before?.alarm.text === text ? before.alarm.acknowledged : null;
    const acknowledged = before === undefined ? this.#takeBefore(name, text) : known;
    const alarm: RaisedAlarm = { name, text, type, sinceWall, acknowledged };
    const cancelRepeat = acknowledged === null ? this.#repeatLater(alarm) : () => {};
    this.#raised.set(name, { alarm, cancelRepeat });
    if (acknowledged === null) this.#tell('raised', alarm);
  }

  clear(name: string): void {
    this.#before.delete(name);
    const before = this.#raised.get(name);
    if (before === undefined) return;
    before.cancelRepeat();
    this.#raised.delete(name);
    this.#tell('cleared', before.alarm);
  }

  /** Told once to every sink, and not repeated any more. Null: no such alarm is up. */
  acknowledge(name: string, by: string, note: string): RaisedAlarm | null {
    const before = this.#raised.get(name);
    if (before === undefined) return null;
    before.cancelRepeat();
    const { wall } = this.#options.clock.now();
    const alarm: RaisedAlarm = { ...before.alarm, acknowledged: { by, note, wall } };
    this.#raised.set(name, { alarm, cancelRepeat: () => {} });
    this.#tell('acknowledged', alarm);
    return alarm;
  }

  list(): readonly RaisedAlarm[] {
    return [...this.#raised.values()].map(({ alarm }) => alarm);
  }

  /** Nothing is repeated any more, nothing is told: the daemon ends, the alarms do not. */
  stop(): void {
    this.#isStopped = true;
    for (const { cancelRepeat } of this.#raised.values()) cancelRepeat();
    this.#raised.clear();
  }

  #takeBefore(name: string, text: string): Acknowledgement | null {
    const known = this.#before.get(name);
    this.#before.delete(name);
    if (known === undefined || known.text !== text) return null;
    return { by: known.by, note: known.note, wall: known.wall };
  }

  #repeatLater(alarm: RaisedAlarm): () => void {
    return this.#options.clock.after(REPEAT_MS, () => {
      this.#raised.set(alarm.name, { alarm, cancelRepeat: this.#repeatLater(alarm) });
      this.#tell('repeated', alarm);
    });
  }

  #tell(kind: AlarmEvent['kind'], { name, text, type, acknowledged }: RaisedAlarm): void {
    const { cluster, clock, sinks } = this.#options;
    const { wall } = clock.now();
    const said = kind === 'acknowledged' ? acknowledged : null;
    const event = { kind, cluster, alarm: name, text, type, wall, acknowledged: said };
    for (const sink of sinks) sink.take(event);
  }
}
