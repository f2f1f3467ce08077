/**
 * Signs that alarms would arrive: the test alarm (`test-alarm every` of CList, or when an operator
 * asks) and the heartbeat. Whoever gets them notices when one is missing. Made by the daemon.
 */
import { hostname } from 'node:os';
import type { Site } from '../clist/site.ts';
import type { Clock } from '../clock/clock.ts';
import type { Reply } from '../control/protocol.ts';
import { runCommand } from '../transport/command.ts';
import { every } from './every.ts';
import { Heartbeat } from './heartbeat.ts';
import type { SharedParts } from './shared-parts.ts';
import type { SinkReport } from './site-alarms.ts';

export interface LifeSignsOptions {
  readonly site: Site;
  /** The only cluster of this process, or null. */
  readonly only: string | null;
  readonly clock: Clock;
  readonly shared: SharedParts;
  readonly onNotice: (text: string) => void;
  /** Of each watched cluster: why it is not controlled any more, or null. */
  readonly faults: () => readonly (string | null)[];
  readonly notWatchedCount: () => number;
}

const HEARTBEAT_ALARM = 'clusterd:heartbeat';

export class LifeSigns {
  readonly #options: LifeSignsOptions;
  #ends: (() => void)[] = [];
  #applied = '';

  constructor(options: LifeSignsOptions) {
    this.#options = options;
  }

  start(): void {
    this.apply(this.#options.site);
  }

  /** Also after a reload: what did not change goes on as it was. */
  apply(site: Site): void {
    const { testAlarmMs, heartbeat } = site;
    const wanted = JSON.stringify({ testAlarmMs, heartbeat });
    if (wanted === this.#applied) return;
    this.stop();
    this.#applied = wanted;
    const { clock, shared } = this.#options;
    if (heartbeat === null) shared.siteAlarms.clear(HEARTBEAT_ALARM);
    if (site.testAlarmMs !== null) {
      this.#ends.push(every(clock, site.testAlarmMs, () => void this.#testByItself()));
    }
    if (site.heartbeat !== null) this.#ends.push(this.#startHeartbeat(site.heartbeat));
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  async testNow(operator: string): Promise<Reply> {
    const sinks = await this.#test(`asked for by ${operator}`);
    return { ok: true, kind: 'test-alarm', sinks };
  }

  async #testByItself(): Promise<void> {
    await this.#test('sent regularly');
  }

  async #test(why: string): Promise<readonly SinkReport[]> {
    const { shared, onNotice } = this.#options;
    const text = `alarms of clusterd on ${hostname()} arrive here (${why})`;
    const sinks = await shared.siteAlarms.test(text, shared.clusterCommands);
    onNotice(`test alarm, ${why}: ${formatReports(sinks)}`);
    return sinks;
  }

  #startHeartbeat(heartbeat: NonNullable<Site['heartbeat']>): () => void {
    const { clock, shared, only } = this.#options;
    const running = new Heartbeat({
      ...heartbeat,
      only,
      clock,
      run: (request) => runCommand(request, clock),
      counts: () => this.#counts(),
      onTrouble: (text) => {
        if (text === null) shared.siteAlarms.clear(HEARTBEAT_ALARM);
        else shared.siteAlarms.raise(HEARTBEAT_ALARM, text, 'clusterd status');
      },
    });
    running.start();
    return () => running.stop();
  }

  #counts() {
    const { faults, notWatchedCount, shared } = this.#options;
    const all = faults();
    const broken = all.filter((fault) => fault !== null).length;
    return {
      controlled: all.length - broken,
      clusters: all.length,
      faults: broken + notWatchedCount(),
      alarms: shared.alarmCount,
    };
  }
}

export function formatReports(sinks: readonly SinkReport[]): string {
  if (sinks.length === 0) return 'CList names nobody who gets alarms';
  return sinks
    .map(({ sink, why }) => (why === null ? `told by ${sink}` : `NOT told by ${sink}: ${why}`))
    .join('; ');
}
