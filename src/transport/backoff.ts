/**
 * How long to wait before the next attempt to connect: 1 s, doubled up to 60 s. Pure. Used by
 * transport/line.ts. Earlier failures are forgotten only after a connection stayed up for 60 s, so
 * that a port which accepts and hangs up is not asked every second.
 */

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
export const FORGOTTEN_AFTER_MS = 60_000;
/** Up to so much of a wait is taken off, by the seed, so that many lines do not come at once. */
const JITTER = 0.1;

/** The failures in a row after a connection (or an attempt: `upForMs` 0) ended. At least 1. */
export function countFailure(failuresBefore: number, upForMs: number): number {
  return upForMs >= FORGOTTEN_AFTER_MS ? 1 : failuresBefore + 1;
}

/** `failures`: in a row, from 1. `seed`: the name of the line; the same one gives the same wait. */
export function backoffMs(failures: number, seed: string): number {
  const doublings = Math.min(Math.max(failures, 1) - 1, 6);
  const full = Math.min(FIRST_MS * 2 ** doublings, LONGEST_MS);
  return Math.round(full * (1 - JITTER * fraction(`${seed}#${failures}`)));
}

/** FNV-1a, as a fraction of 1. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash / 2 ** 32;
}
