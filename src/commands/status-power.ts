/** The power devices of a cluster on its status page: what the last regular check came to. Pure. */
import type { PowerDeviceStatus } from '../cluster/power-watch.ts';
import { visible } from '../log/visible.ts';
import { formatAge } from './age.ts';

export function powerLines(devices: readonly PowerDeviceStatus[], wall: number): string[] {
  if (devices.length === 0) return [];
  return ['', '  power devices', ...devices.map((one) => `    ${lineOf(one, wall)}`)];
}

function lineOf(one: PowerDeviceStatus, wall: number): string {
  const level = one.level === 1 ? '' : ` (level ${one.level})`;
  const who = `${visible(one.node)}  ${visible(one.device)}${level}`;
  if (one.outcome === null || one.checkedWall === null) return `${who}: not yet asked`;
  const age = `${formatAge(wall - one.checkedWall)} ago`;
  if (one.outcome === 'no-answer') {
    const often = one.failures > 1 ? `, ${one.failures} times in a row` : '';
    return `${who}: NO ANSWER ${age}${often}: ${visible(one.detail)}`;
  }
  const doubt = one.contradicted ? ', BUT THE NODE ANSWERS: is the plug right?' : '';
  return `${who}: said ${one.outcome} ${age}${doubt}`;
}
