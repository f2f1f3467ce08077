/** The power switch of a simulated site, as the daemon asks it; it may lie, be slow or be silent. */
import type { Clock } from '../clock/clock.ts';
import type { PowerAnswer } from '../cluster/parts.ts';
import type { SiteNode } from '../sim/site-node.ts';
import { ClockPromise } from './clock-promise.ts';

const ANSWER_MS = 500;

export interface PowerSwitch {
  /** What it says; null: the truth. */
  readonly says: 'off' | 'on' | 'no-answer' | null;
  /** What it takes longer than usual, ms. */
  readonly delayMs: number;
}

/** `said`: called with what it says, before the daemon gets it. */
export function askSwitch(
  clock: Clock,
  node: SiteNode,
  action: 'off' | 'status',
  device: () => PowerSwitch,
  said: (outcome: PowerAnswer['outcome']) => void,
): ClockPromise<PowerAnswer> {
  const answer = new ClockPromise<PowerAnswer>();
  if (action === 'off' && device().says === null) node.powerOff();
  clock.after(ANSWER_MS + device().delayMs, () => {
    const outcome = device().says ?? (node.machine.hasPower ? 'on' : 'off');
    said(outcome);
    answer.resolve({ outcome, detail: 'simulated outlet' });
  });
  return answer;
}
