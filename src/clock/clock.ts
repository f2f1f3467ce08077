/**
 * Time as a value. Only the system clock (clock/system.ts) may ask the operating system.
 * `at` is monotonic milliseconds with fractions allowed; `wall` is milliseconds since 1970.
 */
export interface Clock {
  now(): { readonly at: number; readonly wall: number };
  /** Calls `run` once, `delayMs` from now at the earliest; the returned function cancels. */
  after(delayMs: number, run: () => void): () => void;
}
