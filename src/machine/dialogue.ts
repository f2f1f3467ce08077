/**
 * Runs the steps of dialogues: types, expects, retries, and takes results from what it called.
 * Works on the top frame of a task; routines.ts does the same for the engine's own verbs.
 */
import type { Alternative, Condition, Result, Step, StepOutcome } from '../language/program.ts';
import { ownerBefore } from './boot.ts';
import { judgeBoot, judgeResume } from './evidence.ts';
import { awaitToken } from './intent.ts';
import { needsLineEnd } from './patterns.ts';
import type { NodeIndex } from './protocol.ts';
import { journal, log, markHere, namesOf, nodeName, quietSince, type Run, typeOn } from './run.ts';
import {
  type DialogueFrame,
  DONE,
  dialogueFrame,
  failed,
  routineFrame,
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
} from './typing.ts';

/** An answer to what we typed comes within so long; later text is only noise. */
export const ANSWER_MS = 2500;

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
      const node = condition.role === 'active' ? state.owner : state.owner === 0 ? 1 : 0;
      return state.nodes[node].inService === condition.inService;
    }
  }
}

export function dialogueOf(run: Run, frame: DialogueFrame) {
  const dialogue = run.engine.program.dialogues[frame.dialogue];
  if (dialogue === undefined) throw new Error(`no dialogue ${frame.dialogue}`);
  return dialogue;
}

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

function moveOn(frame: DialogueFrame): null {
  frame.step += 1;
  return null;
}

/** Like moveOn, for steps that a repetition must not repeat. */
function moveBeyond(frame: DialogueFrame): null {
  moveOn(frame);
  frame.retryFrom = frame.step;
  frame.triesDone = 0;
  frame.triesAnswered = 0;
  return null;
}

