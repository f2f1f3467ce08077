/**
 * Tells whoever started the daemon how it stands: `clusterd start` over a pipe, systemd by its notify
 * protocol: READY=1, RELOADING=1, STOPPING=1, STATUS= and, while WatchdogSec is set, WATCHDOG=1.
 * Made by `run`. Node cannot send to a unix datagram socket, so systemd-notify(1) does, which is
 * wherever systemd is; hence NotifyAccess=all in the units.
 * The watchdog is fed by a timer of the event loop and by nothing else: a loop that stalls feeds it no
 * more. Must never hold the daemon up: what cannot be told is noted once.
 */
import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../cluster/daemon-error.ts';

/** What `clusterd start` waits for; one JSON line over the pipe. */
export interface StartReport {
  readonly pid: number;
  readonly watched: number;
  readonly notWatched: number;
  readonly missing: number;
}

export const READY_FD = 'CLUSTERD_READY_FD';
/** For us alone: programs that we run have nothing to tell. */
const OURS = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID', READY_FD];
const NOTIFIER = 'systemd-notify';
/** It waits for systemd itself to take the message; a systemd that is itself stuck is no fault of ours. */
const NOTIFIER_MS = 10_000;
/** Of the time after which systemd takes the daemon for dead. */
const FEEDINGS_PER_LIMIT = 3;

export interface ReadinessOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly onNotice: (text: string) => void;
}

export class Readiness {
  readonly #options: ReadinessOptions;
  readonly #socket: string;
  readonly #readyFd: number | null;
  readonly #feedMs: number | null;
  #summary = () => 'starts';
  #isSending = false;
  #waiting: string[] = [];
  #hasComplained = false;
  #cancelFeeding: () => void = () => {};

  constructor(options: ReadinessOptions) {
    const { environment } = options;
    this.#options = options;
    this.#socket = environment.NOTIFY_SOCKET ?? '';
    this.#feedMs = feedingMs(environment);
    const fd = environment[READY_FD] ?? '';
    this.#readyFd = /^\d+$/.test(fd) ? Number(fd) : null;
    for (const name of OURS) delete process.env[name];
  }

  /** Every cluster that can be watched is. `summary`: one line for `systemctl status`. */
  ready(report: StartReport, summary: () => string): void {
    this.#summary = summary;
    this.#tellStarter(report);
    this.#tell(['READY=1', this.#status()]);
    if (this.#feedMs !== null) this.#feed(this.#feedMs);
  }

  /** Begins to read files anew; `reloaded` has to follow. */
  reloading(): void {
    this.#tell(['RELOADING=1']);
  }

  reloaded(): void {
    this.#tell(['READY=1', this.#status()]);
  }

  stopping(): void {
    this.#cancelFeeding();
    this.#tell(['STOPPING=1', 'STATUS=writing what is left']);
  }

  // ---- telling ----

  #tellStarter(report: StartReport): void {
    if (this.#readyFd === null) return;
    try {
      writeSync(this.#readyFd, `${JSON.stringify(report)}\n`);
      closeSync(this.#readyFd);
    } catch {
      // It has not waited.
    }
  }

  #status(): string {
    return `STATUS=${this.#summary().replaceAll(/\s+/g, ' ')}`;
  }

  #feed(feedMs: number): void {
    this.#tell(['WATCHDOG=1', this.#status()]);
    this.#cancelFeeding = this.#options.clock.after(feedMs, () => this.#feed(feedMs));
  }

  /** One at a time, in order; the last word is kept while one is on its way. */
  #tell(lines: readonly string[]): void {
    if (this.#socket === '') return;
    if (this.#isSending) {
      this.#waiting = keepLast(this.#waiting, lines);
      return;
    }
    this.#isSending = true;
    this.#send(lines, () => {
      this.#isSending = false;
      const next = this.#waiting;
      this.#waiting = [];
      if (next.length > 0) this.#tell(next);
    });
  }

  #send(lines: readonly string[], done: () => void): void {
    const child = spawn(NOTIFIER, [...lines], {
      env: { ...process.env, NOTIFY_SOCKET: this.#socket },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    const cancel = this.#options.clock.after(NOTIFIER_MS, () => child.kill('SIGKILL'));
    child.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(0, 200);
    });
    child.on('error', (error) => {
      cancel();
      this.#complain(messageOf(error));
      done();
    });
    child.on('close', (status, signal) => {
      if (child.pid === undefined) return;
      cancel();
      // A signal to all of the unit (`systemctl kill`) hits it, too, and says nothing.
      if (status !== 0 && signal === null) {
        this.#complain(said.trim() || `it ended with ${status}`);
      }
      done();
    });
  }

  #complain(why: string): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    this.#options.onNotice(`systemd does not hear from us: ${NOTIFIER}: ${why}`);
  }
}

/** Null: nobody wants to be told that we live. */
function feedingMs(environment: ReadinessOptions['environment']): number | null {
  const { WATCHDOG_USEC: usec = '', WATCHDOG_PID: pid = '' } = environment;
  if (!/^[1-9]\d*$/.test(usec) || (pid !== '' && pid !== `${process.pid}`)) return null;
  return Number(usec) / 1000 / FEEDINGS_PER_LIMIT;
}

/** Of each variable the last value: READY=1 after RELOADING=1 is said, WATCHDOG=1 once. */
function keepLast(waiting: readonly string[], lines: readonly string[]): string[] {
  const nameOf = (line: string) => line.slice(0, line.indexOf('='));
  const names = lines.map(nameOf);
  return [...waiting.filter((line) => !names.includes(nameOf(line))), ...lines];
}
