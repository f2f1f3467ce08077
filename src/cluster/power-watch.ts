/**
 * What regular checks of one power device come to: does it answer, and does it speak of the right
 * machine? Made by the daemon's power checks, one for each device of each node. Pure: times come in.
 * Must never raise an alarm for one missing answer, nor believe a device that calls a running machine
 * off.
 */

/** `put-off`: it was in use; nothing was found out. */
export interface CheckAnswer {
  readonly outcome: 'off' | 'on' | 'no-answer' | 'put-off';
  readonly detail: string;
}

/** What the last check of a device came to; for status and metrics. */
export interface PowerDeviceStatus {
  readonly node: string;
  /** Agent, host and plug; no secrets. */
  readonly device: string;
  readonly level: number;
  /** Null: it was not asked yet. */
  readonly outcome: 'off' | 'on' | 'no-answer' | null;
  readonly detail: string;
  /** Milliseconds since 1970; null: not yet. */
  readonly checkedWall: number | null;
  readonly failures: number;
  /** It calls a machine off that runs. */
  readonly contradicted: boolean;
}

/** What else is known of the node that the device switches. */
export interface NodeLook {
  /** Since the last byte of its console, ms; null: none has come. */
  readonly silentForMs: number | null;
  /** It owns the disk, and the service address answers. */
  readonly isServing: boolean;
}

export interface WatchTimes {
  readonly everyMs: number;
  /** The service address of a node that has just lost its power is called dead after so long. */
  readonly deadAfterMs: number;
}

/** The second question after one without an answer, and where the device was in use. */
export const AGAIN_MS = 60_000;
const AFTER_DEAD_MS = 15_000;
const FAILURES = 2;

export class PowerWatch {
  #failures = 0;
  #isThorough = true;
  /** It said off, asked at this time, and has said so ever since. */
  #offSince: number | null = null;
  #lies = false;
  /** What it said when it became trouble: an alarm whose words change is a new one each time. */
  #detail = '';

  /** Ask more than `status`: nothing is known of it, or it failed. */
  get isThorough(): boolean {
    return this.#isThorough;
  }

  /** How often in a row it did not answer. */
  get failures(): number {
    return this.#failures;
  }

  /** It says off of a machine that runs. */
  get isContradicted(): boolean {
    return this.#lies;
  }

  /** What to do about it, said of this device and node; null: nothing. */
  trouble(device: string, node: string): string | null {
    if (this.#lies) {
      return `${device} says that ${node} is off, but ${node} answers: is the plug right?`;
    }
    if (this.#failures < FAILURES) return null;
    return `${device}, which switches ${node} off, does not answer: ${this.#detail}`;
  }

  /** `askedAt`, `now`: monotonic ms. Returns when to ask again, in ms. */
  take(
    answer: CheckAnswer,
    look: NodeLook | null,
    at: { readonly asked: number; readonly now: number },
    times: WatchTimes,
  ): number {
    const soonMs = Math.min(AGAIN_MS, times.everyMs);
    if (answer.outcome === 'put-off') return soonMs;
    if (answer.outcome === 'no-answer') {
      this.#failures++;
      if (this.#failures === FAILURES) this.#detail = answer.detail;
      this.#isThorough = true;
      return this.#failures < FAILURES ? soonMs : times.everyMs;
    }
    this.#failures = 0;
    this.#isThorough = false;
    if (answer.outcome === 'on') {
      this.#offSince = null;
      this.#lies = false;
      return times.everyMs;
    }
    return this.#saidOff(look, at, times);
  }

  /** A machine that has just been switched off served a moment ago: that is no lie yet. */
  #saidOff(
    look: NodeLook | null,
    at: { readonly asked: number; readonly now: number },
    times: WatchTimes,
  ): number {
    const first = this.#offSince === null;
    this.#offSince ??= at.now;
    const heardAt = look?.silentForMs == null ? null : at.now - look.silentForMs;
    const settleMs = times.deadAfterMs + AFTER_DEAD_MS;
    const wrote = heardAt !== null && heardAt > (first ? at.asked : this.#offSince);
    const serves = look?.isServing === true && at.now - this.#offSince >= settleMs;
    if (wrote || serves) this.#lies = true;
    else if (look?.isServing !== true) this.#lies = false;
    return first && !wrote ? Math.min(settleMs, times.everyMs) : times.everyMs;
  }
}
