/**
 * The steps that type: send, press, break. Each is held to the law before a character goes out, and
 * a line that acts once more before its RETURN.
 */
import type { Step } from '../language/program.ts';
import { ownershipBefore } from './boot.ts';
import { judgeBoot, judgeResume } from './evidence.ts';
import { recordBreak } from './facts.ts';
import type { NodeIndex } from './protocol.ts';
import { journal, log, markHere, nodeName, quietSince, type Run, typeOn } from './run.ts';
import { dialogueOf, moveOn, unreachable } from './step.ts';
import {
  type DialogueFrame,
  failed,
  routineFrame,
  routineUnderWay,
  type Task,
  type TaskOutcome,
  type Wait,
} from './task.ts';
import {
  ATTEMPTS_MAX,
  beginEcho,
  beginWipe,
  halfTyped,
  isHarmlessKey,
  isHarmlessLine,
  keyBytes,
  sweepLine,
  typeBlank,
  wasWiped,
} from './typing.ts';

/** Returns a failure when the law forbids the line, `gate` when it must be passed first. */
function permission(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  line: string | null,
): TaskOutcome | 'gate' | null {
  if (line !== null && isHarmlessLine(run.engine, line)) return null;
  const howTo = dialogueOf(run, frame).howTo;
  const identity = run.state.nodes[frame.node].facts.identity;
  switch (howTo) {
    case 'write':
    case 'reset':
      if (
        identity === 'proven' &&
        (routineUnderWay(task, 'park') !== null || routineUnderWay(task, 'reset') !== null)
      )
        return null;
      task.note = 'the identity of this machine is not proven on this connection';
      return failed('refused');
    case 'boot':
      if (routineUnderWay(task, 'boot') === null || identity !== 'proven') {
        task.note = 'the identity of this machine is not proven on this connection';
        return failed('refused');
      }
      return frame.gatePassed === frame.step ? null : 'gate';
    case 'resume': {
      const verdict = judgeResume(run.engine, run.state, frame.node);
      if (verdict.kind === 'allowed' && routineUnderWay(task, 'resume') !== null) return null;
      task.note = verdict.kind === 'refused' ? verdict.why : 'resume is not under way';
      return failed('refused');
    }
    default:
      task.note = `${line === null ? 'this key' : `"${line}"`} is not harmless and may not be typed here`;
      return failed('refused');
  }
}

/** A line waits so long for a console that does not fall quiet. */
const SETTLE_MS_MAX = 5000;

/** When a line that waits for quiet is typed. */
export function settlesAt(run: Run, node: NodeIndex, until: number): number {
  return Math.min(until, quietSince(run.state.nodes[node]) + run.engine.target.promptQuietMs);
}

/** The console is quiet: type the line of the current step. */
export function resumeAfterSettle(run: Run, task: Task, frame: DialogueFrame): TaskOutcome | null {
  const step = dialogueOf(run, frame).steps[frame.step];
  task.wait = null;
  if (step?.kind !== 'send') throw new Error('only a send waits for quiet');
  const text = run.engine.fill(step.text, frame.values, frame.node);
  return runSend(run, task, frame, text, true);
}

export function runSend(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  text: string,
  settled = false,
): TaskOutcome | null {
  const cut = unreachable(run, task, frame.node);
  if (cut !== null) return cut;
  const verdict = permission(run, task, frame, text);
  if (verdict === 'gate') {
    const path = routineUnderWay(task, 'boot')?.pathIndex ?? 0;
    task.frames.push(routineFrame('boot-gate', frame.node, path));
    return null;
  }
  if (verdict !== null) return verdict;
  const foreign = halfTyped(run.engine, run.state.nodes[frame.node]);
  if (foreign !== '') return wipeForeign(run, task, frame, foreign, 'send');
  const until = run.state.now + SETTLE_MS_MAX;
  if (!settled && settlesAt(run, frame.node, until) > run.state.now) {
    task.wait = { kind: 'settle', until };
    return null;
  }
  task.wait = beginEcho(run, frame.node, text, 1);
  return null;
}

