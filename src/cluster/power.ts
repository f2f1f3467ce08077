/**
 * Power of one node over all of its devices, which stand in levels: the devices of one level together
 * cut all power, so the level is off when every one of them says off, asked after the switching.
 * Levels are tried in order; the next one only when the one before did not end in a proven off.
 * Called by the runner's `power` effect through the daemon.
 *
 *   one level                   its devices say
 *     off                         every one off
 *     on                          one on, whatever the others say
 *     not known                   else
 *   the node                    its levels are
 *     off                         one off, and no device inside of the machine says on: that one lives
 *                                 from the power which this level says to have cut
 *     on                          every one on, or one is contradicted so and none else is off
 *     not known                   else
 *
 * Must never conclude from a missing answer: "timeout is a failure, not success" (FenceAgentAPI).
 */
import type { PowerDevice } from '../clist/cluster.ts';
import { sharingOf } from '../clist/known-agents.ts';
import { levelOf } from '../clist/power-place.ts';
import type { Clock } from '../clock/clock.ts';
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

/** Once a level is off, what else might contradict it has so long to say so. */
const CONTRADICTION_MS = 5_000;
/** A service processor that has to be logged in to needs longer for one answer. */
const CONTRADICTION_VIA_MS = 12_000;
/** An off that is older when the last device answers is asked again. */
const FRESH_MS = 10_000;

interface Told {
  readonly device: PowerDevice;
  readonly outcome: DeviceAnswer['outcome'];
  readonly detail: string;
  /** When it answered. */
  readonly at: number;
}

/** Never rejects. */
export async function askPower(
  devices: readonly PowerDevice[],
  action: 'off' | 'status',
  switches: PowerSwitches,
  clock: Clock,
): Promise<PowerAnswer> {
  if (devices.length === 0) {
    return { outcome: 'no-device', detail: 'CList gives this node no power device' };
  }
  const levels = [...new Set(devices.map(levelOf))].sort((one, other) => one - other);
  if (action === 'status') return sum(levels, await askAll(devices, levels, switches, clock));
  return switchOff(devices, levels, switches, clock);
}

async function switchOff(
  devices: readonly PowerDevice[],
  levels: readonly number[],
  switches: PowerSwitches,
  clock: Clock,
): Promise<PowerAnswer> {
  const details: string[] = [];
  const outcomes: PowerAnswer['outcome'][] = [];
  for (const level of levels) {
    const own = devices.filter((device) => levelOf(device) === level);
    await Promise.all(own.map((device) => guarded(switches.off, device, clock)));
    const witnesses = devices.filter((device) => levelOf(device) !== level && isInside(device));
    const answer = sum([level], await askAll([...own, ...witnesses], [level], switches, clock));
    details.push(levels.length === 1 ? answer.detail : `level ${level}: ${answer.detail}`);
    outcomes.push(answer.outcome);
    if (answer.outcome === 'off') break;
  }
  const detail = details.join('; ');
  if (outcomes.includes('off')) return { outcome: 'off', detail };
  return { outcome: outcomes.every((one) => one === 'on') ? 'on' : 'no-answer', detail };
}

/** What all of them say, none of it said long before the last. */
async function askAll(
  devices: readonly PowerDevice[],
  levels: readonly number[],
  switches: PowerSwitches,
  clock: Clock,
): Promise<readonly Told[]> {
  const told = await ask(devices, levels, switches, clock);
  const isOld = ({ outcome, at }: Told) => outcome === 'off' && clock.now().at - at > FRESH_MS;
  if (!told.some(isOld)) return told;
  return Promise.all(
    told.map((one) => (isOld(one) ? guarded(switches.status, one.device, clock) : one)),
  );
}

/**
 * What all of them say. Once one of these levels is off the others are waited for only as long as a
 * device takes that still has power; when none of them can be off any more, for nobody.
 */
function ask(
  devices: readonly PowerDevice[],
  levels: readonly number[],
  switches: PowerSwitches,
  clock: Clock,
): Promise<readonly Told[]> {
  const told = new Map<PowerDevice, Told>();
  let cancel: (() => void) | null = null;
  return new Promise((resolve) => {
    const finish = () => {
      cancel?.();
      resolve(devices.map((device) => told.get(device) ?? notWaitedFor(device)));
    };
    const look = () => {
      const all = [...told.values()];
      const isAnswered = (level: number) =>
        devices.every((device) => levelOf(device) !== level || told.has(device));
      const isOff = levels.some((level) => isAnswered(level) && levelSays(level, all) === 'off');
      if (told.size === devices.length) finish();
      else if (isOff) cancel ??= clock.after(contradictionMs(devices), finish);
      else if (levels.every(isAnswered)) finish();
    };
    for (const device of devices) {
      void guarded(switches.status, device, clock).then((answer) => {
        told.set(device, answer);
        look();
      });
    }
  });
}

function contradictionMs(devices: readonly PowerDevice[]): number {
  return devices.some(({ via }) => via !== undefined) ? CONTRADICTION_VIA_MS : CONTRADICTION_MS;
}

function notWaitedFor(device: PowerDevice): Told {
  return { device, at: 0, outcome: 'no-answer', detail: `${device.agent}: not waited for` };
}

async function guarded(
  call: (device: PowerDevice) => Promise<DeviceAnswer>,
  device: PowerDevice,
  clock: Clock,
): Promise<Told> {
  try {
    const { outcome, detail } = await call(device);
    return { device, outcome, detail: `${device.agent}: ${detail}`, at: clock.now().at };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'failed';
    return { device, outcome: 'no-answer', detail: `${device.agent}: ${why}`, at: clock.now().at };
  }
}

/** `levels`: those that may prove it; who else was asked can only contradict. */
function sum(levels: readonly number[], told: readonly Told[]): PowerAnswer {
  const detail = told.map((one) => one.detail).join('; ');
  const said = levels.map((level) => {
    const own = levelSays(level, told);
    const liar = own === 'off' ? witnessOf(level, told) : null;
    return { outcome: liar === null ? own : ('on' as const), liar };
  });
  if (said.some(({ outcome }) => outcome === 'off')) return { outcome: 'off', detail };
  const liar = said.find((one) => one.liar !== null)?.liar ?? null;
  if (liar !== null) {
    const why = `${liar.device.agent} lives from the power of the machine and says on: has it another feed?`;
    return { outcome: 'on', detail: `${detail}; NOT BELIEVED: ${why}` };
  }
  return { outcome: said.every(({ outcome }) => outcome === 'on') ? 'on' : 'no-answer', detail };
}

/** Of its own devices as far as they have answered; a level without any is not known. */
function levelSays(level: number, told: readonly Told[]): DeviceAnswer['outcome'] {
  const own = told.filter(({ device }) => levelOf(device) === level);
  if (own.some(({ outcome }) => outcome === 'on')) return 'on';
  return own.length > 0 && own.every(({ outcome }) => outcome === 'off') ? 'off' : 'no-answer';
}

function witnessOf(level: number, told: readonly Told[]): Told | null {
  const isOther = ({ device }: Told) => levelOf(device) !== level && isInside(device);
  return told.find((one) => one.outcome === 'on' && isOther(one)) ?? null;
}

function isInside(device: PowerDevice): boolean {
  return sharingOf(device).shares === 'power';
}
