/**
 * Runs the steps of dialogues and takes results from what they called. Works on the top frame of a
 * task; routines.ts does the same for the engine's own verbs.
 */
import type { Step, StepOutcome } from '../language/program.ts';
import { holds } from './condition.ts';
import { beginExpect } from './expect.ts';
import { awaitToken } from './intent.ts';
import { namesOf, type Run } from './run.ts';
import { runBreak, runPress, runSend } from './send.ts';
import { applyResult, dialogueOf, moveBeyond, moveOn } from './step.ts';
import {
  type DialogueFrame,
  DONE,
  dialogueFrame,
  routineFrame,
  type Task,
  type TaskOutcome,
} from './task.ts';

/** Does the frame's current step: pushes, waits, moves on, or ends with an outcome. */
export function runStep(run: Run, task: Task, frame: DialogueFrame): TaskOutcome | null {
  const step = dialogueOf(run, frame).steps[frame.step];
  if (step === undefined) return DONE;
  if ('condition' in step && !holds(run, step.kind === 'if' ? null : step.condition)) {
    return moveOn(frame);
  }
  switch (step.kind) {
    case 'send':
      return runSend(run, task, frame, run.engine.fill(step.text, frame.values, frame.node));
    case 'press':
      return runPress(run, task, frame, step);
    case 'break':
      return runBreak(run, task, frame);
    case 'expect':
      return beginExpect(run, task, frame, step);
    case 'do':
      return pushDialogue(run, task, frame, step);
    case 'verb':
      task.frames.push(routineFrame(step.verb, frame.node));
      return null;
    case 'run':
      return beginCommand(run, task, frame, step);
    case 'if':
      return holds(run, step.condition) ? applyResult(frame, step.result) : moveOn(frame);
    case 'result':
      return applyResult(frame, step.result);
  }
}

function pushDialogue(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  step: Extract<Step, { kind: 'do' }>,
): null {
  const called = run.engine.program.dialogues[step.dialogue];
  const values: Record<string, string> = {};
  called?.parameters.forEach((name, index) => {
    values[name] = run.engine.fill(step.arguments[index] ?? [], frame.values, frame.node);
  });
  task.frames.push(dialogueFrame(step.dialogue, frame.node, values));
  return null;
}

function beginCommand(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  step: Extract<Step, { kind: 'run' }>,
): null {
  const values = { ...namesOf(run), ...frame.values };
  const argv = step.argv.map((word) => run.engine.fill(word, values, frame.node));
  const withinMs = run.engine.milliseconds(step.within);
  task.wait = awaitToken(run, 'command', withinMs);
  run.effects.push({ kind: 'run', token: task.wait.token, on: null, argv, withinMs });
  return null;
}

function stepOutcomes(step: Step | undefined): readonly StepOutcome[] {
  return step !== undefined && 'outcomes' in step ? step.outcomes : [];
}

/** A dialogue, verb or command that this frame's step called has ended. */
export function returnToDialogue(
  run: Run,
  frame: DialogueFrame,
  outcome: TaskOutcome,
  fromGate: boolean,
): TaskOutcome | null {
  if (fromGate) {
    if (!outcome.ok) return outcome;
    frame.gatePassed = frame.step;
    return null;
  }
  for (const one of stepOutcomes(dialogueOf(run, frame).steps[frame.step])) {
    if (one.on !== (outcome.ok ? 'done' : 'failed')) continue;
    const named = outcome.ok || one.names.length === 0 || one.names.includes(outcome.failure);
    if (named && holds(run, one.condition)) return applyResult(frame, one.result);
  }
  return outcome.ok ? moveBeyond(frame) : outcome;
}
