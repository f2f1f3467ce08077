/**
 * Hands each alarm to the operator's own command (`alarm-command` of CList), through its environment
 * and never through a shell. One run at a time per cluster, in order, 30 s each. A command that
 * fails or hangs holds up nothing but itself, and is reported.
 */
import type { Clock } from '../clock/clock.ts';
import { visible } from '../log/visible.ts';
import type { AlarmEvent, AlarmEventSink } from './alarm-event.ts';
import type { Turnstile } from './turnstile.ts';

/** Runs a program; `runCommand` of transport/command.ts with its clock bound. */
export type RunAlarmCommand = (request: {
  readonly argv: readonly string[];
  readonly withinMs: number;
  readonly environment: Readonly<Record<string, string>>;
}) => {
  readonly result: Promise<{
    readonly outcome: 'exited' | 'timeout' | 'not-started';
    readonly status: number | null;
    readonly output: string;
  }>;
  kill(): void;
};

export interface CommandSinkOptions {
  /** Program and arguments; not empty. */
  readonly argv: readonly string[];
  readonly run: RunAlarmCommand;
  readonly turnstile: Turnstile;
  readonly clock: Clock;
  /** The command failed (one clause), or worked again (null). */
  readonly onTrouble: (text: string | null) => void;
}

/** The alarm about this command itself: not handed to it, it would fail again. */
export const ALARM_COMMAND_ALARM = 'clusterd:alarm-command';

const LIMIT_MS = 30_000;
const WAITING_MAX = 32;
const CLOSE_WITHIN_MS = 5_000;
const OUTPUT_CHARS = 200;

export class CommandSink implements AlarmEventSink {
  readonly #options: CommandSinkOptions;
  readonly #waiting: AlarmEvent[] = [];
  #kill: (() => void) | null = null;
  #isBusy = false;
  #isClosed = false;
  #isFailing = false;
  #onIdle: () => void = () => {};

  constructor(options: CommandSinkOptions) {
    this.#options = options;
  }

  take(event: AlarmEvent): void {
    if (this.#isClosed || event.alarm === ALARM_COMMAND_ALARM) return;
    this.#waiting.push(event);
    if (this.#waiting.length > WAITING_MAX) this.#dropOne();
    if (!this.#isBusy) void this.#work();
  }

  /** Resolves when all is told, or after 5 s: what still runs then is stopped. */
  close(): Promise<void> {
    this.#isClosed = true;
    if (!this.#isBusy) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(CLOSE_WITHIN_MS, () => {
        this.#waiting.length = 0;
        this.#kill?.();
        resolve();
      });
      this.#onIdle = () => {
        cancel();
        resolve();
      };
    });
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    const { turnstile } = this.#options;
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      await turnstile.enter();
      try {
        await this.#runFor(event);
      } catch (error) {
        this.#report(`could not be started: ${visible(String(error))}`);
      } finally {
        turnstile.leave();
      }
    }
    this.#isBusy = false;
    this.#onIdle();
  }

  async #runFor(event: AlarmEvent): Promise<void> {
    const { argv, run } = this.#options;
    const command = run({ argv, withinMs: LIMIT_MS, environment: environmentOf(event) });
    this.#kill = () => command.kill();
    const { outcome, status, output } = await command.result;
    this.#kill = null;
    const end = visible(output.trim().slice(-OUTPUT_CHARS));
    const said = end === '' ? '' : `: ${end}`;
    if (outcome === 'timeout') this.#report(`did not end within ${LIMIT_MS / 1000} s${said}`);
    else if (outcome === 'not-started') this.#report(`could not be started${said}`);
    else if (status !== 0) this.#report(`ended with status ${status}${said}`);
    else this.#report(null);
  }

  /** Repetitions go first, then the oldest: the newest tells most. */
  #dropOne(): void {
    const repetition = this.#waiting.findIndex((event) => event.kind === 'repeated');
    this.#waiting.splice(Math.max(0, repetition), 1);
    this.#report(
      `does not keep up: more than ${WAITING_MAX} alarms wait for it, some are left out`,
    );
  }

  #report(trouble: string | null): void {
    if (trouble === null && !this.#isFailing) return;
    this.#isFailing = trouble !== null;
    const program = visible(this.#options.argv[0] ?? '');
    this.#options.onTrouble(trouble === null ? null : `the alarm command ${program} ${trouble}`);
  }
}

/** Made safe to show: the command may print it, and no variable may hold a NUL. */
function environmentOf(event: AlarmEvent): Readonly<Record<string, string>> {
  return {
    CLUSTERD_EVENT: event.kind,
    CLUSTERD_CLUSTER: event.cluster,
    CLUSTERD_ALARM: visible(event.alarm),
    CLUSTERD_TEXT: visible(event.text),
    CLUSTERD_TYPE: visible(event.type),
  };
}
