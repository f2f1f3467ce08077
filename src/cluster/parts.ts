/**
 * What a runner is plugged into: wires, journal, log, alarms, local commands, power devices.
 * The daemon plugs in the real ones, tests plug in fakes. The runner knows nothing else of the
 * outside. Nothing here may block, and nothing may throw for trouble outside.
 */
import type { Clock } from '../clock/clock.ts';
import type { Engine } from '../machine/engine.ts';
import type { ChannelStatus, LogEntry, NodeIndex, Recollection } from '../machine/protocol.ts';
import type { JournalSink } from './journal-file.ts';
import type { TurnShare } from './turn-share.ts';

/** A console that keeps itself connected (transport/line.ts). */
export interface ConsoleLine {
  start(): void;
  /** Ends the connection; nothing is reported any more. */
  stop(): void;
  /** Queues latin1 text, one character per byte; typed paced, in order. */
  type(text: string): void;
  discardTyping(): void;
  sendBreak(): void;
  /** Half lines of plain text need not be reported before this time (monotonic ms); 0: at once. */
  hold?(untilAt: number): void;
  /** Reports what is held. */
  release?(): void;
  /** `true`: the console is not read until `false`, so that its text waits outside. */
  pause?(isPaused: boolean): void;
  /** Does the terminal server itself still answer? */
  ask(withinMs: number): Promise<{ readonly answers: boolean; readonly detail: string }>;
}

/** When bytes came that were held for a while. */
export interface Heard {
  /** The last of them: monotonic ms, and ms since 1970. */
  readonly at: number;
  readonly wall: number;
  /** The first of them, ms since 1970. */
  readonly sinceWall: number;
}

export interface LineListener {
  /** Valid during the call only. Without `heard` the bytes came now. */
  onData(bytes: Uint8Array, heard?: Heard): void;
  onStatus(status: ChannelStatus, detail: string): void;
  onModem(line: 'dsr' | 'dcd' | 'cts', on: boolean): void;
  /** What is to be said of the line itself; `trouble`: what is wrong with it since then, or null. */
  onReport(report: {
    readonly level: 'info' | 'warn';
    readonly what: string;
    readonly trouble: string | null;
  }): void;
  /** Typed text that was thrown away, because the line was lost or took nothing for too long. */
  onDropped(what: string): void;
}

/** The cluster's log and its transcript. */
export interface LogSink {
  entry(entry: LogEntry, wall: number): void;
  alarm(name: string, text: string, type: string, wall: number): void;
  cleared(name: string, wall: number): void;
  /** `latin1` is the same chunk as `bytes`; the log takes whichever it needs. */
  received(node: NodeIndex, bytes: Uint8Array, latin1: string, wall: number): void;
  typed(node: NodeIndex, text: string, wall: number): void;
  /** A line of ours in the transcript: connected, lost, BREAK. */
  remark(node: NodeIndex, text: string, wall: number): void;
  flush(): void;
  reopen(): void;
  close(): Promise<void>;
}

export interface AlarmSink {
  raise(name: string, text: string, type: string): void;
  clear(name: string): void;
  /** Nothing is told any more; resolves when what was told has gone out, within seconds. */
  close(): Promise<void>;
}

export interface CommandOutcome {
  readonly outcome: 'exited' | 'timeout' | 'not-started';
  readonly status: number | null;
  readonly detail: string;
}

export interface PowerAnswer {
  readonly outcome: 'off' | 'on' | 'no-answer' | 'no-device';
  readonly detail: string;
}

export interface RunnerParts {
  readonly cluster: string;
  readonly nodes: readonly [string, string];
  readonly engine: Engine;
  readonly recollection: Recollection;
  readonly clock: Clock;
  /** Runs after all input that waits now has been read: setImmediate in the daemon. */
  readonly turn: (run: () => void) => void;
  /** The machine is about to begin, or to begin again: for those who watch it. */
  readonly onBegin?: () => void;
  /** One for all clusters of the process; its own when absent. */
  readonly share?: TurnShare;
  readonly line: (node: NodeIndex, listener: LineListener) => ConsoleLine;
  readonly journal: JournalSink;
  readonly log: LogSink;
  readonly alarms: AlarmSink;
  /** Starts a program with separate arguments; the returned function ends it early. */
  readonly run: (
    argv: readonly string[],
    withinMs: number,
    done: (outcome: CommandOutcome) => void,
  ) => () => void;
  /** The same on a node, as its trusted user. */
  readonly runOn: (
    node: NodeIndex,
    argv: readonly string[],
    withinMs: number,
    done: (outcome: CommandOutcome) => void,
  ) => () => void;
  readonly power: (node: NodeIndex, action: 'off' | 'status') => Promise<PowerAnswer>;
  /** Text of a console led at once to a change of state or a BREAK, so many ms after it came. */
  readonly reacted?: (to: 'decision' | 'break', ms: number) => void;
}

/** Of a cluster that is described anew while it runs. */
export type AdoptedParts = Pick<RunnerParts, 'engine' | 'power' | 'line' | 'runOn'>;
