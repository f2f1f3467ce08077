/**
 * Small pieces of memory outside of V8's heap, in which transcripts gather what consoles say until
 * it is written: text kept in strings would have to be looked at by each garbage collection.
 * Shared by all transcripts of the process; a console that is quiet holds none.
 */

/** A console of 200 bytes a second needs half of it between two flushes. */
export const PAGE_BYTES = 2048;
const SLAB_PAGES = 32;

const free: Buffer[] = [];

/** A page with anything in it; give it back when its text was taken. */
export function takePage(): Buffer {
  const page = free.pop();
  if (page !== undefined) return page;
  const slab = Buffer.allocUnsafeSlow(SLAB_PAGES * PAGE_BYTES);
  for (let at = PAGE_BYTES; at < slab.length; at += PAGE_BYTES) {
    free.push(slab.subarray(at, at + PAGE_BYTES));
  }
  return slab.subarray(0, PAGE_BYTES);
}

export function givePage(page: Buffer): void {
  free.push(page);
}
