/** Asks the conditions of a script: settings, the net, what the journal says, nodes in service. */
import type { Condition } from '../language/program.ts';
import { nodeOfRole, type Run } from './run.ts';

export function holds(run: Run, condition: Condition | null): boolean {
  if (condition === null) return true;
  const { state, engine } = run;
  switch (condition.kind) {
    case 'setting':
      return engine.valueOf(condition.name, null) === condition.value;
    case 'net':
      return state.net.level === condition.level;
    case 'unfinished':
      return state.unfinished === condition.value;
    case 'service': {
      const node = nodeOfRole(state, condition.role);
      return state.nodes[node].inService === condition.inService;
    }
  }
}
