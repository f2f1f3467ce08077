/**
 * The engine's own verbs as small state machines: each pushes the library's `to ...` dialogues,
 * journals its intent first, and ends in done or in a named failure. The gate of a boot, where the
 * ownership of the disk changes, stands in boot.ts.
 */
import { runBootGate, runBootRoutine } from './boot.ts';
import { cablesWords, tellCables } from './cables.ts';
import { fencedEvidence, judgeResume, judgeTrust, parkedLines } from './evidence.ts';
import { beginAskingPower, recordContradiction } from './facts.ts';
import { pushHowTo } from './how-to.ts';
import { awaitToken, journalIntent } from './intent.ts';
import type { NodeIndex } from './protocol.ts';
import { journal, log, nodeName, type Run } from './run.ts';
import { otherNode } from './state.ts';
import {
  DONE,
  failed,
  type RoutineFrame,
  routineFrame,
  routineUnderWay,
  type Task,
  type TaskOutcome,
} from './task.ts';

/** Several devices, each switched and then asked, may need a while. */
const POWER_MS = 3 * 60_000;
const CHANNEL_MS = 30_000;

/**
 * Runs a routine for as far as it gets. `child` is the outcome of what it pushed or waited for, or
 * null at the beginning. Returns an outcome when it is over.
 */
export function runRoutine(
  run: Run,
  task: Task,
  frame: RoutineFrame,
  child: TaskOutcome | null,
): TaskOutcome | null {
  switch (frame.routine) {
    case 'hold':
      return runHold(run, task, frame, child);
    case 'identify':
      return runIdentify(run, task, frame, child);
    case 'park':
    case 'check-parked':
      return runPark(run, task, frame, child);
    case 'reset':
      return runReset(run, task, frame, child);
    case 'fence':
      return runFence(run, task, frame, child);
    case 'resume':
      return runResume(run, task, frame, child);
    case 'boot':
      return runBootRoutine(run, task, frame, child);
    case 'boot-gate':
      return runBootGate(run, task, frame, child);
    case 'power-off':
    case 'power-status':
      return runPower(run, task, frame, child);
    case 'trust-silence':
      return runTrust(run, task, frame, child);
    case 'command':
      return child;
  }
}

function runHold(run: Run, task: Task, frame: RoutineFrame, child: TaskOutcome | null) {
  if (child !== null) return child;
  log(run, 'verb', `hold ${nodeName(run, frame.node)}: stop it at the firmware prompt`, {
    node: frame.node,
  });
  return pushHowTo(run, task, 'hold', frame.node);
}

/** A foreign identity counts when it was shown twice: noise seldom repeats itself. */
function runIdentify(run: Run, task: Task, frame: RoutineFrame, child: TaskOutcome | null) {
  const { facts } = run.state.nodes[frame.node];
  const undoing = routineUnderWay(task, 'resume') !== null;
  if (child === null) {
    if (undoing && facts.identity === 'contradicted') return DONE;
    facts.identityShown = null;
    return pushHowTo(run, task, 'identify', frame.node);
  }
  if (child.ok || child.failure !== 'wrong-node') return child;
  const shown = facts.identityShown;
  facts.identityShown = null;
  if (shown !== null && shown === frame.shown) {
    recordContradiction(facts, shown, run.state.now);
    facts.identityShown = shown;
    task.note = cablesWords(run) ?? `the console shows the identity ${shown}`;
    tellCables(run);
    log(run, 'evidence', `another machine is on the line of ${nodeName(run, frame.node)}`, {
      level: 'warn',
      node: frame.node,
      evidence: task.note,
    });
    return failed('wrong-node');
  }
  frame.index += 1;
  if (frame.index >= 4) return failed('garbled');
  frame.shown = shown;
  return pushHowTo(run, task, 'identify', frame.node);
}

function runReset(run: Run, task: Task, frame: RoutineFrame, child: TaskOutcome | null) {
  const { facts } = run.state.nodes[frame.node];
  const name = nodeName(run, frame.node);
  if (frame.phase === 'begin') {
    if (facts.resetAt !== null && facts.writtenAt === null && facts.condition === 'firmware') {
      log(run, 'verb', `${name} has just been reset by itself; no reset needed`, {
        node: frame.node,
      });
      return DONE;
    }
    const other = run.state.nodes[otherNode(frame.node)];
    const isOwner = frame.node === run.state.owner && run.state.ownerDoubt === null;
    if (!isOwner && other.facts.condition === 'running') {
      task.note = 'the other node runs: a reset could disturb the bus they share';
      return failed('refused');
    }
    frame.phase = 'journal';
    journalIntent(run, task, { kind: 'intent', verb: 'reset', node: name });
    return null;
  }
  if (frame.phase === 'journal') {
    if (child?.ok === false) return child;
    frame.phase = 'reset';
    log(run, 'verb', `reset ${name}`, { node: frame.node });
    return pushHowTo(run, task, 'reset', frame.node);
  }
  return child ?? DONE;
}

