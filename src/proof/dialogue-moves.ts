/**
 * Every way in which the world may answer the step at which a dialogue stands: each alternative of an
 * expectation, silence, and what the engine itself lets a step fail with. Mirrors machine/dialogue.ts,
 * send.ts and expect.ts; test/proof holds it against the real machine's runs.
 */
import type { Alternative, Result, Step, StepOutcome } from '../language/program.ts';
import { isHarmlessKey, isHarmlessLine } from '../machine/typing.ts';
import {
  type Cause,
  type Decision,
  type DialogueFrame,
  isBusyWith,
  type Running,
  roleOf,
} from './config.ts';
import type { Known } from './knowledge.ts';
import { because, DONE, type Ending, failing, failure, type Space, STEP } from './space.ts';
import { samplesOf } from './typed-lines.ts';

/** What a move leads to: another point, or the end of the top frame at a point. */
export type Move =
  | { readonly running: Running; readonly cause: Cause; readonly ending: null }
  | { readonly running: Running; readonly cause: Cause; readonly ending: Ending };

/** Ours comes back echoed, or is wiped and typed again five times. */
const ECHO_MS = 3000;
const MOST_ATTEMPTS = 5;

export function dialogueMoves(space: Space, running: Running, frame: DialogueFrame): Move[] {
  const step = space.dialogue(frame.dialogue).steps[frame.step];
  if (step === undefined) return [{ running, cause: STEP, ending: DONE }];
  switch (step.kind) {
    case 'send':
    case 'press':
      return typingMoves(space, running, frame, step);
    case 'break': {
      const sent = space.learns(running, frame.node, { kind: 'break' });
      return [
        goOn(space, sent, frame, STEP),
        fails(running, frame, 'unreachable', step),
        fails(running, frame, 'wrong-node', step),
      ];
    }
    case 'expect':
      return expectMoves(space, running, frame, step);
    case 'if':
      return space.mayBe(step.condition).map((holds) => {
        const cause = because({ kind: 'step' }, step.span);
        return holds
          ? apply(space, running, frame, step.result, cause)
          : goOn(space, running, frame, cause);
      });
    case 'result':
      return [apply(space, running, frame, step.result, STEP)];
    case 'do':
    case 'verb':
    case 'run':
      return space.mayBe(step.condition).map((holds) => {
        const cause = because({ kind: 'step' }, step.span);
        if (!holds) return goOn(space, running, frame, cause);
        return { running: space.push(running, calledBy(step, frame)), cause, ending: null };
      });
  }
}

function calledBy(step: Extract<Step, { kind: 'do' | 'verb' | 'run' }>, frame: DialogueFrame) {
  const { node } = frame;
  if (step.kind === 'do') {
    return { kind: 'dialogue', dialogue: step.dialogue, node, step: 0, retryFrom: 0 } as const;
  }
  const verb = step.kind === 'run' ? 'command' : step.verb;
  return { kind: 'verb', verb, node, phase: 'begin' } as const;
}

function goOn(space: Space, running: Running, frame: DialogueFrame, cause: Cause): Move {
  const next = { ...frame, step: frame.step + 1 };
  return { running: space.replaceTop(running, next), cause, ending: null };
}

/** Like goOn, for what a repetition must not repeat. */
function goBeyond(space: Space, running: Running, frame: DialogueFrame, cause: Cause): Move {
  const step = frame.step + 1;
  return {
    running: space.replaceTop(running, { ...frame, step, retryFrom: step }),
    cause,
    ending: null,
  };
}

function apply(
  space: Space,
  running: Running,
  frame: DialogueFrame,
  result: Result,
  cause: Cause,
): Move {
  if (result.kind === 'succeed') return { running, cause, ending: DONE };
  if (result.kind === 'fail') return { running, cause, ending: failure(result.name) };
  return goBeyond(space, running, frame, cause);
}

function fails(running: Running, frame: DialogueFrame, name: string, step: Step): Move {
  const cause = failing(running, frame.node, name, step.span);
  return { running, cause, ending: failure(name) };
}

// ---- typing --------------------------------------------------------------------------------------

type Typing = Extract<Step, { kind: 'send' | 'press' }>;

/** Does it act, so that the law has to let it through? */
function acts(space: Space, frame: DialogueFrame, step: Typing): boolean {
  if (step.kind === 'press') return !isHarmlessKey(space.engine, step.key);
  const values = samplesOf(space.engine, space.dialogue(frame.dialogue))[0] ?? {};
  return !isHarmlessLine(space.engine, space.engine.fill(step.text, values, frame.node));
}

function typingMoves(space: Space, running: Running, frame: DialogueFrame, step: Typing): Move[] {
  const moves = [
    fails(running, frame, 'unreachable', step),
    fails(running, frame, 'garbled', step),
  ];
  if (!acts(space, frame, step)) return [typed(space, running, frame, step), ...moves];
  moves.push(fails(running, frame, 'refused', step));
  const permitted = whenPermitted(space, running, frame);
  return permitted === null ? moves : [typed(space, permitted, frame, step), ...moves];
}

function typed(space: Space, running: Running, frame: DialogueFrame, step: Typing): Move {
  const mostMs = step.kind === 'press' ? 0 : ECHO_MS * MOST_ATTEMPTS;
  return goOn(space, running, frame, because({ kind: 'step' }, step.span, 0, mostMs));
}

