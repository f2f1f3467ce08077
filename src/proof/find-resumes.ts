/**
 * `resume standby` is for one thing: to undo our own BREAK on a line that proved to be another
 * machine's. The standby's own system lost the disk, and must never go on.
 */
import type { Outcome, Program, Reaction, Span, State } from '../language/program.ts';
import { type Finding, finding } from './finding.ts';

export function findForbiddenResumes(program: Program): Finding[] {
  return program.states.flatMap((state, index) => {
    const action = state.actions.find(
      (one) => one.kind === 'verb' && one.verb === 'resume' && one.role === 'standby',
    );
    if (action === undefined || waysInto(program, index).every((way) => way.isWrongNode)) return [];
    const message = `'${state.name}' lets a system on the standby go on, which does not own the disk`;
    const hint =
      'only the active node may be resumed; the standby only behind `failed wrong-node`, where the BREAK met another machine';
    return [finding('error', 'resumes-standby', action.span, message, hint)];
  });
}

interface Way {
  readonly span: Span;
  /** It follows the failure that another machine is on the line. */
  readonly isWrongNode: boolean;
}

function waysInto(program: Program, to: number): Way[] {
  const reactions = program.always.flatMap((one) => one.reactions);
  const ways = program.states.flatMap((state) => waysFrom(state, to));
  return [...ways, ...reactionWays(reactions, to)];
}

function waysFrom(state: State, to: number): Way[] {
  const outcomes: Outcome[] = [];
  const others: Pick<Outcome, 'effects' | 'span'>[] = [...state.afters];
  for (const one of [...state.actions, ...state.everies]) {
    if ('outcomes' in one) outcomes.push(...one.outcomes);
    else others.push(one);
  }
  if (state.bound !== null)
    others.push({ effects: [state.bound.otherwise], span: state.bound.span });
  const ofOutcomes = outcomes.filter((one) => leadsTo(one.effects, to));
  return [
    ...ofOutcomes.map(({ span, on, names }) => {
      const isWrongNode = on === 'failed' && names.length > 0 && names.every(isWrong);
      return { span, isWrongNode };
    }),
    ...others
      .filter((one) => leadsTo(one.effects, to))
      .map(({ span }) => ({ span, isWrongNode: false })),
    ...reactionWays(state.reactions, to),
  ];
}

function isWrong(name: string): boolean {
  return name === 'wrong-node';
}

function reactionWays(reactions: readonly Reaction[], to: number): Way[] {
  return reactions
    .filter(({ effects }) => leadsTo(effects, to))
    .map(({ span }) => ({ span, isWrongNode: false }));
}

function leadsTo(effects: Outcome['effects'], to: number): boolean {
  const last = effects.at(-1);
  return last?.kind === 'go' && last.state === to;
}
