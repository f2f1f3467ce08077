/**
 * Tells alarms to one sink: in order, one at a time, each within 30 s, tried again with growing
 * pauses until it works. What waits is bounded: repetitions go first, then the oldest. Made by the
 * daemon, one per sink; `take` is called within a cluster's turn and only puts the event down.
 * Must never wait for the sink there, never grow, and never tell a sink about its own trouble.
 */
import type { Clock } from '../clock/clock.ts';
import { visible } from '../log/visible.ts';
import type { AlarmEvent, AlarmEventSink } from './alarm-event.ts';
import { type Delivery, type Outcome, unreachable } from './delivery.ts';
import { SteadyTrouble } from './steady-trouble.ts';
import type { Turnstile } from './turnstile.ts';

export interface OutboxOptions {
  readonly delivery: Delivery;
  readonly clock: Clock;
  /** The alarm that is raised when this sink does not work: not told to it, it would fail again. */
  readonly ownAlarm: string;
  /** So many events may wait; at least 1. */
  readonly waitingMax: number;
  /** Shared by sinks of which only some may work at once; null: this one always may. */
  readonly turnstile: Turnstile | null;
  /** It does not work (one clause), or does again (null); told seldom: see SteadyTrouble. */
  readonly onTrouble: (text: string | null) => void;
}

interface Waiting {
  readonly event: AlarmEvent;
  attempts: number;
  /** For who waits for the outcome of the only attempt (null: delivered); null: nobody does. */
  readonly settle: ((why: string | null) => void) | null;
}

export const DELIVERY_MS_MAX = 30_000;
/** A delivery that does not even give up when told to is left behind after so long. */
const GIVE_UP_MS = 5_000;
const CLOSE_MS_MAX = 5_000;
const PAUSE_MS = 5_000;
const PAUSE_MS_MAX = 60_000;
const WHY_CHARS = 300;

