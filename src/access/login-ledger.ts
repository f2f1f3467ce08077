/**
 * Remembers logins that did not end well, so that no account is locked by us: after a login that was
 * refused the next try waits a minute, then twice as long each time, up to an hour. Also whom a
 * console was left to. Shared by all consoles and power devices of a daemon, since they may have one
 * account. Keeps no secret.
 */
import type { Clock } from '../clock/clock.ts';

const FIRST_MS = 60_000;
const LONGEST_MS = 3_600_000;

interface Refusal {
  readonly failures: number;
  /** Monotonic ms. */
  readonly until: number;
  /** Another password is tried at once. */
  readonly fingerprint: string;
  readonly text: string;
}

export class LoginLedger {
  readonly #clock: Clock;
  readonly #refusals = new Map<string, Refusal>();
  readonly #leftTo = new Map<string, { readonly until: number; readonly text: string }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why this account may not be tried now, or null. The same words until the next try. */
  refusal(account: string, fingerprint: string): string | null {
    const known = this.#refusals.get(account);
    if (known === undefined || known.fingerprint !== fingerprint) return null;
    return this.#clock.now().at < known.until ? known.text : null;
  }

  /** A secret was typed and it did not end well. Returns what to say of it. */
  refused(account: string, fingerprint: string, why: string): string {
    const before = this.#refusals.get(account);
    const isSame = before !== undefined && before.fingerprint === fingerprint;
    const failures = isSame ? before.failures + 1 : 1;
    const waitMs = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 10), LONGEST_MS);
    const until = this.#clock.now().at + waitMs;
    const text = `${why}; not tried again for ${waitMs / 60_000} min, or until its secret is another`;
    this.#refusals.set(account, { failures, until, fingerprint, text });
    return text;
  }

  accepted(account: string): void {
    this.#refusals.delete(account);
  }

  /** Somebody has this console: it is left to them for a minute. */
  leave(console: string, text: string): void {
    this.#leftTo.set(console, { until: this.#clock.now().at + FIRST_MS, text });
  }

  /** Whom it was left to, or null. */
  leftTo(console: string): string | null {
    const known = this.#leftTo.get(console);
    if (known === undefined) return null;
    if (this.#clock.now().at < known.until) return known.text;
    this.#leftTo.delete(console);
    return null;
  }
}
