/** Calls a `to ...` block of the library: how this kind of firmware does what a verb needs. */
import type { HowTo } from '../language/program.ts';
import type { NodeIndex } from './protocol.ts';
import type { Run } from './run.ts';
import { dialogueFrame, type Task } from './task.ts';

/** Pushes the library's way to do something. */
export function pushHowTo(
  run: Run,
  task: Task,
  howTo: HowTo,
  node: NodeIndex,
  values: readonly string[] = [],
): null {
  const index = run.engine.program.dialogues.findIndex((one) => one.howTo === howTo);
  const dialogue = run.engine.program.dialogues[index];
  if (dialogue === undefined) throw new Error(`the library does not say how to ${howTo}`);
  const named: Record<string, string> = {};
  dialogue.parameters.forEach((name, position) => {
    named[name] = values[position] ?? '';
  });
  task.frames.push(dialogueFrame(index, node, named));
  return null;
}
