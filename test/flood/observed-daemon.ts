/** The real daemon in a home of its own, with what it costs: memory, CPU, delay of its event loop. */
import { cpSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { makeHome, RunningDaemon, withShippedScripts } from '../daemon/program.ts';

export interface Sample {
  readonly residentMb: number;
  readonly cpuSeconds: number;
  /** The longest delay since the last sample. */
  readonly lagMsMax: number;
  readonly lagMsP99: number;
}

const BENCH_SCRIPT = join(import.meta.dirname, '../bench/bench.chat');

export class ObservedDaemon {
  readonly daemon: RunningDaemon;
  readonly #metricsPort: number;

  private constructor(daemon: RunningDaemon, metricsPort: number) {
    this.daemon = daemon;
    this.#metricsPort = metricsPort;
  }

  static async start(clusters: readonly string[]): Promise<ObservedDaemon> {
    const port = await freePort();
    const home = withShippedScripts(
      makeHome(`site\n  metrics 127.0.0.1:${port}\n${clusters.join('\n')}`),
    );
    cpSync(BENCH_SCRIPT, join(home, 'chat-scripts/bench.chat'));
    const daemon = await RunningDaemon.start(home);
    return new ObservedDaemon(daemon, port);
  }

  /** Throws when it has ended or does not answer. */
  async sample(): Promise<Sample> {
    const response = await fetch(`http://127.0.0.1:${this.#metricsPort}/metrics`);
    const text = await response.text();
    const figure = (name: string): number => {
      const [, value] = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text) ?? [];
      if (value === undefined) throw new Error(`no ${name} in the metrics`);
      return Number(value);
    };
    return {
      residentMb: figure('process_resident_memory_bytes') / 1e6,
      cpuSeconds: figure('process_cpu_seconds_total'),
      lagMsMax: figure('clusterd_event_loop_lag_max_seconds') * 1000,
      lagMsP99: figure('clusterd_event_loop_lag_p99_seconds') * 1000,
    };
  }

  /** Everything that could explain a failure. */
  story(cluster: string): string {
    const { daemon } = this;
    const log = daemon.file(`Logs/${cluster}.log`);
    return [daemon.err, log.slice(-4000)].join('\n---\n');
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
