/** The clock of the operating system: the only file that reads it. */
import type { Clock } from './clock.ts';

export const systemClock: Clock = {
  now() {
    return { at: performance.now(), wall: Date.now() };
  },
  after(delayMs, run) {
    const timer = setTimeout(run, Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};