function runFence(run: Run, task: Task, frame: RoutineFrame, child: TaskOutcome | null) {
  const name = nodeName(run, frame.node);
  if (frame.phase === 'begin') {
    log(run, 'verb', `fence ${name}: prove that it cannot run`, { node: frame.node });
    frame.phase = 'journal';
    journalIntent(run, task, { kind: 'intent', verb: 'fence', node: name });
    return null;
  }
  if (frame.phase === 'journal') {
    if (child?.ok === false) return child;
    frame.phase = 'fence';
    return pushHowTo(run, task, 'fence', frame.node);
  }
  if (child?.ok === false) return child;
  const evidence = fencedEvidence(run.engine, run.state, frame.node);
  if (evidence === null || evidence.stale) {
    task.note = 'the dialogue ended, but the recorded facts do not prove it';
    return failed('unproven');
  }
  log(run, 'evidence', `${name} is fenced`, { node: frame.node, evidence: evidence.note });
  return DONE;
}

function runResume(run: Run, task: Task, frame: RoutineFrame, child: TaskOutcome | null) {
  if (child !== null) return child;
  const { facts } = run.state.nodes[frame.node];
  if (facts.resumable === null) {
    const verdict = judgeResume(run.engine, run.state, frame.node);
    task.note = verdict.kind === 'refused' ? verdict.why : '';
    return failed('refused');
  }
  const name = nodeName(run, frame.node);
  journal(run, { kind: 'intent', verb: 'resume', node: name });
  log(run, 'verb', `resume ${name}: let the suspended system go on`, { node: frame.node });
  return pushHowTo(run, task, 'resume', frame.node);
}

function runPower(run: Run, task: Task, frame: RoutineFrame, child: TaskOutcome | null) {
  const name = nodeName(run, frame.node);
  const action = frame.routine === 'power-off' ? 'off' : 'status';
  if (!run.engine.target.nodes[frame.node].hasPowerDevice) {
    task.note = `CList names no power device for ${name}`;
    return failed('no-device');
  }
  if (frame.phase === 'begin' && action === 'off') {
    frame.phase = 'journal';
    journalIntent(run, task, { kind: 'intent', verb: 'power-off', node: name });
    return null;
  }
  if (frame.phase === 'begin' || frame.phase === 'journal') {
    if (child?.ok === false) return child;
    return askDevice(run, task, frame, action);
  }
  // A machine writes until it is switched off: asked once more, and nothing is switched.
  if (frame.phase === 'wrote' && action === 'off' && !frame.again) {
    frame.again = true;
    return askDevice(run, task, frame, 'status');
  }
  return child ?? DONE;
}

function askDevice(run: Run, task: Task, frame: RoutineFrame, action: 'off' | 'status'): null {
  const { node } = frame;
  const name = nodeName(run, node);
  frame.phase = 'ask';
  const what = action === 'off' ? `switch off ${name}, then ask` : `ask the power of ${name}`;
  log(run, 'verb', what, { node });
  beginAskingPower(run.state.nodes[node].facts);
  task.wait = awaitToken(run, 'power', POWER_MS);
  run.effects.push({ kind: 'power', token: task.wait.token, node, action });
  return null;
}

function runTrust(run: Run, task: Task, frame: RoutineFrame, child: TaskOutcome | null) {
  const objection = judgeTrust(run.engine, run.state, frame.node);
  if (objection !== null) {
    task.note = `silence cannot be trusted: ${objection}`;
    return failed('refused');
  }
  if (frame.phase === 'begin') {
    frame.phase = 'ask';
    task.wait = awaitToken(run, 'channel', CHANNEL_MS);
    run.effects.push({ kind: 'ask-channel', token: task.wait.token, node: frame.node });
    return null;
  }
  if (child?.ok === false) return child;
  run.state.nodes[frame.node].facts.trustedAt = run.state.now;
  log(run, 'evidence', `the silence of ${nodeName(run, frame.node)} is trusted, NOT proven`, {
    level: 'warn',
    node: frame.node,
    evidence: 'CList says on-silence trust; parked before its last boot; BREAK without effect',
  });
  return DONE;
}

// ---- parking -------------------------------------------------------------------------------------

/** A value that does not stick is written so often: variables wear out. */
const WRITES_MAX = 2;
/** Values are read so often from the first one, because somebody types at the same prompt. */
const RESTARTS_MAX = 3;

