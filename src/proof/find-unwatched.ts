/**
 * States in which a standby that leaves its firmware prompt is not noticed. The engine boots nothing
 * then either; but a person or the machine itself may, and two systems run until somebody looks.
 */
import type { Action, Program, Reaction, State } from '../language/program.ts';
import { type Finding, finding } from './finding.ts';

export function findUnwatchedStandby(program: Program): Finding[] {
  const signs = signsOfBoot(program);
  if (signs.length === 0) return [];
  const names = signs.map((at) => program.texts[at]?.name).join(', ');
  return program.states.flatMap((state, index) => {
    const always = program.always.filter(({ except }) => !except.includes(index));
    const reactions = [...always.flatMap((one) => one.reactions), ...state.reactions];
    if (isLookedAfter(state) || reactions.some((one) => notices(program, one, signs))) return [];
    const message = `in '${state.name}' nobody notices a standby that boots`;
    const hint = `always: on standby ${names} -> a state that stops it, or an alarm`;
    // A state that only passes is over soon; what was missed is met again in the next one.
    if (state.ending === 'go') {
      return [finding('warning', 'standby-unwatched', state.span, message, hint)];
    }
    return [finding('error', 'standby-unwatched', state.span, message, hint)];
  });
}

/** Texts by which a boot shows: those that `to boot` waits for, where they say that it leaves. */
function signsOfBoot({ texts, dialogues }: Program): number[] {
  const leaving = texts.flatMap((text, index) => (text.means === 'leaving' ? [index] : []));
  const boot = dialogues.find(({ howTo }) => howTo === 'boot');
  const expected = (boot?.steps ?? []).flatMap((step) =>
    step.kind === 'expect' ? step.alternatives : [],
  );
  const signs = leaving.filter((index) =>
    expected.some(({ seen, result }) => {
      return seen.kind === 'text' && seen.text === index && result.kind !== 'fail';
    }),
  );
  return signs.length > 0 ? signs : leaving;
}

/** Who waits for a release has been told to look at both; or the state itself stops the standby. */
function isLookedAfter({ lasting, ending, actions }: State): boolean {
  if (lasting && ending === 'rest') return true;
  if (ending === 'go' && actions.every(({ kind }) => kind === 'effects')) return true;
  return actions.some(alarms) && actions.some(stopsStandby);
}

function alarms(action: Action): boolean {
  return action.kind === 'effects' && action.effects.some(({ kind }) => kind === 'alarm');
}

function stopsStandby(action: Action): boolean {
  if (action.kind === 'do') return action.role === 'standby';
  if (action.kind !== 'verb' || action.role !== 'standby') return false;
  return ['hold', 'park', 'fence', 'power-off'].includes(action.verb);
}

/** It says so, or leads to where it is said or where the standby is stopped. */
function notices(
  { states }: Program,
  { trigger, condition, effects }: Reaction,
  signs: readonly number[],
): boolean {
  if (trigger.kind !== 'text' || trigger.role !== 'standby') return false;
  if (condition !== null && condition.kind !== 'service') return false;
  if (!trigger.texts.some((text) => signs.includes(text))) return false;
  return effects.some((effect) => {
    if (effect.kind === 'alarm') return true;
    const to = effect.kind === 'go' ? states[effect.state] : undefined;
    return to?.actions.some((action) => alarms(action) || stopsStandby(action)) === true;
  });
}
