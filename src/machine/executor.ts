/**
 * Drives a task: runs its top frame until it waits, hands outcomes to the frame below, and wakes it
 * by text, time or the answer to a token. States (states.ts) start tasks and take their outcomes.
 */
import { commitBoot } from './boot.ts';
import { returnToDialogue, runStep } from './dialogue.ts';
import { ANSWER_MS, expectTime, expectWakesAt, offerLine, type SeenLine } from './expect.ts';
import { wroteSince } from './facts.ts';
import { waitToWriteAgain, writeAgain } from './intent.ts';
import type { EventBody, NodeIndex } from './protocol.ts';
import { pressAgain, returnLostAt } from './return.ts';
import { runRoutine } from './routines.ts';
import { log, nodeName, type Run } from './run.ts';
import {
  noteResumed,
  resumeAfterSettle,
  resumeAfterWipe,
  settlesAt,
  stillPermitted,
} from './send.ts';
import { dialogueOf } from './step.ts';
import {
  type DialogueFrame,
  DONE,
  type Frame,
  failed,
  type Task,
  type TaskOutcome,
  topFrame,
  type Wait,
} from './task.ts';
import {
  abandonTyping,
  confirmEcho,
  echoProgress,
  isHarmlessLine,
  retypeAfterGarble,
  wipeEndsAt,
} from './typing.ts';

/** More steps than this without any waiting are a mistake in the engine. */
const STEPS_MAX = 5000;

/**
 * Runs until the task waits (null) or is over (its outcome). `answer`: what the top frame waited
 * for has come.
 */
export function advance(
  run: Run,
  task: Task,
  answer: TaskOutcome | null = null,
): TaskOutcome | null {
  let pending = answer;
  let fromGate = false;
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    if (pending === null && task.wait !== null) return null;
    const outcome = runTop(run, task, pending, fromGate);
    pending = null;
    if (outcome === null) continue;
    const over = task.frames.pop();
    if (task.frames.length === 0) return outcome;
    pending = outcome;
    fromGate = over?.kind === 'routine' && over.routine === 'boot-gate';
  }
  throw new Error('a task does not come to rest');
}

function runTop(
  run: Run,
  task: Task,
  answer: TaskOutcome | null,
  fromGate: boolean,
): TaskOutcome | null {
  const frame = topFrame(task);
  if (frame.kind === 'routine') return runRoutine(run, task, frame, answer);
  if (answer === null) return runStep(run, task, frame);
  return returnToDialogue(run, frame, answer, fromGate);
}

/** What a part of the executor reports: not concerned, or how the task went on. */
export type Progress = { readonly outcome: TaskOutcome | null } | null;

/** The top frame's current wait has ended with `outcome` for its frame (null: go on). */
function goOn(run: Run, task: Task, outcome: TaskOutcome | null): Progress {
  if (outcome === null) return { outcome: advance(run, task) };
  task.frames.pop();
  if (task.frames.length === 0) return { outcome };
  return { outcome: advance(run, task, outcome) };
}

function topDialogue(task: Task): DialogueFrame | null {
  const frame: Frame = topFrame(task);
  return frame.kind === 'dialogue' ? frame : null;
}

export function taskLine(run: Run, task: Task, line: SeenLine): Progress {
  const frame = topDialogue(task);
  if (frame === null) return null;
  const taken = offerLine(run, task, frame, line);
  return taken === null ? null : goOn(run, task, taken.outcome);
}

/** Bytes came on a console: an echo may be complete, a try may be answered. */
export function taskBytes(run: Run, task: Task, node: NodeIndex): Progress {
  const frame = topDialogue(task);
  if (frame === null || frame.node !== node) return null;
  if (task.wait?.kind === 'expect') {
    const typedAt = run.state.nodes[node].typedAt ?? 0;
    if (run.state.now - typedAt <= ANSWER_MS) task.wait.answered = true;
    return null;
  }
  return task.wait?.kind === 'echo' ? checkEcho(run, task, frame, task.wait) : null;
}

function checkEcho(
  run: Run,
  task: Task,
  frame: DialogueFrame,
  wait: Extract<Wait, { kind: 'echo' }>,
): Progress {
  const progress = echoProgress(run.state.nodes[frame.node], wait, run.state.now);
  if (progress === 'pending') return null;
  if (progress === 'garbled') {
    task.note = `"${wait.text}" did not come back as it was typed`;
    task.wait = retypeAfterGarble(run, frame.node, wait);
    return task.wait === null ? goOn(run, task, failed('garbled')) : { outcome: null };
  }
  const refusal = stillPermitted(run, task, frame, wait.text);
  if (refusal !== null) {
    abandonTyping(run, frame.node, task);
    task.wait = null;
    return goOn(run, task, refusal);
  }
  task.wait = null;
  const { howTo } = dialogueOf(run, frame);
  const acts = !isHarmlessLine(run.engine, wait.text);
  const resumes = acts && howTo === 'resume';
  const suspended = resumes ? run.state.nodes[frame.node].facts.resumable : null;
  confirmEcho(run, frame.node, wait, suspended);
  if (acts && howTo === 'boot') commitBoot(run, task, frame.node);
  if (resumes) noteResumed(run, frame.node);
  frame.step += 1;
  return { outcome: advance(run, task) };
}

