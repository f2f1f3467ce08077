/**
 * One fping process (`fping -l`) for addresses that are asked equally often: kept running, started
 * again when the addresses change and, with a growing pause, when it dies. Made by fping.ts.
 * Names are resolved at the start, one after the other, and a name server that is away makes that
 * long: the process before goes on until the new one has its first result. Must never leave addresses
 * unasked because others came or went.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Clock } from '../clock/clock.ts';
import { parseFpingLine } from './fping-line.ts';
import type { OnProbeResult, ProbeQuestion } from './prober.ts';

export interface FpingGroupOptions {
  readonly clock: Clock;
  readonly program: string;
  readonly onResult: OnProbeResult;
  /** One clause for the daemon's log. */
  readonly onTrouble: (text: string) => void;
  /** It cannot be started at all, now and later. */
  readonly onUnavailable: (why: string) => void;
}

const TIMEOUT_MS = 1_500;
const PERIOD_MS_MIN = 500;
const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000] as const;
const BACKOFF_MS_MAX = 60_000;
/** Ran so long: the next death begins with the shortest pause again. */
const SETTLED_MS = 60_000;
/** Names are resolved only at the start: those without any result are tried again. */
const UNRESOLVED_RETRY_MS = 60_000;
const LINE_CHARS_MAX = 4_096;
const COMPLAINT_CHARS_MAX = 200;

export class FpingGroup {
  readonly #options: FpingGroupOptions;
  readonly #intervalMs: number;
  #questions: readonly ProbeQuestion[] = [];
  #child: ChildProcessWithoutNullStreams | null = null;
  /** Goes on until its successor has shown that it works. */
  #before: ChildProcessWithoutNullStreams | null = null;
  #startedAt = 0;
  #deaths = 0;
  #complaint = '';
  #toldComplaint = '';
  readonly #heard = new Set<string>();
  #cancels: (() => void)[] = [];

  constructor(intervalMs: number, options: FpingGroupOptions) {
    this.#intervalMs = intervalMs;
    this.#options = options;
  }

  get intervalMs(): number {
    return this.#intervalMs;
  }

  get questions(): readonly ProbeQuestion[] {
    return this.#questions;
  }

  /** None: it ends. */
  ask(questions: readonly ProbeQuestion[]): void {
    const before = essence(this.#questions);
    this.#questions = questions;
    if (essence(questions) === before) return;
    this.#deaths = 0;
    if (questions.length === 0) this.stop();
    else this.#restart();
  }

  stop(): void {
    this.#questions = [];
    this.#end();
    this.#before?.kill('SIGTERM');
    this.#before = null;
  }

  /** Who has given results goes on, who has not is ended. */
  #restart(): void {
    if (this.#child !== null && this.#heard.size > 0) {
      this.#before?.kill('SIGTERM');
      this.#before = this.#child;
      this.#child = null;
    }
    this.#end();
    this.#start();
  }

  #end(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
    this.#child?.kill('SIGTERM');
    this.#child = null;
  }

  #start(): void {
    this.#startedAt = this.#options.clock.now().at;
    this.#complaint = '';
    this.#heard.clear();
    try {
      this.#spawn();
    } catch (error) {
      // Some errors are thrown and not emitted, among them EPERM: the capability is not allowed.
      this.#onSpawnError(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    const retry = () => {
      if (this.#questions.some(({ host }) => !this.#heard.has(host))) this.#restart();
    };
    this.#cancels.push(this.#options.clock.after(UNRESOLVED_RETRY_MS, retry));
  }

  #spawn(): void {
    const child = spawn(this.#options.program, this.#arguments(), {
      env: { ...process.env, LC_ALL: 'C' },
    });
    this.#child = child;
    this.#listen(child);
    child.stdin.end(this.#questions.map(({ host }) => `${host}\n`).join(''));
  }

  #arguments(): string[] {
    const periodMs = Math.max(PERIOD_MS_MIN, this.#intervalMs);
    const timeoutMs = Math.min(TIMEOUT_MS, periodMs);
    return ['-l', '-D', '-p', `${periodMs}`, '-t', `${timeoutMs}`, '-i', '1', '-B', '1', '-r', '0'];
  }

  #listen(child: ChildProcessWithoutNullStreams): void {
    const ifCurrent =
      <T>(run: (value: T) => void) =>
      (value: T) => {
        if (this.#child === child) run(value);
      };
    let unfinished = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      if (this.#child !== child && this.#before !== child) return;
      const lines = (unfinished + text).split('\n');
      unfinished = (lines.pop() ?? '').slice(-LINE_CHARS_MAX);
      for (const line of lines) this.#read(line, this.#child === child);
    });
    child.stderr.setEncoding('latin1').on(
      'data',
      ifCurrent((text: string) => this.#note(text)),
    );
    // It may die before it has read its addresses: `close` tells.
    child.stdin.on('error', () => {});
    child.on(
      'error',
      ifCurrent((error: Error) => this.#onSpawnError(error)),
    );
    child.on(
      'close',
      ifCurrent((status: number | null) => this.#onDeath(`status ${status}`)),
    );
  }

  #read(line: string, isCurrent: boolean): void {
    const result = parseFpingLine(line);
    if (result === null) return;
    if (isCurrent) {
      this.#before?.kill('SIGTERM');
      this.#before = null;
      this.#heard.add(result.host);
    }
    this.#options.onResult(result.host, result.answered, result.detail);
  }

  #note(text: string): void {
    const line = text.split('\n').find((other) => other !== '' && !other.startsWith('ICMP '));
    if (line === undefined) return;
    this.#complaint = line.slice(0, COMPLAINT_CHARS_MAX);
    // A name that does not resolve, while the other addresses are asked: told once.
    if (this.#complaint !== this.#toldComplaint)
      this.#options.onTrouble(`fping: ${this.#complaint}`);
    this.#toldComplaint = this.#complaint;
  }

  /** Not there or not allowed: it will not be in a minute either. Else something ran short. */
  #onSpawnError(error: Error): void {
    const code = 'code' in error ? String(error.code) : '';
    if (['ENOENT', 'EACCES', 'EPERM'].includes(code)) this.#options.onUnavailable(error.message);
    else this.#onDeath(error.message);
  }

  #onDeath(how: string): void {
    this.#end();
    const { clock, onTrouble } = this.#options;
    if (clock.now().at - this.#startedAt >= SETTLED_MS) this.#deaths = 0;
    const pauseMs = BACKOFF_MS[this.#deaths] ?? BACKOFF_MS_MAX;
    this.#deaths++;
    const why = this.#complaint === '' ? how : `${how}: ${this.#complaint}`;
    onTrouble(`fping ended (${why}); starting it again in ${pauseMs / 1000} s`);
    this.#cancels.push(clock.after(pauseMs, () => this.#restart()));
  }
}

function essence(questions: readonly ProbeQuestion[]): string {
  return JSON.stringify(questions);
}
