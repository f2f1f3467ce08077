/** What all steps of dialogues share: where a frame stands, how it moves on, whether a key may go. */
import type { Result } from '../language/program.ts';
import type { NodeIndex } from './protocol.ts';
import { nodeName, type Run } from './run.ts';
import { type DialogueFrame, DONE, failed, type Task, type TaskOutcome } from './task.ts';

export function dialogueOf(run: Run, frame: DialogueFrame) {
  const dialogue = run.engine.program.dialogues[frame.dialogue];
  if (dialogue === undefined) throw new Error(`no dialogue ${frame.dialogue}`);
  return dialogue;
}

export function moveOn(frame: DialogueFrame): null {
  frame.step += 1;
  return null;
}

/** Like moveOn, for steps that a repetition must not repeat. */
export function moveBeyond(frame: DialogueFrame): null {
  moveOn(frame);
  frame.retryFrom = frame.step;
  frame.triesDone = 0;
  frame.triesAnswered = 0;
  return null;
}

export function applyResult(frame: DialogueFrame, result: Result): TaskOutcome | null {
  switch (result.kind) {
    case 'succeed':
      return DONE;
    case 'fail':
      return failed(result.name);
    case 'continue':
      return moveBeyond(frame);
  }
}

/** Why nothing can be typed or expected on this console now, or null. */
export function unreachable(run: Run, task: Task, node: NodeIndex): TaskOutcome | null {
  const { channel, channelDetail, inService } = run.state.nodes[node];
  if (!inService) {
    task.note = `${nodeName(run, node)} is out of service: nothing is typed there`;
    return failed('unreachable');
  }
  if (channel === 'connected') return null;
  task.note = `the console of ${nodeName(run, node)} is ${channel}: ${channelDetail}`;
  return failed('unreachable');
}
