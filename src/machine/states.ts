/**
 * States in motion: entering and leaving, actions, repeated dialogues and times. Called by
 * machine.ts; drives tasks through executor.ts.
 */
import type { Action, Outcome, State } from '../language/program.ts';
import { abandonBoot } from './boot.ts';
import { holds } from './condition.ts';
import { advance, type Progress } from './executor.ts';
import { awaitToken } from './intent.ts';
import { fireLevel } from './levels.ts';
import { abandonLook, endLook } from './look.ts';
import { carryOut, type Departure, firstFitting } from './reactions.ts';
import { currentState, journal, log, namesOf, nodeName, nodeOfRole, type Run } from './run.ts';
import { makeShadowTask } from './shadow.ts';
import { shadowMark } from './shadow-words.ts';
import {
  dialogueFrame,
  type Frame,
  routineFrame,
  type Task,
  type TaskOutcome,
  topFrame,
} from './task.ts';
import { abandonTyping } from './typing.ts';

/** So many transitions within one step mean that the script circles without waiting. */
const HOPS_MAX = 25;

function stateAt(run: Run, index: number): State {
  const state = run.engine.program.states[index];
  if (state === undefined) throw new Error(`no state ${index}`);
  return state;
}

// ---- entering ------------------------------------------------------------------------------------

/** Leaves the current state for another: the only place where `current` changes. */
export function enter(run: Run, departure: Departure): void {
  run.state.hops += 1;
  if (run.state.hops > HOPS_MAX) throw new Error('the script changes states without any wait');
  const otherwise = overBound(run, departure.state);
  if (otherwise !== null) {
    enter(run, { ...departure, ...otherwise });
    return;
  }
  abandonTask(run);
  const from = currentState(run).name;
  const next = stateAt(run, departure.state);
  const { state } = run;
  const first = !state.begun;
  state.begun = true;
  state.current = departure.state;
  state.reason = `${shadowMark(run)}${departure.reason}`;
  state.enteredAt = state.now;
  state.enteredWall = state.wall;
  state.actionIndex = 0;
  state.fired = { afters: [], nets: [] };
  state.ignored = [];
  state.everyDue = next.everies.map((every) => state.now + run.engine.milliseconds(every.duration));
  log(run, 'transition', first ? next.name : `${from} -> ${next.name}`, {
    node: departure.node,
    why: state.reason,
    ...(departure.evidence === '' ? {} : { evidence: departure.evidence }),
    next: describeNext(run, next),
  });
  journal(run, {
    kind: 'state',
    state: next.name,
    reason: state.reason,
    bounded: next.bound !== null && state.inhibited === null,
    // What was only guessed in shadow mode is no place to come back to.
    lasting: next.lasting && (state.inhibited === null || departure.isMeant === true),
  });
  // A level that already holds counts at once, before the actions.
  const byLevel = fireLevel(run);
  if (byLevel !== null) enter(run, byLevel);
  else runActions(run);
}

/** What the state does, and where time leads from it, for the log. */
function describeNext(run: Run, state: State): string {
  const limits = state.afters.flatMap((after) => {
    const go = after.effects.find((effect) => effect.kind === 'go');
    if (go?.kind !== 'go') return [];
    const { condition } = after;
    const known = condition === null || condition.kind === 'setting';
    if (known && !holds(run, condition)) return [];
    const silence = after.silenceOn === null ? '' : ' of silence';
    const unless = condition?.kind === 'net' ? ` if the net is ${condition.level}` : '';
    const seconds = Math.round(run.engine.milliseconds(after.duration) / 1000);
    return [`-> ${stateAt(run, go.state).name} after ${seconds} s${silence}${unless}`];
  });
  return [state.summary, ...limits].join('; ');
}

