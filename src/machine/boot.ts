/**
 * Booting: the one thing that can destroy a disk. The routine chooses the path; the gate stands
 * right before the line that starts the system and lets it through only when the law of evidence
 * allows it, after the new owner is in the journal on the disk, and when the law still allows it
 * then.
 */
import { judgeBoot, type Ownership, readBackSince } from './evidence.ts';
import { recordBootOrdered } from './facts.ts';
import { pushHowTo } from './how-to.ts';
import { journalIntent } from './intent.ts';
import { endDoubt } from './owner-doubt.ts';
import type { NodeIndex } from './protocol.ts';
import { journal, log, nodeName, type Run } from './run.ts';
import { type MachineState, otherNode } from './state.ts';
import {
  type BeforeBoot,
  DONE,
  failed,
  type RoutineFrame,
  routineFrame,
  routineUnderWay,
  type Task,
  type TaskOutcome,
} from './task.ts';

function refuse(run: Run, task: Task, frame: RoutineFrame, why: string): TaskOutcome {
  task.note = why;
  log(run, 'evidence', `boot of ${nodeName(run, frame.node)} refused`, {
    level: 'warn',
    node: frame.node,
    why,
  });
  return failed('refused');
}

export function runBootRoutine(
  run: Run,
  task: Task,
  frame: RoutineFrame,
  child: TaskOutcome | null,
): TaskOutcome | null {
  if (child?.ok === false) undoBoot(run, frame);
  if (child !== null) return child;
  const path = run.engine.target.nodes[frame.node].bootPaths[frame.pathIndex];
  if (path === undefined) {
    const count = run.engine.target.nodes[frame.node].bootPaths.length;
    task.note = `all ${count} boot paths of ${nodeName(run, frame.node)} were tried`;
    return failed('no-more-paths');
  }
  const verdict = judgeBoot(run.engine, run.state, frame.node);
  if (verdict.kind === 'refused' && verdict.alive === true && frame.phase === 'begin') {
    return waitForNet(run, task, frame, verdict.why);
  }
  if (verdict.kind === 'refused') return refuse(run, task, frame, verdict.why);
  return pushHowTo(run, task, 'boot', frame.node, [path]);
}

/** A prober says alive until its dead time is over; a boot on somebody's word waits for that. */
const NET_MS = 2 * 60_000;

function waitForNet(run: Run, task: Task, frame: RoutineFrame, why: string): null {
  frame.phase = 'net';
  log(run, 'verb', `the boot of ${nodeName(run, frame.node)} waits`, {
    node: frame.node,
    why,
    next: `goes on when the address is silent; refused after ${NET_MS / 1000} s`,
  });
  task.wait = { kind: 'net', until: run.state.now + NET_MS };
  return null;
}

/** The gate's `index`: what was written down of the node that is booted. */
const WRITTEN = 0;
const WRITTEN_PARKED = 1;

export function runBootGate(
  run: Run,
  task: Task,
  frame: RoutineFrame,
  child: TaskOutcome | null,
): TaskOutcome | null {
  if (child?.ok === false) {
    if (frame.phase === 'journal') {
      writeOwnerBack(run, 'the boot could not be written down');
      return child;
    }
    return refuse(run, task, frame, `the proof could not be renewed: ${task.note}`);
  }
  const verdict = judgeBoot(run.engine, run.state, frame.node);
  if (frame.phase === 'journal') return passGate(run, task, frame);
  if (verdict.kind === 'refused') return refuse(run, task, frame, verdict.why);
  if (verdict.kind === 'refresh') {
    if (frame.phase === 'refresh') return refuse(run, task, frame, 'the proof does not last');
    frame.phase = 'refresh';
    const renew = {
      off: 'power-status',
      fenced: 'check-parked',
      trusted: 'trust-silence',
    } as const;
    task.frames.push(routineFrame(renew[verdict.grade], otherNode(frame.node)));
    return null;
  }
  frame.phase = 'journal';
  const intent = bootIntent(run, frame, verdict.evidence);
  frame.index = intent.parkedBefore ? WRITTEN_PARKED : WRITTEN;
  journalIntent(run, task, intent);
  return null;
}

