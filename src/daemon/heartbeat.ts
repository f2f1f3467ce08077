/**
 * Runs the command of `heartbeat every` (CList) again and again: somebody elsewhere hears it beat, and
 * notices when clusterd, its loop or its host is gone. Made by LifeSigns. It does not beat while no
 * cluster is controlled, and one beat never overtakes another.
 */
import type { RunAlarmCommand } from '../alarm/command-delivery.ts';
import { SteadyTrouble } from '../alarm/steady-trouble.ts';
import type { Clock } from '../clock/clock.ts';
import { visible } from '../log/visible.ts';
import { every } from './every.ts';

export interface HeartbeatCounts {
  /** Watched clusters that are under control. */
  readonly controlled: number;
  /** All that are watched. */
  readonly clusters: number;
  /** Clusters that are not controlled any more, or not watched. */
  readonly faults: number;
  /** Alarms that are up, of clusters and of the daemon. */
  readonly alarms: number;
}

export interface HeartbeatOptions {
  readonly everyMs: number;
  /** Program and arguments; not empty. */
  readonly argv: readonly string[];
  readonly only: string | null;
  readonly clock: Clock;
  readonly run: RunAlarmCommand;
  readonly counts: () => HeartbeatCounts;
  /** It does not beat (one clause), or does again (null). */
  readonly onTrouble: (text: string | null) => void;
}

const LIMIT_MS = 30_000;
const OUTPUT_CHARS = 200;

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #end = () => {};
  #kill: (() => void) | null = null;
  readonly #trouble: SteadyTrouble;
  #isEnded = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#trouble = new SteadyTrouble(options.clock, options.onTrouble);
  }

  /** The first beat comes at once. */
  start(): void {
    const { clock, everyMs } = this.#options;
    this.#end = every(clock, everyMs, () => void this.#beat());
    void this.#beat();
  }

  stop(): void {
    this.#isEnded = true;
    this.#end();
    this.#kill?.();
  }

  async #beat(): Promise<void> {
    if (this.#kill !== null || this.#isEnded) return;
    const counts = this.#options.counts();
    if (counts.controlled === 0) return this.#tell('is not run: no cluster is controlled');
    this.#kill = () => {};
    const trouble = await this.#run(counts).catch((error) => `could not be started: ${error}`);
    this.#kill = null;
    this.#tell(trouble);
  }

  async #run({ clusters, faults, alarms }: HeartbeatCounts): Promise<string | null> {
    const { argv, run, only } = this.#options;
    const command = run({
      argv,
      withinMs: LIMIT_MS,
      environment: {
        CLUSTERD_CLUSTERS: `${clusters}`,
        CLUSTERD_FAULTS: `${faults}`,
        CLUSTERD_ALARMS: `${alarms}`,
        CLUSTERD_ONLY: only ?? '',
      },
    });
    this.#kill = () => command.kill();
    const { outcome, status, output } = await command.result;
    if (outcome === 'exited' && status === 0) return null;
    const said = output.trim() === '' ? '' : `: ${output.trim().slice(-OUTPUT_CHARS)}`;
    if (outcome === 'timeout') return `did not end within ${LIMIT_MS / 1000} s${said}`;
    return outcome === 'exited' ? `ended with status ${status}${said}` : `cannot start${said}`;
  }

  #tell(trouble: string | null): void {
    if (this.#isEnded) return;
    const name = `the heartbeat command ${this.#options.argv[0] ?? ''}`;
    if (trouble === null) this.#trouble.end();
    else this.#trouble.begin(visible(`${name} ${trouble}`));
  }
}
