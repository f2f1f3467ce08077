/**
 * What a cluster says while nothing is sent (see shadow.ts): every reason, remark and alarm names it,
 * for whoever is called at night must not believe that clusterd acts, or that it has asked. An answer
 * that was only assumed takes no alarm back.
 * Called by reactions.ts and states.ts. Pure.
 */
import type { Run } from './run.ts';

/** Stands before reasons and remarks. */
export function shadowMark({ state }: Run): string {
  return state.inhibited === null ? '' : '(shadow) ';
}

/** Stands behind the text of an alarm. */
export function shadowRemark({ state }: Run): string {
  if (state.inhibited === null) return '';
  const [why = ''] = state.inhibited.split(':');
  return ` (clusterd asks and sends nothing: ${why})`;
}

/** May an alarm be taken back? In shadow only when production itself was seen or heard. */
export function isSeenWell({ state }: Run): boolean {
  if (state.inhibited === null) return true;
  const isAlive = state.net.known && state.net.level === 'alive';
  return isAlive || state.nodes[state.owner].facts.condition === 'running';
}