export class Outbox implements AlarmEventSink {
  readonly #options: OutboxOptions;
  readonly #waiting: Waiting[] = [];
  #isWorking = false;
  #isClosed = false;
  #failures = 0;
  #cancelPause: (() => void) | null = null;
  #abort: AbortController | null = null;
  readonly #trouble: SteadyTrouble;
  /** Events were left out since it worked last. */
  #hasLost = false;
  #onIdle: () => void = () => {};

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#trouble = new SteadyTrouble(options.clock, options.onTrouble);
  }

  get name(): string {
    return this.#options.delivery.name;
  }

  /** Events that wait; the one that is being told is not among them. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  take(event: AlarmEvent): void {
    if (this.#isClosed || event.alarm === this.#options.ownAlarm) return;
    this.#dropEarlierRepetition(event);
    this.#waiting.push({ event, attempts: 0, settle: null });
    if (this.#waiting.length > this.#options.waitingMax) this.#dropOne();
    this.#wake();
  }

  /** Tells it before all that waits, once; resolves with why it failed, or null. Never rejects. */
  tellNow(event: AlarmEvent): Promise<string | null> {
    if (this.#isClosed) return Promise.resolve('the daemon ends');
    return new Promise((settle) => {
      this.#waiting.unshift({ event, attempts: 0, settle });
      this.#endPause();
      this.#wake();
    });
  }

  /** Resolves when each that waits was tried once more, or after 5 s: what still hangs is stopped. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#endPause();
    if (this.#waiting.length === 0 && !this.#isWorking) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(CLOSE_MS_MAX, () => {
        for (const { settle } of this.#waiting.splice(0)) settle?.('the daemon ends');
        this.#abort?.abort();
        resolve();
      });
      this.#onIdle = () => {
        cancel();
        resolve();
      };
      this.#wake();
    });
  }

  // ---- one after the other ----

  /** In a turn of its own: starting a program or a connection takes time. */
  #wake(): void {
    if (this.#isWorking || this.#cancelPause !== null) return;
    this.#isWorking = true;
    this.#options.clock.after(0, () => void this.#work());
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.attempts++;
      const outcome = await this.#attempt(next.event);
      if (outcome.kind === 'delivered') this.#delivered(next);
      else this.#failed(next, outcome);
      if (this.#failures > 0 && !this.#isClosed && !this.#isAsked()) break;
    }
    this.#isWorking = false;
    if (this.#isClosed) this.#onIdle();
    else if (this.#waiting.length > 0) this.#pause();
  }

  /** Somebody waits for the outcome of the next one. */
  #isAsked(): boolean {
    return this.#waiting[0]?.settle != null;
  }

  #delivered({ settle }: Waiting): void {
    this.#failures = 0;
    this.#hasLost = false;
    if (!this.#isClosed) this.#trouble.end();
    settle?.(null);
  }

  #failed(failed: Waiting, { why, attemptsMax }: Extract<Outcome, { kind: 'failed' }>): void {
    this.#failures++;
    const shown = visible(why.trim()).slice(0, WHY_CHARS);
    if (failed.settle !== null) failed.settle(shown);
    else if (failed.attempts < attemptsMax && !this.#isClosed) this.#putBack(failed);
    else this.#lost(shown);
    this.#tell(shown, failed.settle !== null);
  }

  /** Behind those who wait for an outcome. */
  #putBack(failed: Waiting): void {
    const first = this.#waiting.findIndex(({ settle }) => settle === null);
    this.#waiting.splice(first < 0 ? this.#waiting.length : first, 0, failed);
    if (this.#waiting.length > this.#options.waitingMax) this.#dropOne();
  }

  #pause(): void {
    const ms = Math.min(PAUSE_MS * 2 ** Math.min(this.#failures - 1, 10), PAUSE_MS_MAX);
    this.#cancelPause = this.#options.clock.after(ms, () => {
      this.#cancelPause = null;
      this.#wake();
    });
  }

  #endPause(): void {
    this.#cancelPause?.();
    this.#cancelPause = null;
  }

  // ---- one attempt ----

  async #attempt(event: AlarmEvent): Promise<Outcome> {
    const { turnstile } = this.#options;
    await turnstile?.enter();
    try {
      return await this.#deliverInTime(event);
    } catch (error) {
      return unreachable(error instanceof Error ? error.message : String(error));
    } finally {
      turnstile?.leave();
    }
  }

  #deliverInTime(event: AlarmEvent): Promise<Outcome> {
    const { delivery, clock } = this.#options;
    const abort = new AbortController();
    this.#abort = abort;
    return new Promise((resolve, reject) => {
      let late: string | null = null;
      let cancel = clock.after(DELIVERY_MS_MAX, () => {
        late = `did not end within ${DELIVERY_MS_MAX / 1000} s`;
        abort.abort();
        cancel = clock.after(GIVE_UP_MS, () => resolve(unreachable(`${late}, nor when stopped`)));
      });
      const settled = (outcome: Outcome) => {
        cancel();
        resolve(late === null ? outcome : withLateness(outcome, late));
      };
      delivery.deliver(event, abort.signal).then(settled, (error) => {
        cancel();
        if (late === null) reject(error);
        else resolve(unreachable(late));
      });
    });
  }

  // ---- what does not fit, and telling of trouble ----

  /** An alarm that lasts is told once, however long the sink was away. */
  #dropEarlierRepetition({ kind, cluster, alarm }: AlarmEvent): void {
    if (kind !== 'repeated') return;
    const earlier = this.#waiting.findIndex(
      ({ event }) => event.kind === kind && event.cluster === cluster && event.alarm === alarm,
    );
    if (earlier >= 0) this.#waiting.splice(earlier, 1);
  }

  /** The newest tells most. */
  #dropOne(): void {
    const repetition = this.#waiting.findIndex(({ event }) => event.kind === 'repeated');
    const oldest = this.#waiting.findIndex(({ settle }) => settle === null);
    this.#waiting.splice(repetition < 0 ? Math.max(0, oldest) : repetition, 1);
    this.#lost(`does not keep up, more than ${this.#options.waitingMax} alarms wait`);
  }

  /** The first loss is news. */
  #lost(why: string): void {
    if (this.#hasLost) return;
    this.#hasLost = true;
    this.#tell(why, true);
  }

  #tell(why: string, isNews: boolean): void {
    if (this.#isClosed) return;
    const lost = this.#hasLost ? '; alarms were left out' : '';
    const text = `${this.name}: ${why}${lost}; alarms that wait are tried again by themselves`;
    this.#trouble.begin(text, isNews);
  }
}

function withLateness(outcome: Outcome, late: string): Outcome {
  if (outcome.kind === 'delivered') return outcome;
  const { why, attemptsMax } = outcome;
  return { kind: 'failed', why: why === '' ? late : `${late}: ${why}`, attemptsMax };
}
