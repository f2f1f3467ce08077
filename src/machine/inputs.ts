/** Reachability of the service address, and stalls of the process itself. */
import { taskNet } from './executor.ts';
import { recordStall } from './facts.ts';
import { fireLevel } from './levels.ts';
import type { Event } from './protocol.ts';
import { clearAlarm, raiseAlarm } from './reactions.ts';
import { log, type Run } from './run.ts';
import { enter, settle } from './states.ts';
import { fireAfters } from './timers.ts';

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
  const departure = fireLevel(run);
  if (departure !== null) return enter(run, departure);
  fireAfters(run);
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
  state.everyDue = state.everyDue.map((due) => due + lateMs);
  const wait = state.task?.wait;
  if (wait?.kind === 'expect' || wait?.kind === 'echo') wait.deadline += lateMs;
}
