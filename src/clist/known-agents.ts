/**
 * What is known of fence agents by their names: which stand in the machine that they switch, and
 * which switch no power at all. Called by check-power.ts and by the power of a node. Pure data.
 * Names as in ClusterLabs fence-agents 4.12; a name that is not here is taken for a switch of its own.
 */
import type { PowerDevice, Shares } from './cluster.ts';

export interface Sharing {
  readonly shares: Shares;
  /** One clause. */
  readonly why: string;
}

const SERVICE_PROCESSOR = 'is a service processor: it has its power from the machine';
const HYPERVISOR = 'asks the host on which the node runs';

const INSIDE: ReadonlyMap<string, string> = new Map([
  ...named(SERVICE_PROCESSOR, [
    'alom amt amt_ws drac drac5 idrac ilo ilo2 ilo3 ilo3_ssh ilo4 ilo4_ssh ilo5 ilo5_ssh ilo_mp',
    'ilo_ssh imm ipmilan ipmilanplus redfish rsa rsb',
  ]),
  ...named(HYPERVISOR, ['docker ldom vbox virsh virt xvm']),
]);

const NO_POWER: ReadonlyMap<string, string> = new Map([
  ...named('cuts a disk or a network off, and no power', [
    'brocade cisco_mds hds_cb ifmib mpath sanbox2 scsi',
  ]),
  ...named('waits for words of the node itself, or of a person, and switches nothing', [
    'ack_manual compute crosslink evacuate heuristics_ping kdump sbd watchdog',
  ]),
]);

/** Written by hand, or known of the agent; the address is not looked at here. */
export function sharingOf(device: PowerDevice): Sharing {
  if (device.shares !== undefined) return { shares: device.shares, why: 'CList says so' };
  if (device.via !== undefined) return { shares: 'power', why: `it ${SERVICE_PROCESSOR}` };
  const inside = INSIDE.get(nameOf(device));
  if (inside !== undefined) return { shares: 'power', why: `${nameOf(device)} ${inside}` };
  return { shares: 'nothing', why: 'nothing is known against it' };
}

/** Why it cannot say whether a node has power; null: nothing is known against it. */
export function whyNoPower(device: PowerDevice): string | null {
  const why = NO_POWER.get(nameOf(device));
  return why === undefined ? null : `${nameOf(device)} ${why}`;
}

/** It keeps what it is told in a file. */
export function isForTests(device: PowerDevice): boolean {
  return nameOf(device) === 'fence_dummy';
}

function nameOf({ agent }: PowerDevice): string {
  return agent.slice(agent.lastIndexOf('/') + 1);
}

function named(why: string, names: readonly string[]): [agent: string, why: string][] {
  const all = names.flatMap((line) => line.split(' '));
  return all.map((name) => [`fence_${name}`, why]);
}
