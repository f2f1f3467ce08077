/**
 * Bounds that no night is long enough to reach: `at most 1000 in 1m` lets two machines take turns
 * for ever, which is what a bound is there to end.
 */
import type { State } from '../language/program.ts';
import type { Engine } from '../machine/engine.ts';
import { type Finding, finding } from './finding.ts';

/** A boot that fails takes longer than this, a fence at least so long. */
const BOOT_MS = 2 * 60_000;
const ATTEMPT_MS = 10_000;
/** So few are never too many. */
const FEW = 5;
const BOOTS_MAX = 50;

export function findEndlessBounds(engine: Engine): Finding[] {
  return engine.program.states.flatMap((state) => {
    const { bound, name } = state;
    if (bound === null || bound.entries <= FEW || !acts(state)) return [];
    const boots = state.actions.some(({ kind }) => kind === 'boot');
    const withinMs = engine.milliseconds(bound.within);
    const leastMs = bound.entries * (boots ? BOOT_MS : ATTEMPT_MS);
    if (leastMs <= withinMs && (!boots || bound.entries <= BOOTS_MAX)) return [];
    const message = `this bound is never reached: '${name}' cannot be entered ${bound.entries} times so soon`;
    const hint = 'a few entries in hours: at most 2 in 2h else -> STATE "..."';
    return [finding('error', 'bound-out-of-reach', bound.span, message, hint)];
  });
}

function acts({ actions }: State): boolean {
  return actions.some(({ kind }) => kind === 'boot' || kind === 'verb' || kind === 'do');
}
