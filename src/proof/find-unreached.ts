/**
 * States that no course of events leads to, whatever the world and the CList say; and a script that is
 * too large to be looked at to its end.
 */
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

/** What was not looked at is not proven. */
export function findUnexplored(...views: readonly View[]): Finding[] {
  const unfinished = views.find(({ explored }) => !explored.complete);
  if (unfinished === undefined) return [];
  const { program } = unfinished.space;
  const start = program.states[program.startState];
  if (start === undefined) throw new Error('a program without its first state');
  const points = unfinished.explored.points.toLocaleString('en-US');
  const message = `this script is too large to be proven: ${points} points were looked at, and there are more`;
  const hint = 'fewer states, or dialogues that are shared instead of written twice';
  return [finding('error', 'not-explored', start.span, message, hint)];
}
