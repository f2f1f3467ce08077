/**
 * States and `always` blocks from tree to program. Called by lower.ts only.
 */
import { assertNever } from './assert-never.ts';
import { type Lowering, lowerCondition, lowerDuration, lowerTemplate, need } from './lower.ts';
import type * as Program from './program.ts';
import type * as Tree from './tree.ts';

export function lowerState(lowering: Lowering, state: Tree.State): Program.State {
  return {
    name: state.name.text,
    summary: need(state.summary, 'summary')
      .parts.map((part) => (part.kind === 'text' ? part.text : ''))
      .join(''),
    lasting: state.lasting,
    bound: state.bound === null ? null : lowerBound(lowering, state.bound),
    reactions: state.reactions.map((reaction) => lowerReaction(lowering, reaction)),
    afters: state.afters.map((after) => ({
      duration: lowerDuration(after.duration),
      silenceOn: after.silenceOn?.role ?? null,
      ...lowerReacting(lowering, after),
    })),
    everies: state.everies.map((every) => ({
      duration: lowerDuration(every.duration),
      dialogue: lowering.dialogue(every.dialogue),
      role: every.role.role,
      ...lowerAttempt(lowering, every),
    })),
    actions: state.actions.map((action) => lowerAction(lowering, action)),
    ending: need(state.ending, 'ending').kind,
    span: state.span,
  };
}

export function lowerAlways(lowering: Lowering, always: Tree.Always): Program.Always {
  return {
    except: always.except.map(lowering.state),
    reactions: always.reactions.map((reaction) => lowerReaction(lowering, reaction)),
    span: always.span,
  };
}

type Go = Extract<Program.Effect, { kind: 'go' }>;

function lowerBound(lowering: Lowering, bound: Tree.Bound): Program.Bound {
  const { entries, span } = bound;
  const otherwise = lowerGo(lowering, bound.otherwise);
  return { entries, within: lowerDuration(bound.within), otherwise, span };
}

function lowerReaction(lowering: Lowering, reaction: Tree.Reaction): Program.Reaction {
  return {
    trigger: lowerTrigger(lowering, reaction.trigger),
    ...lowerReacting(lowering, reaction),
  };
}

function lowerTrigger(lowering: Lowering, trigger: Tree.Trigger): Program.Trigger {
  switch (trigger.kind) {
    case 'text':
      return { kind: 'text', role: trigger.role.role, texts: trigger.texts.map(lowering.text) };
    case 'net': {
      const now: Program.Duration = { kind: 'literal', ms: 0 };
      const duration = trigger.duration === null ? now : lowerDuration(trigger.duration);
      return { kind: 'net', level: trigger.level, duration };
    }
    case 'operator':
      return { kind: 'operator', request: trigger.request, role: trigger.role?.role ?? null };
    default:
      return assertNever(trigger);
  }
}

function lowerAction(lowering: Lowering, action: Tree.Action): Program.Action {
  switch (action.kind) {
    case 'do':
      return {
        kind: 'do',
        dialogue: lowering.dialogue(action.dialogue),
        role: action.role.role,
        ...lowerAttempt(lowering, action),
      };
    case 'verb':
      return {
        kind: 'verb',
        verb: action.verb,
        role: action.role.role,
        ...lowerAttempt(lowering, action),
      };
    case 'boot': {
      const { role, nextPath } = action;
      return { kind: 'boot', role, nextPath, ...lowerAttempt(lowering, action) };
    }
    case 'run':
      return {
        kind: 'run',
        on: action.on?.role ?? null,
        argv: action.argv.map(lowerTemplate),
        within: lowerDuration(action.within),
        ...lowerAttempt(lowering, action),
      };
    case 'effects':
      return { kind: 'effects', ...lowerReacting(lowering, action) };
    case 'broken':
      throw new Error('checked, yet a line that could not be read');
    default:
      return assertNever(action);
  }
}

/** Condition, effects and place of a line. */
function lowerReacting(
  lowering: Lowering,
  line: {
    readonly condition: Tree.Condition | null;
    readonly effects: readonly Tree.Effect[];
    readonly span: Program.Span;
  },
): { condition: Program.Condition | null; effects: Program.Effects; span: Program.Span } {
  const effects = line.effects.map((effect) => lowerEffect(lowering, effect));
  return { condition: lowerCondition(line.condition), effects, span: line.span };
}

/** Condition, outcomes and place of something that is tried. */
function lowerAttempt(
  lowering: Lowering,
  line: {
    readonly condition: Tree.Condition | null;
    readonly outcomes: readonly Tree.Outcome[];
    readonly span: Program.Span;
  },
): {
  condition: Program.Condition | null;
  outcomes: readonly Program.Outcome[];
  span: Program.Span;
} {
  const outcomes = line.outcomes.map((outcome) => ({
    on: outcome.on,
    names: outcome.names.map((name) => name.text),
    condition: lowerCondition(outcome.condition),
    effects: outcome.then.map((effect) => lowerEffect(lowering, effect)),
    span: outcome.span,
  }));
  return { condition: lowerCondition(line.condition), outcomes, span: line.span };
}

function lowerEffect(lowering: Lowering, effect: Tree.Effect): Program.Effect {
  const { span } = effect;
  switch (effect.kind) {
    case 'go':
      return lowerGo(lowering, effect);
    case 'alarm': {
      const type = effect.type === null ? null : lowerTemplate(effect.type);
      const text = lowerTemplate(effect.text);
      return { kind: 'alarm', name: effect.name.text, text, type, span };
    }
    case 'clear':
      return { kind: 'clear', name: effect.name.text, span };
    case 'log':
      return { kind: 'log', text: lowerTemplate(effect.text), span };
    default:
      return assertNever(effect);
  }
}

function lowerGo(lowering: Lowering, go: Tree.Go): Go {
  const reason = lowerTemplate(need(go.reason, 'reason'));
  return { kind: 'go', state: lowering.state(go.state), reason, span: go.span };
}
