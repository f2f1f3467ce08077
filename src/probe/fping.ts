/**
 * Pings all addresses with one fping process (`fping -l`), restarted when the addresses change and,
 * with a growing pause, when it dies. Where it cannot be started at all, ping.ts takes over.
 * Called by Reachability as its `ping` prober. Needs fping 5 with CAP_NET_RAW.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Clock } from '../clock/clock.ts';
import { parseFpingLine } from './fping-line.ts';
import type { OnProbeResult, ProbeQuestion, Prober } from './prober.ts';

export interface FpingOptions {
  readonly clock: Clock;
  readonly onResult: OnProbeResult;
  /** Takes over for good when fping cannot be started. */
  readonly fallback: () => Prober;
  /** One clause for the daemon's log. */
  readonly onTrouble: (text: string) => void;
  /** Default `fping`, found in PATH. */
  readonly program?: string;
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

export class Fping implements Prober {
  readonly #options: FpingOptions;
  #questions: readonly ProbeQuestion[] = [];
  #child: ChildProcessWithoutNullStreams | null = null;
  #fallback: Prober | null = null;
  #startedAt = 0;
  #deaths = 0;
  #unfinished = '';
  #complaint = '';
  #toldComplaint = '';
  readonly #heard = new Set<string>();
  #cancels: (() => void)[] = [];

  constructor(options: FpingOptions) {
    this.#options = options;
  }

  ask(questions: readonly ProbeQuestion[]): void {
    if (this.#fallback !== null) {
      this.#fallback.ask(questions);
      return;
    }
    const before = essence(this.#questions);
    this.#questions = questions;
    if (essence(questions) === before) return;
    this.#deaths = 0;
    this.#restart();
  }

  stop(): void {
    this.#questions = [];
    this.#end();
    this.#fallback?.stop();
  }

  #restart(): void {
    this.#end();
    if (this.#questions.length > 0) this.#start();
  }

  #end(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
    const child = this.#child;
    this.#child = null;
    child?.kill('SIGTERM');
  }

  #start(): void {
    this.#startedAt = this.#options.clock.now().at;
    this.#unfinished = '';
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
    const child = spawn(this.#options.program ?? 'fping', argumentsFor(this.#questions), {
      env: { ...process.env, LC_ALL: 'C' },
    });
    this.#child = child;
    this.#listen(child);
    child.stdin.end(this.#questions.map(({ host }) => `${host}\n`).join(''));
  }

  #listen(child: ChildProcessWithoutNullStreams): void {
    const ifCurrent =
      <T>(run: (value: T) => void) =>
      (value: T) => {
        if (this.#child === child) run(value);
      };
    child.stdout.setEncoding('latin1').on(
      'data',
      ifCurrent((text: string) => this.#read(text)),
    );
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

  #read(text: string): void {
    const lines = (this.#unfinished + text).split('\n');
    this.#unfinished = (lines.pop() ?? '').slice(-LINE_CHARS_MAX);
    for (const line of lines) {
      const result = parseFpingLine(line);
      if (result === null) continue;
      this.#heard.add(result.host);
      this.#options.onResult(result.host, result.answered, result.detail);
    }
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
    if (!['ENOENT', 'EACCES', 'EPERM'].includes(code)) {
      this.#onDeath(error.message);
      return;
    }
    this.#end();
    this.#options.onTrouble(`fping cannot be started (${error.message}); using ping instead`);
    this.#fallback = this.#options.fallback();
    this.#fallback.ask(this.#questions);
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

function argumentsFor(questions: readonly ProbeQuestion[]): string[] {
  const shortest = Math.min(...questions.map(({ intervalMs }) => intervalMs));
  const periodMs = Math.max(PERIOD_MS_MIN, shortest);
  const timeoutMs = Math.min(TIMEOUT_MS, periodMs);
  return ['-l', '-D', '-p', `${periodMs}`, '-t', `${timeoutMs}`, '-i', '1', '-B', '1', '-r', '0'];
}

function essence(questions: readonly ProbeQuestion[]): string {
  return JSON.stringify(questions);
}