/** Counts the entry; returns where to go instead when it is one too many. */
function overBound(run: Run, index: number): Pick<Departure, 'state' | 'reason'> | null {
  const state = stateAt(run, index);
  if (state.bound === null || run.state.inhibited !== null) return null;
  const override = run.engine.target.bounds[state.name];
  const limit = override?.entries ?? state.bound.entries;
  const withinMs = override?.withinMs ?? run.engine.milliseconds(state.bound.within);
  const recent = (run.state.entries[state.name] ?? []).filter(
    (wall) => wall <= run.state.wall && run.state.wall - wall < withinMs,
  );
  if (recent.length < limit) {
    run.state.entries = { ...run.state.entries, [state.name]: [...recent, run.state.wall] };
    return null;
  }
  const { otherwise } = state.bound;
  const reason = run.engine.fill(otherwise.reason, namesOf(run), null);
  return { state: otherwise.state, reason };
}

function abandonTask(run: Run): void {
  const { task } = run.state;
  if (task === null) return;
  const { wait } = task;
  abandonBoot(run, task);
  abandonLook(run, task);
  if (wait?.kind === 'token') {
    if (wait.effect === 'command') run.effects.push({ kind: 'kill', token: wait.token });
  } else abandonTyping(run, topFrame(task).node, task);
  log(run, 'dialogue', `${describeTask(run, task)} abandoned`, { level: 'debug' });
  run.state.task = null;
}

/** What the task is, in the words of the script. */
export function describeTask(run: Pick<Run, 'engine'>, task: Task): string {
  return task.frames
    .map((frame) => {
      const name = run.engine.target.nodes[frame.node].name;
      if (frame.kind === 'routine') return `${frame.routine} ${name}`;
      return `${run.engine.program.dialogues[frame.dialogue]?.name ?? '?'} on ${name}`;
    })
    .join(' > ');
}

// ---- actions -------------------------------------------------------------------------------------

/** Runs the actions of the current state until one takes time or leaves the state. */
export function runActions(run: Run): void {
  const entered = run.state.enteredAt;
  const index = run.state.current;
  while (run.state.task === null) {
    const action = currentState(run).actions[run.state.actionIndex];
    if (action === undefined) return;
    if (!holds(run, action.condition)) {
      run.state.actionIndex += 1;
      continue;
    }
    if (action.kind === 'effects') {
      const departure = carryOut(run, action.effects, quietCause());
      if (departure !== null) return enter(run, departure);
      run.state.actionIndex += 1;
      continue;
    }
    startTask(run, { kind: 'action', index: run.state.actionIndex }, frameOfAction(run, action));
    if (run.state.current !== index || run.state.enteredAt !== entered) return;
  }
}

export function quietCause() {
  return { values: {}, node: null, evidence: '' };
}

function frameOfAction(run: Run, action: Exclude<Action, { kind: 'effects' }>): Frame | null {
  switch (action.kind) {
    case 'do':
      return dialogueFrame(action.dialogue, nodeOfRole(run.state, action.role));
    case 'verb':
      return routineFrame(action.verb, nodeOfRole(run.state, action.role));
    case 'boot': {
      const path = action.nextPath ? run.state.pathIndex + 1 : 0;
      return routineFrame('boot', nodeOfRole(run.state, action.role), path);
    }
    case 'run': {
      return null;
    }
  }
}

export function startTask(run: Run, origin: Task['origin'], frame: Frame | null): void {
  if (run.state.inhibited !== null) {
    const told = frame ?? routineFrame('command', run.state.owner);
    run.state.task = makeShadowTask(run, origin, told);
    return;
  }
  if (frame === null) return startCommand(run, origin);
  const task: Task = { origin, frames: [frame], wait: null, note: '', look: null };
  run.state.task = task;
  settle(run, { outcome: advance(run, task) });
}

/** A `run` action has no console of its own; its frame only carries the wait. */
function startCommand(run: Run, origin: Task['origin']): void {
  const action = currentState(run).actions[origin.index];
  if (action?.kind !== 'run') throw new Error('not a run action');
  const names = namesOf(run);
  const argv = action.argv.map((word) => run.engine.fill(word, names, run.state.owner));
  const withinMs = run.engine.milliseconds(action.within);
  const wait = awaitToken(run, 'command', withinMs);
  const on = action.on === null ? null : nodeOfRole(run.state, action.on);
  run.effects.push({ kind: 'run', token: wait.token, on, argv, withinMs });
  const where = on === null ? '' : `on ${run.engine.target.nodes[on].name} `;
  log(run, 'verb', `run ${where}${argv.join(' ')}`);
  const frame = routineFrame('command', on ?? run.state.owner);
  run.state.task = { origin, frames: [frame], wait, note: '', look: null };
}