/** The point after an acting line or key, or null where the law never lets it through. */
function whenPermitted(space: Space, running: Running, frame: DialogueFrame): Running | null {
  const { knowledge } = space;
  const { node } = frame;
  const known = running.known[node];
  const isOwner = node === running.owner;
  const proven = knowledge.asks(known, 'proven', (facts) => facts.identity === 'proven');
  switch (space.dialogue(frame.dialogue).howTo) {
    case 'write':
    case 'reset':
      return proven.mayBe ? running : null;
    case 'resume':
      if (!knowledge.resumes(known, isOwner).mayBe) return null;
      return space.learns(running, node, { kind: 'resumed' });
    case 'boot': {
      const other = running.known[node === 0 ? 1 : 0];
      if (!proven.mayBe || !knowledge.boots(other, isOwner).mayBe) return null;
      if (isFirst(space, frame) && !isRead(space, known)) space.bootsUnparked = true;
      return space.boots(running, node);
    }
    default:
      return null;
  }
}

/** Nothing that starts a system was typed before; behind that, no reading counts any more. */
function isFirst(space: Space, frame: DialogueFrame): boolean {
  const before = space.dialogue(frame.dialogue).steps.slice(0, frame.step);
  return !before.some((step) => step.kind === 'send' && acts(space, frame, step));
}

/** Were the parked values read back? Without a table there is nothing to read. */
function isRead({ knowledge, program }: Space, known: Known): boolean {
  if (program.parked.length === 0) return true;
  return knowledge.asks(known, 'read', ({ reads }) => Object.keys(reads).length > 0).mayBe;
}

// ---- expectations ----------------------------------------------------------------------------------

type Expect = Extract<Step, { kind: 'expect' }>;

function expectMoves(space: Space, running: Running, frame: DialogueFrame, step: Expect): Move[] {
  const role = roleOf(running, frame.node);
  const within = space.engine.milliseconds(step.within);
  const most = within * step.tries;
  const moves = step.alternatives.map((one) => alternativeMove(space, running, frame, one, within));
  if (step.alternatives.some(({ seen }) => seen.kind === 'identity')) {
    moves.push(fails(running, frame, 'wrong-node', step));
  }
  const waitsForQuiet = step.alternatives.some(({ seen }) => seen.kind === 'quiet');
  const nothing: Decision = waitsForQuiet
    ? { kind: 'noise', role }
    : { kind: 'silence', role, again: false };
  const silent = because(nothing, step.span, most);
  moves.push(apply(space, running, frame, step.onTimeout, silent));
  moves.push(fails(running, frame, 'unreachable', step));
  if (step.tries > 1) {
    const again = because({ kind: 'silence', role, again: true }, step.span, within);
    const back = space.replaceTop(running, { ...frame, step: frame.retryFrom });
    moves.push({ running: back, cause: again, ending: null });
  }
  return moves;
}

function alternativeMove(
  space: Space,
  running: Running,
  frame: DialogueFrame,
  { seen, result, span }: Alternative,
  mostMs: number,
): Move {
  const { node } = frame;
  const role = roleOf(running, node);
  const take = (after: Running, what: Decision, leastMs = 0): Move =>
    apply(space, after, frame, result, because(what, span, leastMs, mostMs));
  switch (seen.kind) {
    case 'text': {
      const after = readsInDialogue(space, running, frame, seen.text);
      return take(after, { kind: 'text', role, text: seen.text });
    }
    case 'match': {
      const after = space.learns(running, node, { kind: 'text' });
      return take(after, { kind: 'answer', role, of: 'match' });
    }
    case 'identity': {
      const after = space.learns(running, node, { kind: 'identity' });
      return take(after, { kind: 'answer', role, of: 'identity' });
    }
    case 'quiet': {
      // Quiet is no answer that may be late: whoever does not fall quiet is noise, another move.
      const ms = space.engine.milliseconds(seen.duration);
      return apply(space, running, frame, result, because({ kind: 'quiet', role }, span, ms));
    }
    case 'answer': {
      const after = space.learns(running, node, { kind: 'text' });
      return take(after, { kind: 'answer', role, of: 'unknown' }, mostMs);
    }
  }
}

function readsInDialogue(
  space: Space,
  running: Running,
  frame: DialogueFrame,
  text: number,
): Running {
  const { node } = frame;
  const { busy } = running;
  const ours = isBusyWith(busy, 'boot', node) || isBusyWith(busy, 'reset', node);
  return space.reads(running, node, text, ours, isBusyWith(busy, 'identify', node));
}

/** What a dialogue makes of the end of what its step called. */
export function dialogueTakes(
  space: Space,
  running: Running,
  frame: DialogueFrame,
  ending: Ending,
  cause: Cause,
): Move[] {
  const step = space.dialogue(frame.dialogue).steps[frame.step];
  const outcomes: readonly StepOutcome[] =
    step !== undefined && 'outcomes' in step ? step.outcomes : [];
  const lines = space.firstFitting(outcomes, (one) => {
    if (one.on !== (ending.ok ? 'done' : 'failed')) return false;
    return ending.ok || one.names.length === 0 || one.names.includes(ending.name);
  });
  return lines.map((line) => {
    if (line !== null) return apply(space, running, frame, line.result, cause);
    return ending.ok ? goBeyond(space, running, frame, cause) : { running, cause, ending };
  });
}
