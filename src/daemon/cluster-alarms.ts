/**
 * Where one cluster's alarms go: its log, its own command, the sinks of the site; and who
 * acknowledged them. Made by SharedParts, one per cluster; the runner raises and clears, operators
 * acknowledge.
 */
import { type AcknowledgedAlarm, AlarmBoard, type RaisedAlarm } from '../alarm/alarm-board.ts';
import type { AlarmEvent, AlarmEventSink } from '../alarm/alarm-event.ts';
import { Damper } from '../alarm/damper.ts';
import type { Outbox } from '../alarm/outbox.ts';
import type { Clock } from '../clock/clock.ts';
import type { OpenedJournal } from '../cluster/journal-file.ts';
import type { AlarmSink, LogSink } from '../cluster/parts.ts';

export interface ClusterAlarmsOptions {
  readonly cluster: string;
  readonly clock: Clock;
  readonly opened: OpenedJournal;
  readonly log: LogSink;
  /** Makes the outbox of an alarm command; null: there is none. */
  readonly makeCommand: (argv: readonly string[]) => Outbox | null;
  /** Another command takes the place of one: its trouble, if any, is over. */
  readonly onReplaced: () => void;
  /** This cluster is not watched any more. */
  readonly onClosed: () => void;
  readonly others: readonly AlarmEventSink[];
}

export class ClusterAlarms implements AlarmSink {
  readonly #options: ClusterAlarmsOptions;
  readonly #board: AlarmBoard;
  readonly #dampers: readonly Damper[];
  #argv: readonly string[] = [];
  #command: Outbox | null = null;

  constructor(options: ClusterAlarmsOptions) {
    const { cluster, clock, opened, others } = options;
    this.#options = options;
    const acknowledged = opened.recollection.alarms.flatMap(({ name, text, acknowledged: its }) =>
      its === undefined ? [] : [{ name, text, ...its }],
    );
    const command = { take: (event: AlarmEvent) => this.#command?.take(event) };
    const sinks = [...others, command].map((sink) => new Damper(clock, sink));
    this.#dampers = sinks;
    this.#board = new AlarmBoard({ cluster, clock, sinks, acknowledged });
  }

  get command(): Outbox | null {
    return this.#command;
  }

  /** Program and arguments; empty: none. What the one before has not told yet, it tells. */
  use(argv: readonly string[]): void {
    if (JSON.stringify(argv) === JSON.stringify(this.#argv)) return;
    this.#argv = argv;
    if (this.#command !== null) this.#options.onReplaced();
    void this.#command?.close();
    this.#command = this.#options.makeCommand(argv);
  }

  raise(name: string, text: string, type: string): void {
    this.#board.raise(name, text, type);
  }

  clear(name: string): void {
    this.#board.clear(name);
  }

  list(): readonly RaisedAlarm[] {
    return this.#board.list();
  }

  acknowledged(): readonly AcknowledgedAlarm[] {
    return this.#board
      .list()
      .flatMap(({ name, text, acknowledged: its }) =>
        its === null ? [] : [{ name, text, ...its }],
      );
  }

  /** Null: no such alarm is up. Alarms of the script stay acknowledged over a restart. */
  acknowledge(name: string, by: string, note: string): RaisedAlarm | null {
    const alarm = this.#board.acknowledge(name, by, note);
    if (alarm === null) return null;
    const { wall } = this.#options.clock.now();
    const what = `${by} acknowledges ${name}${note === '' ? '' : `: ${note}`}`;
    const entry = { level: 'info', topic: 'operator', state: '', node: null, what } as const;
    this.#options.log.entry(entry, wall);
    if (name.includes(':')) return alarm;
    this.#options.opened.journal.append({ kind: 'acknowledged', name, by, note }, wall, null);
    return alarm;
  }

  async close(): Promise<void> {
    this.#options.onClosed();
    this.#board.stop();
    for (const damper of this.#dampers) damper.stop();
    await this.#command?.close();
  }
}
