/**
 * Does every state end? One that waits needs a time limit that leads out of it; one that rests
 * needs at least one line that can lead out of it. Called by check.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { BUILT_IN_CHOICES, LEVELS, UNFINISHED } from '../words.ts';
import { actionGoesOn } from './dead-lines.ts';
import { effectsOfReactions, effectsOfState, goOf } from './walk.ts';

export function checkEndings(scope: Scope, sink: DiagnosticSink): void {
  for (const state of scope.tree.states) {
    if (state.damaged || state.ending === null || state.name.text === '') continue;
    const { kind, span } = state.ending;
    if (kind === 'wait' && state.actions.every(actionGoesOn) && !hasLimit(scope, state)) {
      const hint =
        'write above the actions: after 10m -> STATE "..."  (or end the state with rest)';
      const message = "'wait' without a time limit: no 'after' always leads out of the state";
      sink.error('no-exit', span, message, hint);
    }
    if (kind === 'rest' && !leads(scope, state)) {
      const hint = 'let at least an operator end it: on operator release -> STATE "..."';
      sink.error('no-exit', span, 'no line ever leads out of this state', hint);
    }
  }
}

/** `after` lines that together fire whatever the conditions are. */
function hasLimit(scope: Scope, state: Tree.State): boolean {
  const exits = state.afters.filter((after) => goOf(after.effects) !== null);
  if (exits.some((after) => after.condition === null)) return true;
  const seen = new Map<string, Set<string>>();
  for (const { condition } of exits) {
    if (condition === null) continue;
    const { subject, value } = factOf(condition);
    seen.set(subject, (seen.get(subject) ?? new Set()).add(value));
  }
  return [...seen].some(([subject, values]) => {
    const all = valuesOf(scope, subject);
    return all?.every((value) => values.has(value)) ?? false;
  });
}

/** A condition as a subject that has a value. */
export function factOf(condition: Tree.Condition): { subject: string; value: string } {
  switch (condition.kind) {
    case 'setting':
      return { subject: condition.name.text, value: condition.value.text };
    case 'net':
      return { subject: 'net', value: condition.level };
    case 'unfinished':
      return { subject: 'unfinished', value: condition.value };
    case 'service':
      return { subject: `${condition.role} node`, value: condition.inService ? 'in' : 'out' };
  }
}

/** Every value that the subject can have; null: cannot be known. */
export function valuesOf(scope: Scope, subject: string): readonly string[] | null {
  if (subject === 'net') return LEVELS;
  if (subject === 'unfinished') return UNFINISHED;
  if (subject.endsWith(' node')) return ['in', 'out'];
  const builtIn = Object.hasOwn(BUILT_IN_CHOICES, subject) ? BUILT_IN_CHOICES[subject] : undefined;
  if (builtIn !== undefined) return builtIn;
  const setting = scope.settings.get(subject);
  if (setting?.choices == null) return null;
  // Without a value no condition holds.
  if (setting.optional) return [...setting.choices.map((choice) => choice.text), '(none)'];
  return setting.choices.map((choice) => choice.text);
}

/** Is there any line, here or in an `always` block, that goes to another state? */
function leads(scope: Scope, state: Tree.State): boolean {
  const own = effectsOfState(state).filter(({ cause }) => cause !== 'bound');
  const always = scope.tree.always
    .filter((block) => !block.except.some((name) => name.text === state.name.text))
    .flatMap((block) => effectsOfReactions(block.reactions));
  return [...own, ...always].some(({ effects }) => {
    const go = goOf(effects);
    return go !== null && go.state.text !== state.name.text;
  });
}
