/**
 * Shadow mode: a cluster that is not armed, or on whose consoles a person types, decides and logs
 * what it would do, and sends nothing. What only asks (a tap, a look at the parked values) is taken
 * as answered well, unless the console has shown otherwise; what would act is told and left undone;
 * after a while the script begins again.
 * Called by states.ts and machine.ts. Must never let anything be typed, switched or run.
 */
import type { Program } from '../language/program.ts';
import type { NodeIndex } from './protocol.ts';
import { currentState, log, type Run, roleOf } from './run.ts';
import { describeTask, enter } from './states.ts';
import type { Frame, Task } from './task.ts';

export const DISARMED = 'disarmed: it decides and sends nothing';

/** So long what would have been done is shown, before the script begins again. */
const SHOWN_MS = 10 * 60_000;

export function tellShadow(run: Run, inhibited: string): void {
  log(run, 'shadow', inhibited, {
    level: 'warn',
    next: 'questions are taken as answered well, actions are only told',
  });
}

/** A task that waits for its time, or one without a wait: it has ended well. */
export function makeShadowTask(run: Run, origin: Task['origin'], frame: Frame): Task {
  const task: Task = { origin, frames: [frame], wait: null, note: '' };
  const what = describeTask(run, task);
  if (onlyAsks(run.engine.program, frame) && isAsExpected(run, frame.node)) {
    log(run, 'shadow', `not asked, taken as answered well: ${what}`, { level: 'debug' });
    return task;
  }
  log(run, 'shadow', `WOULD NOW: ${what}`, {
    level: 'warn',
    node: frame.node,
    why: run.state.inhibited ?? '',
    next: `nothing is sent; begins again in ${SHOWN_MS / 60_000} min`,
  });
  task.wait = { kind: 'shadow', until: run.state.now + SHOWN_MS };
  return task;
}

/** Returns whether the script began again. */
export function endShadowTask(run: Run): boolean {
  const { task } = run.state;
  if (task?.wait?.kind !== 'shadow' || task.wait.until > run.state.now) return false;
  const { startState } = run.engine.program;
  const reason = `in shadow mode, after ${currentState(run).name}`;
  enter(run, { state: startState, reason, evidence: '', node: null });
  return true;
}

/** Nothing was seen on the console that makes a good answer a lie. */
function isAsExpected(run: Run, node: NodeIndex): boolean {
  const { condition } = run.state.nodes[node].facts;
  const expected = roleOf(run.state, node) === 'active' ? 'running' : 'firmware';
  return condition === 'unknown' || condition === expected;
}

function onlyAsks(program: Program, frame: Frame): boolean {
  return frame.kind === 'dialogue' && dialogueOnlyAsks(program, frame.dialogue, new Set());
}

/** Types at a prompt at most: no BREAK, no verb that acts, no program. Recursion is an action. */
function dialogueOnlyAsks(program: Program, index: number, above: ReadonlySet<number>): boolean {
  const dialogue = program.dialogues[index];
  if (dialogue === undefined || above.has(index)) return false;
  return dialogue.steps.every((step) => {
    switch (step.kind) {
      case 'break':
      case 'run':
        return false;
      case 'verb':
        return step.verb === 'identify' || step.verb === 'check-parked';
      case 'do':
        return dialogueOnlyAsks(program, step.dialogue, new Set([...above, index]));
      default:
        return true;
    }
  });
}
