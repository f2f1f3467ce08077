/**
 * What is really so on a simulated site, whatever anybody believes: could this machine touch the
 * shared disk if nobody did anything more to it? The measure of every boot that the daemon types.
 */
import type { SiteNode } from '../sim/site-node.ts';
import { PARKED } from '../sim/site-options.ts';

/** Null: without power, or on its way to its prompt or at it, with nothing asleep, and parked. */
export function whyItCouldRun(node: SiteNode): string | null {
  const { machine, nvram } = node;
  if (!machine.hasPower) return null;
  if (machine.isHeld) return 'a system is suspended under its prompt';
  if (node.condition.startsWith('system')) return `it has a ${node.condition}`;
  if (machine.rebootCommand !== null) {
    const [word = '', path = ''] = machine.rebootCommand.split(' ');
    if (path !== '') return `it is about to ${word} ${path}`;
  }
  for (const [name, value] of Object.entries(PARKED)) {
    if (nvram.get(name) !== value) return `it is not parked: ${name} is '${nvram.get(name)}'`;
  }
  return null;
}