/** Reads each value of the parked table; `park` writes what differs and reads again. */
function runPark(run: Run, task: Task, frame: RoutineFrame, child: TaskOutcome | null) {
  const lines = parkedLines(run.engine, frame.node);
  const line = lines[frame.index];
  if (line === undefined) {
    const { facts } = run.state.nodes[frame.node];
    facts.doubtBytes = 0;
    // A reset in between took away what was read before it.
    const isWhole = lines.every(({ variable }) => facts.reads[variable] !== undefined);
    return frame.journaled || !isWhole ? readAllAgain(run, task, frame) : DONE;
  }
  const value = run.engine.fill(line.value, {}, frame.node);
  if (frame.phase === 'begin' || child === null) return readValue(run, task, frame);
  if (frame.phase === 'journal' || frame.phase === 'write') {
    if (!child.ok) return child;
    return frame.phase === 'journal'
      ? beginWrite(run, task, frame, line.variable, value)
      : readBackWritten(run, task, frame, line.variable, value);
  }
  const different = !child.ok && child.failure === 'different';
  if (!child.ok && !different) return child;
  // It reset, or somebody typed, while it was asked: what it showed before is no answer any more.
  if (frame.voided || resetSinceTyped(run, frame.node)) return readFromTheFirst(run, task, frame);
  recordRead(run, frame.node, line.variable, child.ok);
  if (child.ok) {
    frame.index += 1;
    frame.again = false;
    frame.writes = 0;
    frame.phase = 'begin';
    return runPark(run, task, frame, null);
  }
  if (!frame.again) {
    frame.again = true;
    return readValue(run, task, frame);
  }
  return parkDifferent(run, task, frame, line.write, line.variable, value);
}

function resetSinceTyped(run: Run, node: NodeIndex): boolean {
  const { typedAt, bannerAt } = run.state.nodes[node];
  return typedAt !== null && bannerAt !== null && typedAt < bannerAt;
}

function readValue(run: Run, task: Task, frame: RoutineFrame): TaskOutcome | null {
  const line = parkedLines(run.engine, frame.node)[frame.index];
  if (line === undefined) throw new Error('no value to read');
  frame.phase = 'read';
  frame.voided = false;
  const value = run.engine.fill(line.value, {}, frame.node);
  return pushHowTo(run, task, 'read', frame.node, [line.variable, value]);
}

/** Somebody typed there meanwhile: what was shown before that is no reading, nor is any before it. */
function readFromTheFirst(run: Run, task: Task, frame: RoutineFrame): TaskOutcome | null {
  frame.restarts += 1;
  if (frame.restarts > RESTARTS_MAX) {
    task.note = 'somebody types there: the values cannot be read';
    return failed('different');
  }
  frame.index = 0;
  frame.again = false;
  frame.writes = 0;
  return readValue(run, task, frame);
}

/** A reading that is older than the last write proves nothing: after writes all are read once more. */
function readAllAgain(run: Run, task: Task, frame: RoutineFrame): TaskOutcome | null {
  Object.assign(frame, routineFrame('check-parked', frame.node));
  return runPark(run, task, frame, null);
}

function recordRead(run: Run, node: NodeIndex, variable: string, equal: boolean): void {
  const { facts } = run.state.nodes[node];
  facts.reads = { ...facts.reads, [variable]: { at: run.state.now, equal } };
}

function parkDifferent(
  run: Run,
  task: Task,
  frame: RoutineFrame,
  writable: boolean,
  variable: string,
  value: string,
): TaskOutcome | null {
  task.note = `${variable} is not "${value}"`;
  const written = frame.writes >= WRITES_MAX;
  if (frame.routine === 'check-parked' || !writable || written) return failed('different');
  if (frame.journaled) return beginWrite(run, task, frame, variable, value);
  frame.phase = 'journal';
  frame.journaled = true;
  journalIntent(run, task, { kind: 'intent', verb: 'park', node: nodeName(run, frame.node) });
  return null;
}

function beginWrite(
  run: Run,
  task: Task,
  frame: RoutineFrame,
  variable: string,
  value: string,
): null {
  frame.phase = 'write';
  frame.writes += 1;
  run.state.nodes[frame.node].facts.writtenAt = run.state.now;
  log(run, 'verb', `write ${variable} = ${value}`, { node: frame.node });
  return pushHowTo(run, task, 'write', frame.node, [variable, value]);
}

function readBackWritten(
  run: Run,
  task: Task,
  frame: RoutineFrame,
  variable: string,
  value: string,
): null {
  frame.phase = 'read-written';
  frame.again = false;
  frame.voided = false;
  run.state.nodes[frame.node].facts.writtenAt = run.state.now;
  return pushHowTo(run, task, 'read', frame.node, [variable, value]);
}
