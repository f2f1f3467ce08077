/**
 * A RETURN that got lost: the line stands behind its prompt as we typed it, and nothing came back.
 * It is pressed once more, under the same law as the first time: a boot would wait out its limit and
 * use up a path, a reset or a `go` would count as failed. One that arrived as another character
 * stands behind the line: that is wiped and typed again. Called by executor.ts while an expectation
 * waits right behind a `send`. Must never type where the line has ended: RETURN has arrived there.
 */
import type { Resumable } from './facts.ts';
import type { NodeIndex } from './protocol.ts';
import { journal, log, nodeName, type Run, typeOn } from './run.ts';
import { noteResumed, stillPermitted } from './send.ts';
import type { NodeState } from './state.ts';
import { dialogueOf } from './step.ts';
import type { DialogueFrame, Task } from './task.ts';
import { beginWipe, RETURN } from './typing.ts';

/** So long a console may take to answer a RETURN with the end of the line; as for an echo. */
const RETURN_MS = 3000;

/** A key that noise changed is one character, or an unprintable one shown as two. */
const SPOILED_CHARS_MAX = 2;

/** When the RETURN of the line that stands there counts as lost; never, once the line has ended. */
export function returnLostAt(node: NodeState): number {
  const { echo, console } = node;
  if (echo === null || echo.pressed > 1 || console.line !== echo.line) {
    return Number.POSITIVE_INFINITY;
  }
  const nothingCame = console.byteAt <= echo.pressedAt && console.tail === echo.text;
  const lost = nothingCame || (isSpoiled(node) && echo.attempt === 1);
  return lost ? echo.pressedAt + RETURN_MS : Number.POSITIVE_INFINITY;
}

/** Another character stands where RETURN should have ended the line. */
function isSpoiled({ echo, console }: NodeState): boolean {
  if (echo === null || console.line !== echo.line || !console.tail.startsWith(echo.text)) {
    return false;
  }
  const more = console.tail.length - echo.text.length;
  return more > 0 && more <= SPOILED_CHARS_MAX;
}

/** Presses it once more, or types the whole line again, if the law still lets the line through. */
export function pressAgain(run: Run, task: Task, frame: DialogueFrame): void {
  const node = run.state.nodes[frame.node];
  const { echo } = node;
  if (echo === null) return;
  node.echo = { ...echo, pressed: echo.pressed + 1 };
  if (!isLineOf(run, frame, echo.typed)) return;
  restoreSuspended(run, frame.node, echo.suspended);
  const refusal = stillPermitted(run, task, frame, echo.typed);
  const spoiled = isSpoiled(node);
  const what = spoiled ? 'another character came back' : 'nothing came back';
  const again = spoiled ? 'wiped, typing it again' : 'RETURN is pressed once more';
  log(run, 'typing', `${what} after "${echo.typed}" and RETURN`, {
    level: 'warn',
    node: frame.node,
    next: refusal === null ? again : `not pressed again: ${task.note}`,
  });
  if (refusal !== null) return;
  if (spoiled) {
    frame.step -= 1;
    task.wait = beginWipe(run, frame.node, 2, 'send');
    return;
  }
  if (echo.suspended !== null) noteResumed(run, frame.node);
  typeOn(run, frame.node, RETURN);
}

/** The expectation that waits stands right behind the step that typed this line. */
function isLineOf(run: Run, frame: DialogueFrame, typed: string): boolean {
  const step = dialogueOf(run, frame).steps[frame.step - 1];
  return step?.kind === 'send' && run.engine.fill(step.text, frame.values, frame.node) === typed;
}

/** The word that lets a suspended system go on never arrived: it is suspended still. */
function restoreSuspended(run: Run, node: NodeIndex, suspended: Resumable | null): void {
  const { facts } = run.state.nodes[node];
  if (suspended === null || facts.resumable !== null) return;
  facts.resumable = suspended;
  journal(run, { kind: 'held', node: nodeName(run, node), held: true });
}