/** When the task wants to be looked at without any event. */
export function taskWakesAt(run: Run, task: Task): number {
  const frame = topFrame(task);
  switch (task.wait?.kind) {
    case 'expect':
      if (frame.kind !== 'dialogue') return Number.POSITIVE_INFINITY;
      return Math.min(expectWakesAt(run, task, frame), returnLostAt(run.state.nodes[frame.node]));
    case 'echo':
      return task.wait.deadline;
    case 'token':
      return task.wait.deadline;
    case 'net':
    case 'unwritten':
    case 'shadow':
      return task.wait.until;
    case 'settle':
      return settlesAt(run, frame.node, task.wait.until);
    case 'wipe':
      return wipeEndsAt(run.state.nodes[frame.node], task.wait);
    default:
      return Number.POSITIVE_INFINITY;
  }
}

const OVERDUE = {
  journal: 'unwritable',
  power: 'no-answer',
  channel: 'refused',
  command: 'timeout',
} as const;

/** The service address has fallen silent, as a boot waits for. */
export function taskNet(run: Run, task: Task): Progress {
  if (task.wait?.kind !== 'net' || run.state.net.level === 'alive') return null;
  task.wait = null;
  return { outcome: advance(run, task) };
}

export function taskTime(run: Run, task: Task): Progress {
  if (task.wait?.kind === 'net' && task.wait.until <= run.state.now) {
    task.wait = null;
    return { outcome: advance(run, task) };
  }
  if (task.wait?.kind === 'shadow') {
    const { until, takenAs } = task.wait;
    return takenAs === null || until > run.state.now ? null : { outcome: takenAs };
  }
  if (task.wait?.kind === 'unwritten') {
    if (task.wait.until <= run.state.now) writeAgain(run, task, task.wait);
    return null;
  }
  if (task.wait?.kind === 'token' && task.wait.deadline <= run.state.now) {
    const { effect } = task.wait;
    task.note = `no answer of the ${effect} in time`;
    task.wait = null;
    return { outcome: advance(run, task, failed(OVERDUE[effect])) };
  }
  const frame = topDialogue(task);
  if (frame === null || taskWakesAt(run, task) > run.state.now) return null;
  const wait = task.wait;
  if (wait?.kind === 'expect' && returnLostAt(run.state.nodes[frame.node]) <= run.state.now) {
    pressAgain(run, task, frame);
    return { outcome: null };
  }
  if (wait?.kind === 'expect') {
    const ended = expectTime(run, task, frame);
    return ended === null ? null : goOn(run, task, ended.outcome);
  }
  if (wait?.kind === 'echo') return checkEcho(run, task, frame, wait);
  if (wait?.kind === 'settle') return goOn(run, task, resumeAfterSettle(run, task, frame));
  if (wait?.kind === 'wipe') return goOn(run, task, resumeAfterWipe(run, task, frame, wait));
  return null;
}

/** The console of a node is not connected any more: whatever waits there fails. */
export function taskChannelLost(run: Run, task: Task, node: NodeIndex): Progress {
  const frame = topFrame(task);
  const kind = task.wait?.kind;
  const isOfConsole = kind !== 'net' && kind !== 'unwritten' && kind !== 'shadow';
  const waitsOnConsole = kind !== undefined && kind !== 'token' && isOfConsole;
  if (!waitsOnConsole || frame.node !== node) return null;
  const { channel, channelDetail } = run.state.nodes[node];
  task.note = `the console of ${nodeName(run, node)} is ${channel}: ${channelDetail}`;
  task.wait = null;
  return goOn(run, task, failed('unreachable'));
}

type Answer = Extract<EventBody, { token: number }>;

/** An effect that carried a token has been answered. */
export function taskAnswer(run: Run, task: Task, answer: Answer): Progress {
  const { wait } = task;
  if (wait?.kind !== 'token' || wait.token !== answer.token) return null;
  const isRefused = answer.kind === 'journaled' && !answer.ok;
  if (isRefused && waitToWriteAgain(run, task, wait, answer.detail)) return { outcome: null };
  task.wait = null;
  return { outcome: advance(run, task, outcomeOfAnswer(run, task, answer)) };
}

function outcomeOfAnswer(run: Run, task: Task, answer: Answer): TaskOutcome {
  if (answer.detail !== '') task.note = answer.detail;
  switch (answer.kind) {
    case 'journaled':
      return answer.ok ? DONE : failed('unwritable');
    case 'channel-answer':
      return answer.answers ? DONE : failed('refused');
    case 'command':
      if (answer.outcome !== 'exited') return failed(answer.outcome);
      return answer.status === 0 ? DONE : failed('exit');
    case 'power':
      return outcomeOfPower(run, task, answer);
  }
}

/** The answer may be older than what the console wrote: somebody may have switched it on since. */
function whileItWrote(run: Run, task: Task, frame: Frame): TaskOutcome {
  task.note = 'its console wrote while the device was asked, so it may have power again';
  log(
    run,
    'evidence',
    `the device says off of ${nodeName(run, frame.node)}, its console does not`,
    {
      level: 'warn',
      node: frame.node,
      why: task.note,
    },
  );
  if (frame.kind === 'routine') frame.phase = 'wrote';
  return failed('still-on');
}

function outcomeOfPower(
  run: Run,
  task: Task,
  answer: Extract<Answer, { kind: 'power' }>,
): TaskOutcome {
  const frame = topFrame(task);
  const { facts } = run.state.nodes[frame.node];
  facts.offAt = null;
  if (answer.outcome === 'off') {
    if (wroteSince(facts)) return whileItWrote(run, task, frame);
    facts.offAt = run.state.now;
    facts.offBytes = 0;
    return DONE;
  }
  return failed(answer.outcome === 'on' ? 'still-on' : answer.outcome);
}
