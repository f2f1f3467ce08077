/** What the tests of this room share: events, a delivery that ends when the test says so, waiting. */
import type { AlarmEvent } from '../../src/alarm/alarm-event.ts';
import type { Delivery, Outcome } from '../../src/alarm/delivery.ts';

export const WALL = Date.UTC(2026, 10, 22, 3, 4, 5);

export function event(text: string, change: Partial<AlarmEvent> = {}): AlarmEvent {
  return {
    kind: 'raised',
    cluster: 'demo',
    alarm: 'production',
    text,
    type: 'clusterd status demo',
    wall: WALL,
    acknowledged: null,
    ...change,
  };
}

export async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) await Promise.resolve();
}

/** Real time passes until it is so; fails after 10 s. */
export async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error('it did not come to that within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export class FakeDelivery implements Delivery {
  readonly name = 'the fake';
  readonly told: AlarmEvent[] = [];
  aborts = 0;
  /** Ends by itself when told to give up. */
  heeds = true;
  readonly #open: ((outcome: Outcome) => void)[] = [];

  deliver(one: AlarmEvent, signal: AbortSignal): Promise<Outcome> {
    this.told.push(one);
    return new Promise((resolve) => {
      this.#open.push(resolve);
      signal.addEventListener('abort', () => {
        this.aborts++;
        if (this.heeds) resolve({ kind: 'failed', why: '', attemptsMax: Number.POSITIVE_INFINITY });
      });
    });
  }

  get openCount(): number {
    return this.#open.length;
  }

  async end(outcome: Outcome = { kind: 'delivered' }): Promise<void> {
    this.#open.shift()?.(outcome);
    await settle();
  }

  texts(): string[] {
    return this.told.map(({ text }) => text);
  }
}
