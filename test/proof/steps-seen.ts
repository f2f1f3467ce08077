/** Where the conformance test gets to see each step of the real machine. */
import { parkedLines } from '../../src/machine/evidence.ts';
import type { Engine, MachineState, Stepped } from '../../src/machine/machine.ts';
import type { NodeIndex } from '../../src/machine/protocol.ts';

export type { Engine } from '../../src/machine/machine.ts';

export const stepsSeen: {
  onStep: ((engine: Engine, from: MachineState, stepped: Stepped) => void) | null;
} = { onStep: null };

/** How many values of the parked table this node has. */
export function parkedLinesOf(engine: Engine, node: NodeIndex): number {
  return parkedLines(engine, node).length;
}
