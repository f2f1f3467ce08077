/**
 * Ways through the tree that several checks take: all effects with what caused them, all matches,
 * all conditions. No judgement here.
 */
import type { Span } from '../program.ts';
import type { Scope } from '../scope.ts';
import type { Quoted, Word } from '../token.ts';
import type * as Tree from '../tree.ts';

/** What the effects are the answer to; decides which variables have a value. */
export type Cause = 'text' | 'net' | 'operator' | 'after' | 'done' | 'failed' | 'entry' | 'bound';

export interface CausedEffects {
  readonly cause: Cause;
  readonly effects: readonly Tree.Effect[];
}

type Attempt = { readonly outcomes: readonly Tree.Outcome[] };

export function effectsOfReactions(reactions: readonly Tree.Reaction[]): CausedEffects[] {
  return reactions.map((reaction) => ({
    cause: reaction.trigger.kind,
    effects: reaction.effects,
  }));
}

/** All effects of a state, top to bottom within each kind of line. */
export function effectsOfState(state: Tree.State): CausedEffects[] {
  const list: CausedEffects[] = [];
  if (state.bound !== null) list.push({ cause: 'bound', effects: [state.bound.otherwise] });
  list.push(...effectsOfReactions(state.reactions));
  for (const after of state.afters) list.push({ cause: 'after', effects: after.effects });
  for (const every of state.everies) list.push(...effectsOfAttempt(every));
  for (const action of state.actions) {
    if (action.kind === 'effects') list.push({ cause: 'entry', effects: action.effects });
    else if (action.kind !== 'broken') list.push(...effectsOfAttempt(action));
  }
  return list;
}

function effectsOfAttempt(attempt: Attempt): CausedEffects[] {
  return attempt.outcomes.map((outcome) => ({ cause: outcome.on, effects: outcome.then }));
}

export function allEffects(tree: Tree.Tree): CausedEffects[] {
  return [
    ...tree.always.flatMap((always) => effectsOfReactions(always.reactions)),
    ...tree.states.flatMap(effectsOfState),
  ];
}

/** The transition that the effects end with, or null. */
export function goOf(effects: readonly Tree.Effect[]): Tree.Go | null {
  const last = effects.at(-1);
  return last?.kind === 'go' ? last : null;
}

/** What a state tries: its actions but for plain effects, and its `every` lines. */
export function attemptsOf(
  state: Tree.State,
): (Tree.Every | Exclude<Tree.Action, { kind: 'effects' | 'broken' }>)[] {
  const actions = state.actions.flatMap((action) =>
    action.kind === 'effects' || action.kind === 'broken' ? [] : [action],
  );
  return [...state.everies, ...actions];
}

/** Steps that can end as done or failed. */
export type TriedStep = Extract<Tree.Step, { kind: 'do' | 'verb' | 'run' }>;

export function triedSteps(dialogue: Tree.Dialogue): TriedStep[] {
  return dialogue.steps.flatMap((step) =>
    step.kind === 'do' || step.kind === 'verb' || step.kind === 'run' ? [step] : [],
  );
}

export function expectSteps(dialogue: Tree.Dialogue): Tree.Expect[] {
  return dialogue.steps.flatMap((step) => (step.kind === 'expect' ? [step] : []));
}

/** A match, and where it stands. */
export interface PlacedMatch {
  readonly match: Tree.Match;
  readonly prompt: boolean;
  readonly place:
    | { readonly kind: 'text'; readonly text: Tree.Text }
    | { readonly kind: 'dialogue'; readonly dialogue: Tree.Dialogue }
    | { readonly kind: 'identity' }
    | { readonly kind: 'harmless' };
}

export function inlineMatches(dialogue: Tree.Dialogue): Tree.Match[] {
  return expectSteps(dialogue).flatMap((step) =>
    step.alternatives.flatMap(({ seen }) => (seen.kind === 'match' ? [seen.match] : [])),
  );
}

export function allMatches(scope: Scope): PlacedMatch[] {
  const { tree } = scope;
  const list: PlacedMatch[] = [];
  for (const text of tree.texts) {
    for (const match of text.matches) {
      list.push({ match, prompt: text.prompt, place: { kind: 'text', text } });
    }
  }
  for (const { match } of tree.identities) {
    if (match !== null) list.push({ match, prompt: false, place: { kind: 'identity' } });
  }
  for (const harmless of tree.harmless) {
    if (harmless.kind !== 'line') continue;
    list.push({ match: harmless.match, prompt: false, place: { kind: 'harmless' } });
  }
  for (const dialogue of tree.dialogues) {
    for (const match of inlineMatches(dialogue)) {
      list.push({ match, prompt: false, place: { kind: 'dialogue', dialogue } });
    }
  }
  return list;
}

/** All conditions of a state's or dialogue's lines. */
export function conditionsOfState(state: Tree.State): Tree.Condition[] {
  const list: (Tree.Condition | null)[] = [];
  for (const line of [...state.reactions, ...state.afters]) list.push(line.condition);
  for (const action of state.actions) if (action.kind !== 'broken') list.push(action.condition);
  for (const every of state.everies) list.push(every.condition);
  for (const attempt of attemptsOf(state)) {
    for (const outcome of attempt.outcomes) list.push(outcome.condition);
  }
  return list.filter((condition) => condition !== null);
}

export function conditionsOfDialogue(dialogue: Tree.Dialogue): Tree.Condition[] {
  const list: (Tree.Condition | null)[] = [];
  for (const step of dialogue.steps) if (step.kind === 'if') list.push(step.condition);
  for (const step of triedSteps(dialogue)) {
    list.push(step.condition);
    for (const outcome of step.outcomes) list.push(outcome.condition);
  }
  return list.filter((condition) => condition !== null);
}

export function durationsOf(tree: Tree.Tree): Tree.Duration[] {
  const list: (Tree.Duration | null)[] = [];
  const reactions = [...tree.always, ...tree.states].flatMap((block) => block.reactions);
  for (const { trigger } of reactions) if (trigger.kind === 'net') list.push(trigger.duration);
  for (const state of tree.states) {
    list.push(state.bound?.within ?? null);
    for (const line of [...state.afters, ...state.everies]) list.push(line.duration);
    for (const action of state.actions) if (action.kind === 'run') list.push(action.within);
  }
  for (const step of tree.dialogues.flatMap((dialogue) => dialogue.steps)) {
    if (step.kind === 'run') list.push(step.within);
    if (step.kind !== 'expect') continue;
    list.push(step.timeout?.within ?? null);
    for (const { seen } of step.alternatives) if (seen.kind === 'quiet') list.push(seen.duration);
  }
  return list.filter((duration) => duration !== null);
}

/** The variables of a quoted text, with their places. */
export function variablesOf(quoted: Quoted | null): Word[] {
  return (quoted?.parts ?? []).flatMap((part) =>
    part.kind === 'variable' ? [{ text: part.name, span: part.span }] : [],
  );
}

/** The beginning of a file, for what is missing in it as a whole. */
export function startOfFile(file: string): Span {
  return { file, line: 1, column: 1, endColumn: 2 };
}