function bootIntent(run: Run, frame: RoutineFrame, evidence: string) {
  const path = run.engine.target.nodes[frame.node].bootPaths[frame.pathIndex] ?? '';
  return {
    kind: 'intent',
    verb: 'boot',
    node: nodeName(run, frame.node),
    path,
    pathIndex: frame.pathIndex,
    evidence,
    parkedBefore: readBackSince(run.engine, run.state, frame.node) !== null,
  } as const;
}

/** The intent is on the disk. If a proof died meanwhile, the old owner is written back. */
function passGate(run: Run, task: Task, frame: RoutineFrame): TaskOutcome {
  const { state } = run;
  const verdict = judgeBoot(run.engine, state, frame.node);
  if (verdict.kind !== 'allowed') {
    writeOwnerBack(run, 'the boot was refused before it was typed');
    const why = verdict.kind === 'refused' ? verdict.why : 'the proof grew too old';
    return refuse(run, task, frame, why);
  }
  const isParked = readBackSince(run.engine, state, frame.node) !== null;
  if (frame.index === WRITTEN_PARKED && !isParked) {
    // Its record may have waited for a full disk: somebody typed at the node meanwhile.
    writeOwnerBack(run, 'the boot was refused: it is not parked any more');
    return refuse(run, task, frame, `${nodeName(run, frame.node)} is not parked any more`);
  }
  const swaps = frame.node !== state.owner;
  const boot = routineUnderWay(task, 'boot');
  if (boot !== null) boot.before = ownershipOf(state);
  state.parkedBeforeBoot = isParked;
  state.owner = frame.node;
  state.ownerAssumed = false;
  state.ownerDoubt = null;
  state.pathIndex = frame.pathIndex;
  state.unfinished = 'boot';
  const path = run.engine.target.nodes[frame.node].bootPaths[frame.pathIndex];
  const what = swaps
    ? `${nodeName(run, frame.node)} is now the active node: it owns the disk`
    : `${nodeName(run, frame.node)} stays the owner of the disk`;
  log(run, 'evidence', what, {
    node: frame.node,
    evidence: verdict.evidence,
    next: `boot it from ${path}`,
  });
  return DONE;
}

function ownershipOf(state: MachineState): BeforeBoot {
  const { owner, ownerAssumed, ownerDoubt, pathIndex, parkedBeforeBoot, unfinished } = state;
  return { owner, ownerAssumed, ownerDoubt, pathIndex, parkedBeforeBoot, unfinished };
}

/** Whatever the journal says of a boot that was to be: this is the last word. */
function writeOwnerBack(run: Run, why: string): void {
  const { owner, ownerDoubt, pathIndex, parkedBeforeBoot: parkedBefore, unfinished } = run.state;
  if (ownerDoubt !== null) return journal(run, { kind: 'doubt', why: ownerDoubt });
  const node = nodeName(run, owner);
  journal(run, { kind: 'owner', node, why, pathIndex, parkedBefore, unfinished });
}

/** Who owned the disk before the boot that is under way, if its gate has been passed. */
export function ownershipBefore(run: Run, task: Task): Ownership {
  return routineUnderWay(task, 'boot')?.before ?? run.state;
}

/** Right before RETURN on the boot line: from here on every old proof about this node is void. */
export function commitBoot(run: Run, task: Task, node: NodeIndex): void {
  const boot = routineUnderWay(task, 'boot');
  if (boot !== null) boot.committed = true;
  endDoubt(run);
  recordBootOrdered(run.state.nodes[node].facts);
}

/** The system was never started: the disk belongs to whom it belonged before. */
function undoBoot(run: Run, frame: RoutineFrame): void {
  if (frame.before === null || frame.committed) return;
  Object.assign(run.state, frame.before);
  frame.before = null;
  writeOwnerBack(run, 'the boot was never typed');
  const { owner, ownerDoubt } = run.state;
  const name = nodeName(run, owner);
  const who = ownerDoubt === null ? `${name} owns the disk` : 'the owner of the disk is in doubt';
  log(run, 'evidence', `the boot was never typed: ${who} as before`, { node: owner });
}

/** A boot is abandoned before its key was pressed: memory and journal go back together. */
export function abandonBoot(run: Run, task: Task): void {
  const boot = routineUnderWay(task, 'boot');
  if (boot === null) return;
  const writing = routineUnderWay(task, 'boot-gate')?.phase === 'journal';
  if (boot.before !== null) undoBoot(run, boot);
  else if (writing) writeOwnerBack(run, 'the boot was abandoned before it was typed');
}
