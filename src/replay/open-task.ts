/**
 * What becomes of a dialogue whose answer the recording does not hold. Either it is left open: the
 * machine stays in its state without it, and its lines on texts and times go on; or an outcome is
 * assumed, as the caller asks. Called by player.ts. The only file that changes a machine from outside.
 */
import { abandonBoot } from '../machine/boot.ts';
import type { Engine } from '../machine/engine.ts';
import type { MachineEffect } from '../machine/protocol.ts';
import type { Run } from '../machine/run.ts';
import { cloneState, type MachineState } from '../machine/state.ts';
import { currentTaskName, renewEvery, settle } from '../machine/states.ts';
import { DONE, failed, type Task } from '../machine/task.ts';

export interface Settled {
  readonly state: MachineState;
  readonly effects: readonly MachineEffect[];
}

/** The task as the script calls it, for example `tap on n1`, `fence n1`. */
export function taskName(engine: Engine, state: MachineState, task: Task): string {
  const run: Run = { engine, state, effects: [] };
  return currentTaskName(run, task.origin);
}

/** The machine stays where it is; a repeated dialogue comes again in its time. */
export function leaveOpen(engine: Engine, before: MachineState): MachineState {
  const { run, task } = opened(engine, before);
  run.state.task = null;
  if (task.origin.kind === 'every') renewEvery(run, task.origin.index);
  return run.state;
}

/** As if the task had ended like this: `done`, or the name of a failure. */
export function assumeOutcome(engine: Engine, before: MachineState, outcome: string): Settled {
  const { run, task } = opened(engine, before);
  task.note = 'assumed';
  settle(run, { outcome: outcome === 'done' ? DONE : failed(outcome) });
  return run;
}

/** Nothing was typed after all: what typing alone has changed is taken back. */
function opened(engine: Engine, before: MachineState): { run: Run; task: Task } {
  const state = cloneState(before);
  const { task } = state;
  if (task === null) throw new Error('no task to leave open');
  const run: Run = { engine, state, effects: [] };
  abandonBoot(run, task);
  run.effects.splice(0);
  for (const node of state.nodes) {
    node.facts.breakPending = false;
    node.facts.breaksUnanswered = 0;
  }
  return { run, task };
}
