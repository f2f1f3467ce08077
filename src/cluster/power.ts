/**
 * Power of one node over all of its devices: off only when every one of them says off, asked after
 * the switching. Called by the runner's `power` effect through the daemon.
 * Must never conclude from a missing answer: "timeout is a failure, not success" (FenceAgentAPI).
 */
import type { PowerDevice } from '../clist/cluster.ts';
import type { PowerAnswer } from './parts.ts';

export interface PowerSwitches {
  off(device: PowerDevice): Promise<DeviceAnswer>;
  status(device: PowerDevice): Promise<DeviceAnswer>;
}

export interface DeviceAnswer {
  readonly outcome: 'off' | 'on' | 'no-answer';
  /** One clause without secrets. */
  readonly detail: string;
}

/** Never rejects. */
export async function askPower(
  devices: readonly PowerDevice[],
  action: 'off' | 'status',
  switches: PowerSwitches,
): Promise<PowerAnswer> {
  if (devices.length === 0) {
    return { outcome: 'no-device', detail: 'CList gives this node no power device' };
  }
  if (action === 'off') await Promise.all(devices.map((device) => guarded(switches.off, device)));
  return sum(await Promise.all(devices.map((device) => guarded(switches.status, device))));
}

async function guarded(
  ask: (device: PowerDevice) => Promise<DeviceAnswer>,
  device: PowerDevice,
): Promise<DeviceAnswer> {
  try {
    const answer = await ask(device);
    return { outcome: answer.outcome, detail: `${device.agent}: ${answer.detail}` };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'failed';
    return { outcome: 'no-answer', detail: `${device.agent}: ${why}` };
  }
}

function sum(answers: readonly DeviceAnswer[]): PowerAnswer {
  const outcomes = answers.map(({ outcome }) => outcome);
  const detail = answers.map((answer) => answer.detail).join('; ');
  if (outcomes.includes('on')) return { outcome: 'on', detail };
  return { outcome: outcomes.every((one) => one === 'off') ? 'off' : 'no-answer', detail };
}
