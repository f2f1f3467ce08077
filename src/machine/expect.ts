/**
 * The step that waits: which alternative a line satisfies, when a try is over, and what counts as an
 * answer. An expectation sees only what came after our own last typing.
 */
import type { Alternative, Step } from '../language/program.ts';
import { hearLine } from './hear-line.ts';
import { needsLineEnd } from './patterns.ts';
import type { NodeIndex } from './protocol.ts';
import { quietSince, type Run } from './run.ts';
import { applyResult, dialogueOf, unreachable } from './step.ts';
import { type DialogueFrame, failed, type Task, type TaskOutcome } from './task.ts';

/** An answer to what we typed comes within so long; later text is only noise. */
export const ANSWER_MS = 2500;

export function beginExpect(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  step: Extract<Step, { kind: 'expect' }>,
): TaskOutcome | null {
  const cut = unreachable(run, task, frame.node);
  if (cut !== null) return cut;
  const deadline = run.state.now + run.engine.milliseconds(step.within);
  task.wait = { kind: 'expect', deadline, answered: false };
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
    hearLine(task, line.text);
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
  const { console, typedAt, facts } = run.state.nodes[frame.node];
  const silent = Math.round((run.state.now - console.byteAt) / 1000);
  if (typedAt !== null && console.byteAt < typedAt) facts.unanswered = true;
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
