/**
 * States in which a standby that leaves its firmware prompt is not noticed. The engine boots nothing
 * then either; but a person may, and two systems run until somebody looks.
 */
import type { Program, Reaction } from '../language/program.ts';
import { type Finding, finding } from './finding.ts';

export function findUnwatchedStandby(program: Program): Finding[] {
  const leaving = program.texts.flatMap((text, index) => (text.means === 'leaving' ? [index] : []));
  if (leaving.length === 0) return [];
  return program.states.flatMap((state, index) => {
    const reactions = [
      ...program.always
        .filter(({ except }) => !except.includes(index))
        .flatMap((one) => one.reactions),
      ...state.reactions,
    ];
    // Who waits for a release has been told to look at both.
    const waitsForPeople = state.lasting && state.ending === 'rest';
    if (waitsForPeople || reactions.some((one) => notices(one, leaving))) return [];
    const names = leaving.map((at) => program.texts[at]?.name).join(', ');
    const message = `in '${state.name}' nobody notices a standby that boots`;
    const hint = `always: on standby ${names} -> a state that stops it, or an alarm`;
    return [finding('warning', 'standby-unwatched', state.span, message, hint)];
  });
}

function notices({ trigger, condition }: Reaction, leaving: readonly number[]): boolean {
  if (trigger.kind !== 'text' || trigger.role !== 'standby' || condition !== null) return false;
  return trigger.texts.some((text) => leaving.includes(text));
}