function applyResult(frame: DialogueFrame, result: Result): TaskOutcome | null {
  switch (result.kind) {
    case 'succeed':
      return DONE;
    case 'fail':
      return failed(result.name);
    case 'continue':
      return moveBeyond(frame);
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
  run.effects.push({ kind: 'run', token: task.wait.token, argv, withinMs });
  return null;
}

// ---- typing --------------------------------------------------------------------------------------

function unreachable(run: Run, task: Task, node: NodeIndex): TaskOutcome | null {
  const { channel, channelDetail, inService } = run.state.nodes[node];
  if (!inService) {
    task.note = `${nodeName(run, node)} is out of service: nothing is typed there`;
    return failed('unreachable');
  }
  if (channel === 'connected') return null;
  task.note = `the console of ${nodeName(run, node)} is ${channel}: ${channelDetail}`;
  return failed('unreachable');
}

/** Inside which engine verb does this frame stand? Only the right one may type what acts. */
function within(task: Task, routine: string): boolean {
  return task.frames.some((frame) => frame.kind === 'routine' && frame.routine === routine);
}

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
      if (identity === 'proven' && (within(task, 'park') || within(task, 'reset'))) return null;
      task.note = 'the identity of this machine is not proven on this connection';
      return failed('refused');
    case 'boot':
      if (!within(task, 'boot') || identity !== 'proven') {
        task.note = 'the identity of this machine is not proven on this connection';
        return failed('refused');
      }
      return frame.gatePassed === frame.step ? null : 'gate';
    case 'resume': {
      const verdict = judgeResume(run.engine, run.state, frame.node);
      if (verdict.kind === 'allowed' && within(task, 'resume')) return null;
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

function runSend(
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
    const boot = task.frames.find((one) => one.kind === 'routine' && one.routine === 'boot');
    const path = boot?.kind === 'routine' ? boot.pathIndex : 0;
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
    const owner = ownerBefore(run, task);
    const verdict = judgeBoot(run.engine, run.state, frame.node, owner);
    if (verdict.kind === 'allowed') return null;
    task.note =
      verdict.kind === 'refused' ? verdict.why : `the proof (${verdict.grade}) grew too old`;
    return failed('refused');
  }
  const verdict = permission(run, task, frame, text);
  return verdict === 'gate' ? failed('refused') : verdict;
}

function runPress(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  step: Extract<Step, { kind: 'press' }>,
): TaskOutcome | null {
  const cut = unreachable(run, task, frame.node);
  if (cut !== null) return cut;
  const howTo = dialogueOf(run, frame).howTo;
  if (!isHarmlessKey(run.engine, step.key)) {
    const refusal = keyRefused(run, task, frame);
    if (refusal !== null) return refusal;
    if (howTo === 'resume') run.state.nodes[frame.node].facts.resumable = null;
  }
  const node = run.state.nodes[frame.node];
  const foreign = halfTyped(run.engine, node);
  if (foreign !== '') return wipeForeign(run, task, frame, foreign, 'press');
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
  const left = halfTyped(run.engine, run.state.nodes[frame.node]);
  if (left !== '' && wait.attempt < ATTEMPTS_MAX) {
    task.wait = beginWipe(run, frame.node, wait.attempt + 1, 'press');
    return null;
  }
  if (left !== '') {
    task.note = `"${left}" on the line could not be wiped`;
    return failed('garbled');
  }
  return runPress(run, task, frame, step);
}

/** A key that acts is held to the same law as a line that acts. */
function keyRefused(run: Run, task: Task, frame: DialogueFrame): TaskOutcome | null {
  const verdict = permission(run, task, frame, null);
  return verdict === 'gate' ? failed('refused') : verdict;
}

function runBreak(run: Run, task: Task, frame: DialogueFrame): TaskOutcome | null {
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
  node.facts.breakPending = true;
  node.facts.breaksUnanswered += 1;
  node.typedAt = run.state.now;
  markHere(node);
  return moveOn(frame);
}

// ---- expecting -----------------------------------------------------------------------------------

function beginExpect(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  step: Extract<Step, { kind: 'expect' }>,
): TaskOutcome | null {
  const cut = unreachable(run, task, frame.node);
  if (cut !== null) return cut;
  const since = run.state.now;
  const deadline = since + run.engine.milliseconds(step.within);
  task.wait = { kind: 'expect', since, deadline, answered: false };
  return null;
}

function expectStep(run: Run, frame: DialogueFrame): Extract<Step, { kind: 'expect' }> {
  const step = dialogueOf(run, frame).steps[frame.step];
  if (step?.kind !== 'expect') throw new Error('the task does not stand at an expect');
  return step;
}

/** A line, or the quiet end of one, as the matcher sees it. */
export interface SeenLine {
  readonly node: NodeIndex;
  readonly line: number;
  readonly text: string;
  readonly hits: readonly number[];
  readonly prompt: boolean;
}

function matchesBehindMark(
  run: Run,
  seen: SeenLine,
  match: Parameters<Run['engine']['patterns']['find']>[0],
  values: Readonly<Record<string, string>>,
): boolean {
  const { mark } = run.state.nodes[seen.node];
  if (seen.line < mark.line || (match.prompt && !seen.prompt)) return false;
  if (seen.prompt && needsLineEnd(match)) return false;
  const isStatic = match.template.every((part) => part.kind === 'text');
  if (isStatic && !seen.hits.includes(match.id)) return false;
  if (isStatic && seen.line > mark.line) return true;
  const bound = isStatic ? {} : settingsFor(run, match.template, values, seen.node);
  const found = run.engine.patterns.find(match, seen.text, bound);
  return found !== null && (seen.line > mark.line || found.start >= mark.column);
}

function settingsFor(
  run: Run,
  template: Parameters<Run['engine']['fill']>[0],
  values: Readonly<Record<string, string>>,
  node: NodeIndex,
): Record<string, string> {
  const bound: Record<string, string> = {};
  for (const part of template) {
    if (part.kind !== 'variable') continue;
    bound[part.name] = run.engine.fill([part], values, node);
  }
  return bound;
}

function seesLine(
  run: Run,
  frame: DialogueFrame,
  alternative: Alternative,
  line: SeenLine,
): boolean {
  const { seen } = alternative;
  switch (seen.kind) {
    case 'text': {
      const text = run.engine.program.texts[seen.text];
      return text?.matches.some((one) => matchesBehindMark(run, line, one, frame.values)) ?? false;
    }
    case 'match':
      return matchesBehindMark(run, line, seen.match, frame.values);
    case 'identity':
      return (
        !line.prompt &&
        matchesBehindMark(run, line, run.engine.program.identity.match, frame.values)
      );
    case 'quiet':
    case 'answer':
      return false;
  }
}

/** Offers a line to the expectation that waits. Returns null when it is not used up by it. */
export function offerLine(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  line: SeenLine,
): { readonly outcome: TaskOutcome | null } | null {
  if (task.wait?.kind !== 'expect' || frame.node !== line.node) return null;
  for (const alternative of expectStep(run, frame).alternatives) {
    if (!seesLine(run, frame, alternative, line)) continue;
    task.wait = null;
    if (alternative.seen.kind === 'identity') {
      const facts = run.state.nodes[frame.node].facts;
      if (facts.identityShown !== null) {
        task.note = `the console shows the identity ${facts.identityShown}`;
        return { outcome: failed('wrong-node') };
      }
    }
    if (alternative.result.kind === 'fail') task.note = `the console said "${line.text.trim()}"`;
    return { outcome: applyResult(frame, alternative.result) };
  }
  return null;
}

/** When the waiting expectation wants to be looked at again, without new text. */
export function expectWakesAt(run: Run, task: Task, frame: DialogueFrame): number {
  if (task.wait?.kind !== 'expect') return Number.POSITIVE_INFINITY;
  let wake = task.wait.deadline;
  for (const { seen } of expectStep(run, frame).alternatives) {
    if (seen.kind !== 'quiet') continue;
    const quiet = quietSince(run.state.nodes[frame.node]);
    wake = Math.min(wake, quiet + run.engine.milliseconds(seen.duration));
  }
  return wake;
}

/** Time has passed at an expectation: quiet enough, another try, or given up. */
export function expectTime(
  run: Run,
  task: Task,
  frame: DialogueFrame,
): { readonly outcome: TaskOutcome | null } | null {
  if (task.wait?.kind !== 'expect') return null;
  const step = expectStep(run, frame);
  for (const { seen, result } of step.alternatives) {
    if (seen.kind !== 'quiet') continue;
    const due = quietSince(run.state.nodes[frame.node]) + run.engine.milliseconds(seen.duration);
    if (due > run.state.now) continue;
    task.wait = null;
    return { outcome: applyResult(frame, result) };
  }
  if (task.wait.deadline > run.state.now) return null;
  if (task.wait.answered) frame.triesAnswered += 1;
  frame.triesDone += 1;
  task.wait = null;
  if (frame.triesDone < step.tries) {
    frame.step = frame.retryFrom;
    return { outcome: null };
  }
  return { outcome: giveUp(run, task, frame, step) };
}

function giveUp(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  step: Extract<Step, { kind: 'expect' }>,
): TaskOutcome | null {
  const silent = Math.round((run.state.now - run.state.nodes[frame.node].console.byteAt) / 1000);
  task.note =
    `${step.tries} of ${step.tries} tries ended without it (line ${step.span.line} of ` +
    `${step.span.file}), the console has been silent for ${silent} s`;
  const answered = step.alternatives.find((one) => one.seen.kind === 'answer');
  if (answered !== undefined && frame.triesAnswered >= step.tries) {
    task.note = 'every try was answered, but by nothing that we know';
    return applyResult(frame, answered.result);
  }
  return applyResult(frame, step.onTimeout);
}

// ---- results of what was called ------------------------------------------------------------------

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
