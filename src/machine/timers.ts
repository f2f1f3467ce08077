/**
 * The times of the current state: `after` lines, repeated dialogues, and when the machine wants to
 * be woken for them. Called by machine.ts on `time` events.
 */
import type { After, Effects, Every } from '../language/program.ts';
import { holds } from './condition.ts';
import { levelLines } from './levels.ts';
import type { NodeIndex } from './protocol.ts';
import { carryOut } from './reactions.ts';
import { currentState, nodeOfRole, type Run } from './run.ts';
import { currentTaskName, enter, quietCause, renewEvery, startTask } from './states.ts';
import { dialogueFrame } from './task.ts';

/** Everies wait until the actions are done and no dialogue runs. */
function mayRepeat(run: Run): boolean {
  return run.state.task === null && run.state.actionIndex >= currentState(run).actions.length;
}

export function startEvery(run: Run): void {
  if (!mayRepeat(run)) return;
  const index = run.state.everyDue.findIndex((due) => due <= run.state.now);
  const every: Every | undefined = currentState(run).everies[index];
  if (every === undefined) return;
  if (!holds(run, every.condition)) return renewEvery(run, index);
  const frame = dialogueFrame(every.dialogue, nodeOfRole(run.state, every.role));
  startTask(run, { kind: 'every', index }, frame);
}

function afterDue(run: Run, after: After): number {
  const { state } = run;
  const silent: NodeIndex | null =
    after.silenceOn === null ? null : nodeOfRole(state, after.silenceOn);
  // Unreachable is not silent: only a connected console can be.
  if (silent !== null && state.nodes[silent].channel !== 'connected')
    return Number.POSITIVE_INFINITY;
  const since =
    silent === null
      ? state.enteredAt
      : Math.max(state.enteredAt, state.nodes[silent].console.byteAt);
  return since + run.engine.milliseconds(after.duration);
}

/** Fires the first `after` that is due and whose condition holds. Returns whether the state left. */
export function fireAfters(run: Run): boolean {
  const { afters } = currentState(run);
  for (const [index, after] of afters.entries()) {
    if (run.state.fired.afters.includes(index) || afterDue(run, after) > run.state.now) continue;
    if (!holds(run, after.condition)) continue;
    run.state.fired = { ...run.state.fired, afters: [...run.state.fired.afters, index] };
    const departure = carryOut(run, after.effects, quietCause());
    if (departure === null) continue;
    enter(run, departure);
    return true;
  }
  return false;
}

/** When the current state wants to be looked at without any event. */
export function stateWakesAt(run: Run): number {
  let wake = Number.POSITIVE_INFINITY;
  const state = currentState(run);
  const { fired, everyDue } = run.state;
  for (const [index, after] of state.afters.entries()) {
    if (fired.afters.includes(index) || !holds(run, after.condition)) continue;
    wake = Math.min(wake, afterDue(run, after));
  }
  for (const line of levelLines(run)) {
    if (!fired.nets.includes(line.key)) wake = Math.min(wake, line.due);
  }
  if (mayRepeat(run)) for (const due of everyDue) wake = Math.min(wake, due);
  return wake;
}

interface Timer {
  /** `-> STATE`, `a notice`, or the dialogue that begins. */
  readonly what: string;
  readonly dueAt: number;
}

/** The timers that run in the current state, for status: the next one first. */
export function timersOf(run: Run): Timer[] {
  const state = currentState(run);
  const afters = state.afters.flatMap((after, index) => {
    if (run.state.fired.afters.includes(index) || !holds(run, after.condition)) return [];
    return [{ what: endOf(run, after.effects), dueAt: afterDue(run, after) }];
  });
  const levels = levelLines(run).flatMap(({ key, due, effects }) => {
    if (run.state.fired.nets.includes(key)) return [];
    return [{ what: `${endOf(run, effects)} if the net stays ${run.state.net.level}`, dueAt: due }];
  });
  const everies = state.everies.flatMap((every, index) => {
    if (!holds(run, every.condition)) return [];
    const what = currentTaskName(run, { kind: 'every', index });
    return [{ what, dueAt: run.state.everyDue[index] ?? run.state.now }];
  });
  // A console that is not connected is not silent: its timer does not run.
  const running = [...afters, ...levels, ...everies].filter(({ dueAt }) => Number.isFinite(dueAt));
  return running.sort((one, other) => one.dueAt - other.dueAt);
}

function endOf(run: Run, effects: Effects): string {
  const go = effects.find((effect) => effect.kind === 'go');
  const names = run.engine.program.states;
  return go?.kind === 'go' ? `-> ${names[go.state]?.name ?? '?'}` : 'a notice';
}
