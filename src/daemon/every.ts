/** Calls something again and again. Called by the daemon for what CList says `every` of. */
import type { Clock } from '../clock/clock.ts';

/** The first time after one interval; the returned function ends it. Intervals up to 24 days. */
export function every(clock: Clock, intervalMs: number, run: () => void): () => void {
  let cancel = () => {};
  const next = () => {
    cancel = clock.after(intervalMs, () => {
      next();
      run();
    });
  };
  next();
  return () => cancel();
}
