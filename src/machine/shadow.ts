/**
 * Shadow mode: a cluster that is not armed, or on whose consoles a person types, decides and logs
 * what it would do, and sends nothing. What only asks (a tap, a look at the parked values) is taken
 * as answered well, unless the console has shown otherwise. What would act is told: on the standby,
 * short of a boot, it is taken as done; anything else stays undone, and after a while the script
 * begins again.
 * Called by states.ts and machine.ts. Must never let anything be typed, switched or run.
 */
import type { Program } from '../language/program.ts';
import type { NodeIndex } from './protocol.ts';
import { currentState, log, type Run, roleOf } from './run.ts';
import { describeTask, enter } from './states.ts';
import { DONE, type Frame, failed, type Task, type TaskOutcome } from './task.ts';

export const DISARMED = 'disarmed: it decides and sends nothing';

/** So long what would have been done is shown, before the script begins again. */
const SHOWN_MS = 10 * 60_000;
/** So long an answer is taken to have needed: nothing turns on the spot. */
const ANSWER_MS = 1_000;

export function tellShadow(run: Run, inhibited: string): void {
  log(run, 'shadow', inhibited, {
    level: 'warn',
    next: 'what it would ask is assumed to be answered well; what it would do is logged as WOULD NOW',
  });
}

/** A task that waits, does nothing, and ends as it is taken to end, or not at all. */
export function makeShadowTask(run: Run, origin: Task['origin'], frame: Frame): Task {
  const task: Task = { origin, frames: [frame], wait: null, note: '', look: null };
  const takenAs = judge(run, frame);
  const until = run.state.now + (takenAs === null ? SHOWN_MS : ANSWER_MS);
  task.wait = { kind: 'shadow', until, takenAs };
  tell(run, frame, describeTask(run, task), takenAs);
  return task;
}

/** How it would end, for all that was seen; null: that cannot be taken for granted. */
function judge(run: Run, frame: Frame): TaskOutcome | null {
  const asks = onlyAsks(run.engine.program, frame);
  if (asks && !isAsExpected(run, frame.node)) return failed('not-asked');
  const isPreparation = roleOf(run.state, frame.node) === 'standby' && !boots(frame);
  return asks || isPreparation ? DONE : null;
}

function tell(run: Run, frame: Frame, what: string, takenAs: TaskOutcome | null): void {
  const { node } = frame;
  if (onlyAsks(run.engine.program, frame)) {
    const how = takenAs?.ok === true ? 'answered well' : 'not answered';
    log(run, 'shadow', `not asked, assumed ${how}: ${what}`, { level: 'debug', node });
    return;
  }
  log(run, 'shadow', `WOULD NOW: ${what} (${currentState(run).summary})`, {
    level: 'warn',
    node,
    why: run.state.reason,
    next:
      takenAs === null
        ? `nothing is sent; begins again in ${SHOWN_MS / 60_000} min`
        : 'nothing is sent; assumed done',
  });
}

/** Returns whether the script began again. */
export function endShadowTask(run: Run): boolean {
  const { task } = run.state;
  if (task?.wait?.kind !== 'shadow' || task.wait.takenAs !== null) return false;
  if (task.wait.until > run.state.now) return false;
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

function boots(frame: Frame): boolean {
  return frame.kind === 'routine' && frame.routine === 'boot';
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
