/**
 * What a state says about events: finds the line that takes an event and carries its effects out.
 * Called by machine.ts for text, levels and operators; by states.ts for outcomes and times.
 */
import type { Condition, Effect, Effects, Reaction, Template } from '../language/program.ts';
import { holds } from './condition.ts';
import type { StateReactions } from './engine.ts';
import type { SeenLine } from './expect.ts';
import type { NodeIndex } from './protocol.ts';
import { journal, log, namesOf, nodeOfRole, type Run } from './run.ts';
import { isSeenWell, shadowMark, shadowRemark } from './shadow-words.ts';

/** What happened, in words and values, for the reason that goes with an effect. */
export interface Cause {
  /** `$line`, `$failure`, `$operator`. */
  readonly values: Readonly<Record<string, string>>;
  /** The bare name of `$failure`. */
  readonly failureName?: string;
  readonly node: NodeIndex | null;
  /** For the log: on what this rests. */
  readonly evidence: string;
}

/** A transition that an effect asks for. */
export interface Departure {
  readonly state: number;
  readonly reason: string;
  readonly evidence: string;
  readonly node: NodeIndex | null;
  /** An operator said so, or the journal: it counts in shadow mode, too. */
  readonly isMeant?: boolean;
}

/** The lines of the `always` blocks that hold in the current state, then the state's own. */
export function reactionsNow(run: Run): StateReactions {
  const reactions = run.engine.reactions[run.state.current];
  if (reactions === undefined) throw new Error(`no state ${run.state.current}`);
  return reactions;
}

export function fillText(run: Run, template: Template, cause: Cause): string {
  return run.engine.fill(template, { ...namesOf(run), ...cause.values }, cause.node);
}

/** Carries effects out. Returns the transition that the last one asks for, or null. */
export function carryOut(run: Run, effects: Effects, cause: Cause): Departure | null {
  for (const effect of effects) {
    const departure = carryOutOne(run, effect, cause);
    if (departure !== null) return departure;
  }
  return null;
}

function carryOutOne(run: Run, effect: Effect, cause: Cause): Departure | null {
  switch (effect.kind) {
    case 'go':
      return {
        state: effect.state,
        reason: fillText(run, effect.reason, cause),
        evidence: cause.evidence,
        node: cause.node,
      };
    case 'alarm': {
      const type =
        effect.type === null
          ? `clusterd status ${run.engine.target.cluster}`
          : fillText(run, effect.type, cause);
      const text = fillText(run, effect.text, briefly(cause));
      raiseAlarm(run, effect.name, `${text}${shadowRemark(run)}`, type);
      return null;
    }
    case 'clear':
      if (isSeenWell(run)) clearAlarm(run, effect.name);
      return null;
    case 'log':
      log(run, 'script', `${shadowMark(run)}${fillText(run, effect.text, cause)}`, {
        node: cause.node,
        evidence: cause.evidence,
      });
      return null;
  }
}

/** An alarm names the failure without its figures: the same trouble is not told anew each time. */
function briefly(cause: Cause): Cause {
  const { failureName } = cause;
  return failureName === undefined
    ? cause
    : { ...cause, values: { ...cause.values, failure: failureName } };
}

export function raiseAlarm(run: Run, name: string, text: string, type: string): void {
  const known = run.state.alarms.find((one) => one.name === name);
  if (known?.text === text && known.type === type) return;
  const raised = { name, text, type, wall: known?.wall ?? run.state.wall };
  run.state.alarms = [...run.state.alarms.filter((one) => one.name !== name), raised];
  run.effects.push({ kind: 'alarm', name, text, type });
  journal(run, { kind: 'alarm', name, text, type });
}

export function clearAlarm(run: Run, name: string): void {
  if (!run.state.alarms.some((one) => one.name === name)) return;
  run.state.alarms = run.state.alarms.filter((one) => one.name !== name);
  run.effects.push({ kind: 'clear', name });
  journal(run, { kind: 'cleared', name });
}

function reactsToLine(run: Run, reaction: Reaction, line: SeenLine): boolean {
  const { trigger } = reaction;
  if (trigger.kind !== 'text' || nodeOfRole(run.state, trigger.role) !== line.node) return false;
  const named = line.hits.some((id) => trigger.texts.includes(run.engine.textOfMatch[id] ?? -1));
  return named && holds(run, reaction.condition);
}

function leaves(reaction: Reaction): boolean {
  return reaction.effects.some((effect) => effect.kind === 'go');
}

/**
 * Lets lines of a script react to a console line. `taken`: a line that leaves the state was found,
 * or nothing further may see the text; lines that only alarm, clear or log let others see it.
 */
export function reactToLine(
  run: Run,
  reactions: readonly Reaction[],
  line: SeenLine,
  cause: Cause,
): { readonly departure: Departure | null; readonly noticed: boolean } {
  let noticed = false;
  for (const reaction of reactions) {
    if (!reactsToLine(run, reaction, line)) continue;
    noticed = true;
    const departure = carryOut(run, reaction.effects, cause);
    if (departure !== null || leaves(reaction)) return { departure, noticed };
  }
  return { departure: null, noticed };
}

export function firstFitting<T extends { readonly condition: Condition | null }>(
  run: Run,
  lines: readonly T[],
  fits: (line: T) => boolean,
): T | null {
  return lines.find((line) => fits(line) && holds(run, line.condition)) ?? null;
}
