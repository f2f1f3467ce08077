/**
 * Runs one local program: chat scripts' `run`, alarm commands, fence agents. Called by cluster/ and
 * transport/fence-agent.ts. Arguments go to the program one by one and never through a shell. Must
 * never leave anything running that it had to stop, and never keep more than `OUTPUT_BYTES_MAX`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../clock/clock.ts';
import { signalNumber } from './signal-number.ts';

export interface CommandRequest {
  /** Program and arguments; the program is looked up in PATH unless it has a slash. */
  readonly argv: readonly string[];
  /** Text for its standard input; none: an empty one. May hold secrets, and is not repeated. */
  readonly stdin?: string;
  readonly withinMs: number;
  /** What it started and did not end is ended with it, also when nobody had to stop it. */
  readonly leavesNothing?: boolean;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  /** `timeout`: stopped by us, at the limit or by `kill`. */
  readonly outcome: 'exited' | 'timeout' | 'not-started';
  /** The exit status, 128 + signal number if a signal ended it; null unless it exited. */
  readonly status: number | null;
  /** What it wrote on both outputs, as it came, or why it was not started. */
  readonly output: string;
}

export interface RunningCommand {
  readonly result: Promise<CommandResult>;
  /** Stops it now, as at the time limit. Safe at any time. */
  kill(): void;
}

/** Of longer output the end is kept: that is where programs say what went wrong. */
export const OUTPUT_BYTES_MAX = 8192;
/** Between the request to end (SIGTERM) and SIGKILL. */
const GRACE_MS = 2000;
/** So long output may come after the end: something it started may hold the pipe open. */
const LAST_OUTPUT_MS = 200;

export function runCommand(request: CommandRequest, clock: Clock): RunningCommand {
  const command = new Command(request, clock);
  return { result: command.result, kill: () => command.stop() };
}

class Command {
  readonly result: Promise<CommandResult>;
  readonly #clock: Clock;
  readonly #child: ChildProcess | null;
  readonly #leavesNothing: boolean;
  #settle: (result: CommandResult) => void = () => {};
  #output = Buffer.alloc(0);
  #isStopped = false;
  #cancelLimit: () => void = () => {};
  #cancelKill: () => void = () => {};

  constructor(request: CommandRequest, clock: Clock) {
    this.#clock = clock;
    this.#leavesNothing = request.leavesNothing === true;
    this.result = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#child = this.#spawn(request);
    if (this.#child === null) return;
    this.#listen(this.#child, request.stdin ?? '');
    this.#cancelLimit = clock.after(request.withinMs, () => this.stop());
  }

  /** Asks the whole process group to end, and kills what is left of it 2 s later. */
  stop(): void {
    if (this.#isStopped || this.#child?.pid === undefined) return;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#isStopped = true;
    this.#signalGroup('SIGTERM');
    this.#cancelKill = this.#clock.after(GRACE_MS, () => this.#signalGroup('SIGKILL'));
  }

  #spawn(request: CommandRequest): ChildProcess | null {
    const [program, ...rest] = request.argv;
    if (program === undefined || program === '') return this.#fail('no program was given');
    try {
      return spawn(program, rest, {
        shell: false,
        detached: true, // its own process group, so that its children can be ended too
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { ...process.env, ...request.environment },
      });
    } catch (error) {
      return this.#fail(error instanceof Error ? error.message : 'unknown');
    }
  }

  #fail(why: string): null {
    this.#settle({ outcome: 'not-started', status: null, output: why });
    return null;
  }

  #listen(child: ChildProcess, stdin: string): void {
    child.once('error', (error) => {
      if (child.pid !== undefined) return; // it runs: `exit` will come
      this.#cancelLimit();
      this.#fail(error.message);
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => this.#keep(bytes));
      stream?.on('error', () => {});
    }
    child.stdin?.on('error', () => {}); // it may end without reading
    child.stdin?.end(stdin);
    child.once('exit', (code, signal) => this.#exited(child, code, signal));
  }

  #exited(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    this.#cancelLimit();
    this.#cancelKill();
    // What it started and did not end, although both were asked to, gets no more time.
    if (this.#isStopped || this.#leavesNothing) this.#signalGroup('SIGKILL');
    const finish = (): void => {
      cancel();
      child.removeListener('close', finish);
      child.stdout?.destroy();
      child.stderr?.destroy();
      this.#settle({
        outcome: this.#isStopped ? 'timeout' : 'exited',
        status: this.#isStopped ? null : (code ?? 128 + signalNumber(signal)),
        output: this.#output.toString('latin1'),
      });
    };
    const cancel = this.#clock.after(LAST_OUTPUT_MS, finish);
    child.once('close', finish);
  }

  #signalGroup(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is empty: all have ended.
    }
  }

  #keep(bytes: Buffer): void {
    const all = Buffer.concat([this.#output, bytes]);
    this.#output =
      all.length > OUTPUT_BYTES_MAX ? Buffer.from(all.subarray(-OUTPUT_BYTES_MAX)) : all;
  }
}
