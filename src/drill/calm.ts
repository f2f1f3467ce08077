/**
 * Is the cluster as it should be: production on one node, the other one parked, nothing under way, no
 * alarm? Called before and after each case. Knows no script: it asks what the engine knows.
 */
import type { Seen } from './observer.ts';

/** Null: calm. Else what is missing, in words. */
export function whatDisturbs(seen: Seen): string | null {
  const { status, fault, ownAlarms, attached } = seen;
  if (fault !== null) return `it is not controlled any more: ${fault}`;
  if (status === null) return 'the machine cannot be described';
  if (status.inhibited !== null) return status.inhibited;
  if (status.unfinished !== 'none') return `a ${status.unfinished} is unfinished`;
  const writer = attached.find(({ isWriting }) => isWriting);
  if (writer !== undefined) return `${writer.operator} has the console of ${writer.node}`;
  const alarm = [...status.alarms, ...ownAlarms][0];
  if (alarm !== undefined) return `alarm ${alarm.name}: ${alarm.text}`;
  for (const node of status.nodes) {
    if (node.channel !== 'connected') return `the console of ${node.name} is ${node.channel}`;
    if (!node.inService) return `${node.name} is out of service`;
    if (node.role === 'active' && node.condition !== 'running') {
      return `the active node ${node.name} is ${node.condition}`;
    }
    if (node.role === 'standby' && !node.evidence.some(isProof)) {
      return `the standby ${node.name} is not shown to be parked`;
    }
  }
  if (status.net.known && status.net.level !== 'alive') {
    return `the service address is ${status.net.level}`;
  }
  return null;
}

/** `held` is too little: a system sleeps there, and no node could be booted again beside it. */
function isProof({ grade, stale }: { readonly grade: string; readonly stale: boolean }): boolean {
  return !stale && (grade === 'parked' || grade === 'fenced');
}