function wipeForeign(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  text: string,
  then: 'send' | 'press',
): null {
  log(run, 'typing', `somebody left "${text}" on the line without RETURN; wiped`, {
    level: 'warn',
    node: frame.node,
  });
  task.wait = beginWipe(run, frame.node, 1, then);
  return null;
}

/** Is the line that was typed still permitted, now that its echo came back? */
export function stillPermitted(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  text: string,
): TaskOutcome | null {
  const howTo = dialogueOf(run, frame).howTo;
  if (isHarmlessLine(run.engine, text)) return null;
  if (howTo === 'boot') {
    const before = ownershipBefore(run, task);
    const verdict = judgeBoot(run.engine, run.state, frame.node, before);
    if (verdict.kind === 'allowed') return null;
    task.note =
      verdict.kind === 'refused' ? verdict.why : `the proof (${verdict.grade}) grew too old`;
    return failed('refused');
  }
  const verdict = permission(run, task, frame, text);
  return verdict === 'gate' ? failed('refused') : verdict;
}

export function runPress(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  step: Extract<Step, { kind: 'press' }>,
  wiped = false,
): TaskOutcome | null {
  const cut = unreachable(run, task, frame.node);
  if (cut !== null) return cut;
  const howTo = dialogueOf(run, frame).howTo;
  if (!isHarmlessKey(run.engine, step.key)) {
    const refusal = keyRefused(run, task, frame);
    if (refusal !== null) return refusal;
    if (howTo === 'resume') noteResumed(run, frame.node);
  }
  const node = run.state.nodes[frame.node];
  const foreign = wiped ? '' : halfTyped(run.engine, node);
  if (foreign !== '') return wipeForeign(run, task, frame, foreign, 'press');
  sweepLine(run, frame.node);
  markHere(node);
  typeOn(run, frame.node, keyBytes(step.key));
  return moveOn(frame);
}

/** A wipe is over: type the line again, or press the key that waited for it. */
export function resumeAfterWipe(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  wait: Extract<Wait, { kind: 'wipe' }>,
): TaskOutcome | null {
  const step = dialogueOf(run, frame).steps[frame.step];
  task.wait = null;
  if (step?.kind === 'send') {
    const text = run.engine.fill(step.text, frame.values, frame.node);
    task.wait = beginEcho(run, frame.node, text, wait.attempt);
    return null;
  }
  if (step?.kind !== 'press') throw new Error('a wipe belongs to a send or a press');
  const node = run.state.nodes[frame.node];
  const left = halfTyped(run.engine, node);
  if (left === '' || wasWiped(node, wait)) return runPress(run, task, frame, step, true);
  if (wait.typed === 'ctrl-u') {
    task.wait = typeBlank(run, frame.node, wait);
    return null;
  }
  if (wait.attempt < ATTEMPTS_MAX) {
    task.wait = beginWipe(run, frame.node, wait.attempt + 1, 'press');
    return null;
  }
  task.note = `"${left}" on the line could not be wiped`;
  return failed('garbled');
}

/** The suspended system is told to go on: nothing is held there any more. */
export function noteResumed(run: Run, node: NodeIndex): void {
  run.state.nodes[node].facts.resumable = null;
  journal(run, { kind: 'held', node: nodeName(run, node), held: false });
}

/** A key that acts is held to the same law as a line that acts. */
function keyRefused(run: Run, task: Task, frame: DialogueFrame): TaskOutcome | null {
  const verdict = permission(run, task, frame, null);
  return verdict === 'gate' ? failed('refused') : verdict;
}

export function runBreak(run: Run, task: Task, frame: DialogueFrame): TaskOutcome | null {
  const cut = unreachable(run, task, frame.node);
  if (cut !== null) return cut;
  const node = run.state.nodes[frame.node];
  if (node.facts.identity === 'contradicted') {
    task.note = `another machine is on the line of ${nodeName(run, frame.node)}`;
    return failed('wrong-node');
  }
  journal(run, { kind: 'intent', verb: 'break', node: nodeName(run, frame.node) });
  run.effects.push({ kind: 'break', node: frame.node });
  log(run, 'verb', `BREAK to ${nodeName(run, frame.node)}`, { node: frame.node });
  recordBreak(node.facts);
  node.breakAlone = true;
  node.typedAt = run.state.now;
  markHere(node);
  return moveOn(frame);
}
