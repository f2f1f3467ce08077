/**
 * Goes through many things in small portions, with a turn of the event loop between them: a
 * thousand clusters are described without keeping a console waiting. Called for status and metrics.
 */
import type { Clock } from '../clock/clock.ts';

/** Of one turn; a cluster takes far less. */
const PORTION_MS = 1;

export async function inTurns<T>(
  clock: Clock,
  all: readonly T[],
  visit: (one: T) => void,
): Promise<void> {
  let since = clock.now().at;
  for (const one of all) {
    visit(one);
    if (clock.now().at - since < PORTION_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    since = clock.now().at;
  }
}
