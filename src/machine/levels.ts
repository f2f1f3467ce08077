/**
 * The `on net` lines that hold in the current state, with the time at which each fires: a level
 * counts from entering the state or from when it came about, whichever is later.
 */
import type { Effects } from '../language/program.ts';
import { holds } from './condition.ts';
import { carryOut, type Departure, reactionsNow } from './reactions.ts';
import type { Run } from './run.ts';

interface LevelLine {
  readonly key: number;
  readonly due: number;
  readonly effects: Effects;
  fire(): Departure | null;
}

const NONE: readonly LevelLine[] = [];

/** Numbered among all lines of the state: those of `always` first. */
export function levelLines(run: Run): readonly LevelLine[] {
  const { net, enteredAt } = run.state;
  const { nets } = reactionsNow(run);
  if (!net.known || nets.length === 0) return NONE;
  return nets.flatMap(({ key, reaction }) => {
    const { trigger } = reaction;
    if (trigger.kind !== 'net' || trigger.level !== net.level) return [];
    if (!holds(run, reaction.condition)) return [];
    const due = Math.max(enteredAt, net.since) + run.engine.milliseconds(trigger.duration);
    const evidence = `the service address is ${net.level}: ${net.detail}`;
    const fire = () => carryOut(run, reaction.effects, { values: {}, node: null, evidence });
    return [{ key, due, effects: reaction.effects, fire }];
  });
}

/** Fires the first level line that is due; returns the transition it asks for. */
export function fireLevel(run: Run): Departure | null {
  for (const line of levelLines(run)) {
    if (line.due > run.state.now || run.state.fired.nets.includes(line.key)) continue;
    run.state.fired = { ...run.state.fired, nets: [...run.state.fired.nets, line.key] };
    const departure = line.fire();
    if (departure !== null) return departure;
  }
  return null;
}
