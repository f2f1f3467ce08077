/**
 * Where a machine begins: in the lasting state that the journal names, else in `start`. A script that
 * was edited may not have that state any more; then the cluster is held as by an operator's `hold`,
 * with the alarm of that state: it may have been in maintenance, and acting there could cost.
 * Called by machine.ts. Pure.
 */
import type { Effect, Program } from '../language/program.ts';
import type { Recollection } from './protocol.ts';

export interface Place {
  readonly state: number;
  /** Why it is there; null: for whatever reason the machine begins. */
  readonly reason: string | null;
}

export function placeToBegin(program: Program, { lastingState }: Recollection): Place {
  const start = { state: program.startState, reason: null };
  if (lastingState === null) return start;
  const { state: name, reason } = lastingState;
  const back = program.states.findIndex((one) => one.lasting && one.name === name);
  if (back >= 0) return { state: back, reason };
  const held = holdState(program);
  if (held === null) return start;
  return { state: held, reason: `it was in ${name} (${reason}), which its script does not have` };
}

/** Where `hold` leads, when it may stay there; null: no script line takes it. */
function holdState(program: Program): number | null {
  const blocks = [...program.always, ...program.states];
  const targets = blocks
    .flatMap(({ reactions }) => reactions)
    .filter(({ trigger }) => trigger.kind === 'operator' && trigger.request === 'hold')
    .flatMap(({ effects }) => effects.flatMap(targetOf));
  return targets.find((state) => program.states[state]?.lasting === true) ?? null;
}

function targetOf(effect: Effect): number[] {
  return effect.kind === 'go' ? [effect.state] : [];
}
