/**
 * Runs one command on a node over ssh, as its trusted user. Called by cluster/ for chat scripts and by
 * commands. A connection of its own, so that a time limit needs nothing of the other end. The command
 * has a terminal: when the session is gone, the system there hangs up on what still runs. Must never
 * wait longer than it was told, and never keep more than `OUTPUT_BYTES_MAX`.
 */
import type { ClientChannel } from 'ssh2';
import type { SshTarget } from '../clist/cluster.ts';
import { type CommandResult, OUTPUT_BYTES_MAX, type RunningCommand } from './command.ts';
import { signalNumber } from './signal-number.ts';
import { SshConnection, type SshParts, shownText } from './ssh-connection.ts';
import { RAW_TERMINAL } from './ssh-terminal.ts';

/** So long output may come after the end: something it started may hold the terminal open. */
const LAST_OUTPUT_MS = 200;
/** As ssh(1) says that the connection was lost before the command ended. */
const LOST_STATUS = 255;

/**
 * `command`: one line for the login shell there. `withinMs`: for all of it, from the connection to the
 * last word. The result is `not-started` when the node could not be asked, with the reason in `output`;
 * status 255 with the reason at the end of `output` when the connection was lost meanwhile, as it
 * happens to a command that stops the node.
 */
export function runOverSsh(
  target: SshTarget,
  command: string,
  withinMs: number,
  parts: SshParts,
): RunningCommand {
  const running = new RemoteCommand(target, parts);
  running.start(command, withinMs);
  return { result: running.result, kill: () => running.stop() };
}

class RemoteCommand {
  readonly result: Promise<CommandResult>;
  readonly #parts: SshParts;
  readonly #connection: SshConnection;
  #settle: (result: CommandResult) => void = () => {};
  #channel: ClientChannel | null = null;
  #output = Buffer.alloc(0);
  #isOver = false;
  #cancelLimit: () => void = () => {};
  #cancelLast: () => void = () => {};

  constructor(target: SshTarget, parts: SshParts) {
    this.#parts = parts;
    this.#connection = new SshConnection(target, parts, (detail) => this.#lost(detail));
    this.result = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  start(command: string, withinMs: number): void {
    this.#cancelLimit = this.#parts.clock.after(withinMs, () => this.stop());
    this.#connection.open().then(
      () => this.#run(command),
      (error: unknown) => this.#notStarted(error),
    );
  }

  /** Ends the session; the terminal there hangs up. */
  stop(): void {
    if (this.#channel !== null && !this.#isOver) {
      this.#channel.signal('TERM'); // where the server does that, it reaches also who ignores a hangup
      this.#channel.close();
    }
    this.#end('timeout', null);
  }

  #run(command: string): void {
    if (this.#isOver) return;
    try {
      this.#connection.client.exec(command, { pty: RAW_TERMINAL }, (error, channel) => {
        if (error !== undefined) this.#notStarted(error);
        else this.#listen(channel);
      });
    } catch (error) {
      this.#notStarted(error);
    }
  }

  #listen(channel: ClientChannel): void {
    channel.on('error', () => {});
    if (this.#isOver) {
      channel.close();
      return;
    }
    this.#channel = channel;
    this.#connection.channels.add(channel);
    for (const stream of [channel, channel.stderr]) {
      stream.on('data', (bytes: Buffer) => this.#keep(bytes));
    }
    let status: number | null = null;
    channel.on('exit', (code: number | null, signal?: string) => {
      status = code ?? 128 + signalNumber(signal);
      this.#cancelLast = this.#parts.clock.after(LAST_OUTPUT_MS, () => this.#end('exited', status));
    });
    channel.on('close', () => {
      if (status === null) this.#lost('it ended without an exit status');
      else this.#end('exited', status);
    });
  }

  #lost(detail: string): void {
    if (this.#isOver) return;
    this.#keep(Buffer.from(`\n${detail}\n`, 'latin1'));
    this.#end('exited', LOST_STATUS);
  }

  #notStarted(error: unknown): void {
    const text = error instanceof Error ? shownText(error.message) : 'unknown';
    this.#output = Buffer.from(text, 'latin1');
    this.#end('not-started', null);
  }

  #end(outcome: CommandResult['outcome'], status: number | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelLimit();
    this.#cancelLast();
    this.#connection.end();
    this.#settle({ outcome, status, output: this.#output.toString('latin1') });
  }

  #keep(bytes: Buffer): void {
    if (this.#isOver) return;
    const all = Buffer.concat([this.#output, bytes]);
    this.#output =
      all.length > OUTPUT_BYTES_MAX ? Buffer.from(all.subarray(-OUTPUT_BYTES_MAX)) : all;
  }
}
