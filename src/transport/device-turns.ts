/**
 * Who may ask a power device now: many of them take one login at a time, and an agent that finds the
 * device busy says nothing of the power. One at a time for each device; whoever fences goes first, and
 * a regular check that is under way is ended for it. A check waits for other checks alone: a device
 * that is being fenced is about to be asked again. Used by fence-agent.ts.
 * Must never let a fence wait for a check.
 */

export interface Turn<T> {
  readonly result: Promise<T>;
  /** Ends it early; `result` settles soon after. */
  kill(): void;
}

export type Urgency = 'fence' | 'check';

interface Waiting {
  readonly urgency: Urgency;
  readonly begin: () => Running;
  readonly putOff: () => void;
}

interface Running {
  readonly urgency: Urgency;
  readonly over: Promise<void>;
  /** Somebody more urgent has come. */
  readonly giveWay: () => void;
}

interface Device {
  running: Running | null;
  readonly waiting: Waiting[];
}

export class DeviceTurns {
  readonly #devices = new Map<string, Device>();

  /** Null: a check that gave way. Rejects as `start` or its result does. */
  take<T>(key: string, urgency: Urgency, start: () => Turn<T>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      const begin = (): Running => {
        let hasGivenWay = false;
        const turn = begun(start);
        const over = turn.result.then(
          (value) => resolve(hasGivenWay ? null : value),
          (error) => (hasGivenWay ? resolve(null) : reject(error)),
        );
        const giveWay = () => {
          hasGivenWay = true;
          turn.kill();
        };
        return { urgency, over, giveWay };
      };
      const device = this.#devices.get(key) ?? { running: null, waiting: [] };
      this.#devices.set(key, device);
      const { running } = device;
      if (urgency === 'check' && running?.urgency === 'fence') {
        resolve(null);
        return;
      }
      device.waiting.push({ urgency, begin, putOff: () => resolve(null) });
      if (urgency === 'fence' && running?.urgency === 'check') running.giveWay();
      this.#next(key, device);
    });
  }

  #next(key: string, device: Device): void {
    if (device.running !== null) return;
    const isFenced = device.waiting.some(({ urgency }) => urgency === 'fence');
    if (isFenced) putOffChecks(device.waiting);
    const next = device.waiting.shift();
    if (next === undefined) {
      this.#devices.delete(key);
      return;
    }
    const running = next.begin();
    device.running = running;
    void running.over.then(() => {
      device.running = null;
      this.#next(key, device);
    });
  }
}

function putOffChecks(waiting: Waiting[]): void {
  const checks = waiting.filter(({ urgency }) => urgency === 'check');
  for (const check of checks) {
    waiting.splice(waiting.indexOf(check), 1);
    check.putOff();
  }
}

function begun<T>(start: () => Turn<T>): Turn<T> {
  try {
    return start();
  } catch (error) {
    return { result: Promise.reject(error), kill: () => {} };
  }
}
