/**
 * Alarms that belong to no cluster (a sink that does not work, the heartbeat), the sinks that all
 * clusters share, and test alarms. Made by the daemon, one. Must never wait for a sink.
 */
import { AlarmBoard, type RaisedAlarm } from '../alarm/alarm-board.ts';
import { type AlarmEvent, type AlarmEventSink, SITE } from '../alarm/alarm-event.ts';
import type { Outbox } from '../alarm/outbox.ts';
import type { Site } from '../clist/site.ts';
import type { Clock } from '../clock/clock.ts';
import type { AlarmSinks } from './alarm-sinks.ts';

export interface SiteAlarmsOptions {
  readonly site: Site;
  readonly sinks: AlarmSinks;
  readonly clock: Clock;
  readonly onNotice: (text: string) => void;
}

/** How a test alarm fared at one sink; `why` null: delivered. */
export interface SinkReport {
  readonly sink: string;
  readonly why: string | null;
}

/** A sink that needs longer has not told it: 30 s for what it was telling, and its own time. */
export const TEST_MS_MAX = 45_000;
const TYPE = 'clusterd test-alarm';
/** The names of alarms about sinks begin so. */
const SINK_ALARMS = 'clusterd:alarm-';

export class SiteAlarms {
  readonly #options: SiteAlarmsOptions;
  readonly #board: AlarmBoard;
  /** For the boards of the clusters; stays the same when the sinks change. */
  readonly shared: AlarmEventSink = {
    take: (event) => {
      for (const outbox of this.#shared) outbox.take(event);
    },
  };
  #site: Site;
  #shared: readonly Outbox[] = [];
  #command: Outbox | null = null;

  constructor(options: SiteAlarmsOptions) {
    const { site, clock } = options;
    this.#options = options;
    this.#site = site;
    const command = { take: (event: AlarmEvent) => this.#command?.take(event) };
    this.#board = new AlarmBoard({ cluster: SITE, clock, sinks: [this.shared, command] });
    this.#open();
  }

  get site(): Site {
    return this.#site;
  }

  /** Where alarms go from now on; sinks of which nothing changed at all stay as they are. */
  apply(site: Site): void {
    const before = alarmKeys(this.#site);
    this.#site = site;
    if (alarmKeys(site) === before) return;
    for (const outbox of this.#all) void outbox.close();
    for (const { name } of this.list()) if (name.startsWith(SINK_ALARMS)) this.clear(name);
    this.#open();
  }

  raise(name: string, text: string, type: string): void {
    const before = this.list().find((alarm) => alarm.name === name);
    if (before?.text === text) return;
    this.#options.onNotice(`ALARM ${name}: ${text} | type: ${type}`);
    this.#board.raise(name, text, type);
  }

  clear(name: string): void {
    if (!this.list().some((alarm) => alarm.name === name)) return;
    this.#options.onNotice(`cleared ${name}`);
    this.#board.clear(name);
  }

  list(): readonly RaisedAlarm[] {
    return this.#board.list();
  }

  acknowledge(name: string, by: string, note: string): RaisedAlarm | null {
    const alarm = this.#board.acknowledge(name, by, note);
    if (alarm !== null)
      this.#options.onNotice(`${name} is acknowledged by ${by} ${note}`.trimEnd());
    return alarm;
  }

  /** `others`: command sinks of clusters. Resolves within `TEST_MS_MAX`. */
  test(text: string, others: readonly Outbox[]): Promise<readonly SinkReport[]> {
    const { wall } = this.#options.clock.now();
    const event: AlarmEvent = {
      kind: 'test',
      cluster: SITE,
      alarm: 'test',
      text,
      type: '',
      wall,
      acknowledged: null,
    };
    const names = this.#all.map(({ name }) => name);
    const more = others.filter(({ name }) => !names.includes(name));
    return Promise.all([...this.#all, ...more].map((outbox) => this.#testOne(outbox, event)));
  }

  /** Resolves within seconds: see Outbox. */
  async close(): Promise<void> {
    this.#board.stop();
    await Promise.all(this.#all.map((outbox) => outbox.close()));
  }

  #open(): void {
    const { sinks } = this.#options;
    const onTrouble = (alarm: string, text: string | null) => {
      if (text === null) this.clear(alarm);
      else this.raise(alarm, text, TYPE);
    };
    this.#shared = sinks.ofSite(this.#site, onTrouble);
    this.#command = sinks.command(this.#site.alarmCommand, onTrouble);
  }

  get #all(): readonly Outbox[] {
    return this.#command === null ? this.#shared : [...this.#shared, this.#command];
  }

  #testOne(outbox: Outbox, event: AlarmEvent): Promise<SinkReport> {
    return new Promise((resolve) => {
      const sink = outbox.name;
      const cancel = this.#options.clock.after(TEST_MS_MAX, () =>
        resolve({ sink, why: `not told within ${TEST_MS_MAX / 1000} s` }),
      );
      void outbox.tellNow(event).then((why) => {
        cancel();
        resolve({ sink, why });
      });
    });
  }
}

function alarmKeys({ alarmMail, alarmSyslog, alarmWebhook, alarmCommand }: Site): string {
  return JSON.stringify({ alarmMail, alarmSyslog, alarmWebhook, alarmCommand });
}
