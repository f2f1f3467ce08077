/** Reachability of the service address, and stalls of the process itself. */
import { taskNet } from './executor.ts';
import { recordStall } from './facts.ts';
import { fireLevel } from './levels.ts';
import type { Event } from './protocol.ts';
import { clearAlarm, raiseAlarm } from './reactions.ts';
import { log, type Run } from './run.ts';
import { enter, settle } from './states.ts';
import { dialogueOf } from './step.ts';
import { echoMs } from './typing.ts';

/** No script can take this name for an alarm of its own. */
const BLIND = 'net:blind';

export function takeNet(run: Run, event: Extract<Event, { kind: 'net' }>): void {
  const { net } = run.state;
  const changed = !net.known || net.level !== event.level;
  run.state.net = {
    level: event.level,
    since: changed ? run.state.now : net.since,
    known: true,
    detail: event.detail,
  };
  if (!changed) return;
  run.state.fired = { ...run.state.fired, nets: [] };
  if (event.level === 'alive') run.state.nodes[run.state.owner].facts.trustedAt = null;
  const level = event.level === 'alive' ? 'info' : 'warn';
  log(run, 'net', `service address ${event.level}`, { level, evidence: event.detail });
  if (event.level === 'blind') {
    const text = `the service address cannot be judged: ${event.detail}`;
    raiseAlarm(run, BLIND, text, `clusterd status ${run.engine.target.cluster}`);
  } else clearAlarm(run, BLIND);
  if (!run.state.begun) return;
  const { task } = run.state;
  if (task !== null) settle(run, taskNet(run, task));
  // What waits for time besides comes due in a `time` event, when all input has been read.
  const departure = fireLevel(run);
  if (departure !== null) enter(run, departure);
}

/** The process did not run for a while: whatever seemed silent may only have been unread. */
export function takeStall(run: Run, lateMs: number): void {
  const { state } = run;
  log(run, 'stall', `the daemon stood still for ${Math.round(lateMs / 1000)} s`, {
    level: 'warn',
    next: 'all silence counts anew',
  });
  for (const node of state.nodes) {
    node.console.byteAt = state.now;
    recordStall(node.facts, lateMs);
  }
  state.net = { ...state.net, since: state.now };
  state.enteredAt += Math.min(lateMs, state.now - state.enteredAt);
  const everies = run.engine.program.states[state.current]?.everies ?? [];
  state.everyDue = state.everyDue.map((due, index) => {
    const every = everies[index];
    return every === undefined
      ? due
      : later(run, due, lateMs, run.engine.milliseconds(every.duration));
  });
  allowMoreTime(run, lateMs);
}

/**
 * As much later as the process stood still, and no later than if it began now: `lateMs` may be a
 * wall clock that was set forward by hours, and none of that time has passed for timers.
 */
function later(run: Run, due: number, lateMs: number, wholeMs: number): number {
  return Math.max(due, Math.min(due + lateMs, run.state.now + wholeMs));
}

function allowMoreTime(run: Run, lateMs: number): void {
  const { task } = run.state;
  const wait = task?.wait;
  if (wait?.kind === 'echo') {
    wait.deadline = later(run, wait.deadline, lateMs, echoMs(wait.text));
  } else if (wait?.kind === 'expect') {
    const frame = task?.frames.at(-1);
    const step = frame?.kind === 'dialogue' ? dialogueOf(run, frame).steps[frame.step] : null;
    if (step?.kind !== 'expect') return;
    wait.deadline = later(run, wait.deadline, lateMs, run.engine.milliseconds(step.within));
  }
}
