/** States that no course of events leads to, whatever the world and the CList say. */
import { type Finding, finding } from './finding.ts';
import type { View } from './prove.ts';

export function findUnreached({ space, explored }: View): Finding[] {
  if (!explored.complete) return [];
  const reached = new Set(explored.found.nodes.map(({ state }) => state));
  return space.program.states.flatMap((state, index) => {
    if (reached.has(index)) return [];
    const message = `no course of events leads to the state '${state.name}'`;
    const hint = 'a line leads here, but what stands before it never comes to that end';
    return [finding('error', 'state-never-entered', state.span, message, hint)];
  });
}
