/**
 * The daemon's metrics: collects all clusters, a few in each turn of the event loop, and serves them
 * where CList says so. Made by the daemon. A port that cannot be had is an alarm and tried again; it
 * never keeps the daemon from running.
 */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Site } from '../clist/site.ts';
import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../cluster/daemon-error.ts';
import type { WatchedCluster } from '../control/protocol.ts';
import { addCluster } from '../metrics/cluster-metrics.ts';
import { addDaemon } from '../metrics/daemon-metrics.ts';
import { Exposition } from '../metrics/exposition.ts';
import { MetricsServer } from '../metrics/metrics-server.ts';
import type { Tally } from '../metrics/tally.ts';
import { inTurns } from './in-turns.ts';
import type { SiteAlarms } from './site-alarms.ts';

export const METRICS_ALARM = 'clusterd:metrics';

export interface MetricsOptions {
  /** The only cluster of this process: of many such processes just one could have the port. */
  readonly only: string | null;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly siteAlarms: SiteAlarms;
  readonly startedWall: number;
  readonly version: string;
  /** Describes one cluster each. */
  readonly clusters: () => readonly (() => WatchedCluster)[];
}

const RETRY_MS = 30_000;
const LAG_RESOLUTION_MS = 10;

type Address = Site['metrics'];

export class Metrics {
  readonly #options: MetricsOptions;
  #address: Address = null;
  #server: MetricsServer | null = null;
  #lag: IntervalHistogram | null = null;
  #cancelRetry: () => void = () => {};
  /** One change of the address after the other. */
  #moved: Promise<void> = Promise.resolve();

  constructor(options: MetricsOptions) {
    this.#options = options;
  }

  /** At the start and after a reload. Resolves when it is served there, or is clear that it is not. */
  apply({ metrics }: Pick<Site, 'metrics'>): Promise<void> {
    const address = this.#options.only === null ? metrics : null;
    this.#moved = this.#moved.then(() => this.#moveTo(address));
    return this.#moved;
  }

  stop(): Promise<void> {
    return this.apply({ metrics: null });
  }

  async #moveTo(address: Address): Promise<void> {
    const { host, port } = this.#address ?? {};
    if (host === address?.host && port === address?.port) return;
    this.#address = address;
    this.#cancelRetry();
    this.#lag?.disable();
    await this.#server?.close();
    this.#server = null;
    if (address === null) this.#options.siteAlarms.clear(METRICS_ALARM);
    else await this.#serve(address);
  }

  async #serve(address: NonNullable<Address>): Promise<void> {
    const { clock, siteAlarms } = this.#options;
    const server = new MetricsServer(() => this.#scrape());
    try {
      await server.listen(address.host, address.port);
    } catch (error) {
      const where = `${address.host}:${address.port}`;
      const text = `metrics cannot be served on ${where}: ${messageOf(error)}`;
      siteAlarms.raise(METRICS_ALARM, text, 'clusterd status');
      this.#cancelRetry = clock.after(RETRY_MS, () => this.#tryAgain(address));
      return;
    }
    siteAlarms.clear(METRICS_ALARM);
    this.#server = server;
    this.#lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
    this.#lag.enable();
  }

  #tryAgain(address: NonNullable<Address>): void {
    this.#moved = this.#moved.then(async () => {
      if (this.#address === address && this.#server === null) await this.#serve(address);
    });
  }

  async #scrape(): Promise<Iterable<string>> {
    const { clock, tally, clusters } = this.#options;
    const exposition = new Exposition();
    addDaemon(exposition, this.#figures(), tally);
    await inTurns(clock, clusters(), (describe) => {
      const one = describe();
      addCluster(exposition, one, tally.countsOf(one.cluster));
    });
    return { [Symbol.iterator]: () => exposition.pieces() };
  }

  #figures() {
    const { startedWall, version, siteAlarms } = this.#options;
    const { user, system } = process.cpuUsage();
    const lag = this.#lag;
    const figures = {
      version,
      startedWall,
      residentBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
      lagMaxSeconds: lagOf(lag?.max),
      lagP99Seconds: lagOf(lag?.percentile(99)),
      siteAlarms: siteAlarms.list().length,
    };
    lag?.reset();
    return figures;
  }
}

/** Beyond the pause that was asked for; what was measured never is 0. */
function lagOf(nanoseconds: number | undefined): number {
  if (nanoseconds === undefined || !Number.isFinite(nanoseconds)) return 0;
  return Math.max(0, nanoseconds / 1e9 - LAG_RESOLUTION_MS / 1000);
}