/** Takes what the executor reports: when the task is over, its outcome lines decide. */
export function settle(run: Run, progress: Progress): void {
  if (progress === null || progress.outcome === null) return;
  const { task } = run.state;
  if (task === null) throw new Error('an outcome without a task');
  run.state.task = null;
  if (task.look === null) takeOutcome(run, task, progress.outcome);
  else endLook(run, task, progress.outcome);
}

function outcomesOf(run: Run, origin: Task['origin']): readonly Outcome[] {
  const state = currentState(run);
  if (origin.kind === 'every') return state.everies[origin.index]?.outcomes ?? [];
  const action = state.actions[origin.index];
  return action !== undefined && action.kind !== 'effects' ? action.outcomes : [];
}

function takeOutcome(run: Run, task: Task, outcome: TaskOutcome): void {
  const { origin } = task;
  const what = currentTaskName(run, origin);
  const failure = outcome.ok ? '' : outcome.failure;
  if (origin.kind === 'every') noteTested(run, origin.index, failure);
  const because = task.note === '' ? failure : `${failure} (${task.note})`;
  log(run, 'dialogue', outcome.ok ? `${what}: done` : `${what}: failed, ${because}`, {
    level: outcome.ok ? 'debug' : 'info',
  });
  const line = firstFitting(run, outcomesOf(run, origin), (one) => {
    if (one.on !== (outcome.ok ? 'done' : 'failed')) return false;
    return outcome.ok || one.names.length === 0 || one.names.includes(failure);
  });
  const cause = {
    values: { failure: because },
    failureName: failure,
    node: null,
    evidence: outcome.ok ? `${what} ended well` : `${what} failed: ${because}`,
  };
  const departure = line === null ? null : carryOut(run, line.effects, cause);
  if (departure !== null) return enter(run, departure);
  if (origin.kind === 'action') {
    run.state.actionIndex += 1;
    return runActions(run);
  }
  renewEvery(run, origin.index);
}

/** For status: what is tried regularly, when last, and with what end. */
function noteTested(run: Run, index: number, failure: string): void {
  const every = currentState(run).everies[index];
  const dialogue = run.engine.program.dialogues[every?.dialogue ?? -1]?.name;
  if (every === undefined || dialogue === undefined) return;
  const node = nodeOfRole(run.state, every.role);
  const others = run.state.tested.filter((one) => one.node !== node || one.dialogue !== dialogue);
  run.state.tested = [...others, { node, dialogue, at: run.state.now, failure }];
}

export function currentTaskName(run: Run, origin: Task['origin']): string {
  const state = currentState(run);
  const { program } = run.engine;
  const dialogue = (index: number, role: 'active' | 'standby') =>
    `${program.dialogues[index]?.name ?? '?'} on ${nodeName(run, nodeOfRole(run.state, role))}`;
  if (origin.kind === 'every') {
    const every = state.everies[origin.index];
    return every === undefined ? '?' : dialogue(every.dialogue, every.role);
  }
  const action = state.actions[origin.index];
  switch (action?.kind) {
    case 'do':
      return dialogue(action.dialogue, action.role);
    case 'verb':
      return `${action.verb} ${nodeName(run, nodeOfRole(run.state, action.role))}`;
    case 'boot':
      return 'boot';
    case 'run':
      return 'run';
    default:
      return '?';
  }
}

export function renewEvery(run: Run, index: number): void {
  const every = currentState(run).everies[index];
  if (every === undefined) return;
  const due = run.state.now + run.engine.milliseconds(every.duration);
  run.state.everyDue = run.state.everyDue.map((old, position) => (position === index ? due : old));
}
