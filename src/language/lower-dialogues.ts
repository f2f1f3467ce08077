/**
 * Dialogues and their steps from tree to program. Called by lower.ts only.
 */
import { assertNever } from './assert-never.ts';
import { type Lowering, lowerCondition, lowerDuration, lowerTemplate, need } from './lower.ts';
import type * as Program from './program.ts';
import type * as Tree from './tree.ts';

export function lowerDialogue(lowering: Lowering, dialogue: Tree.Dialogue): Program.Dialogue {
  return {
    name: dialogue.name.text,
    howTo: dialogue.howTo,
    parameters: dialogue.parameters.map((parameter) => parameter.text),
    steps: dialogue.steps.map((step) => lowerStep(lowering, step)),
    span: dialogue.span,
  };
}

function lowerStep(lowering: Lowering, step: Tree.Step): Program.Step {
  const { span } = step;
  switch (step.kind) {
    case 'send':
      return { kind: 'send', text: lowerTemplate(step.text), span };
    case 'press':
    case 'break':
      return step;
    case 'expect':
      return lowerExpect(lowering, step);
    case 'do':
      return {
        kind: 'do',
        dialogue: lowering.dialogue(step.dialogue),
        arguments: step.arguments.map(lowerArgument),
        ...lowerTried(step),
      };
    case 'verb':
      return { kind: 'verb', verb: step.verb, ...lowerTried(step) };
    case 'run':
      return {
        kind: 'run',
        argv: step.argv.map(lowerTemplate),
        within: lowerDuration(step.within),
        ...lowerTried(step),
      };
    case 'if':
      return {
        kind: 'if',
        condition: need(lowerCondition(step.condition), 'condition'),
        result: lowerResult(step.result),
        span,
      };
    case 'result':
      return { kind: 'result', result: lowerResult(step.result), span };
    case 'broken':
      throw new Error('checked, yet a line that could not be read');
    default:
      return assertNever(step);
  }
}

function lowerTried(step: Extract<Tree.Step, { kind: 'do' | 'verb' | 'run' }>): {
  condition: Program.Condition | null;
  outcomes: readonly Program.StepOutcome[];
  span: Program.Span;
} {
  const outcomes = step.outcomes.map((outcome) => ({
    on: outcome.on,
    names: outcome.names.map((name) => name.text),
    condition: lowerCondition(outcome.condition),
    result: lowerResult(outcome.then),
    span: outcome.span,
  }));
  return { condition: lowerCondition(step.condition), outcomes, span: step.span };
}

function lowerExpect(lowering: Lowering, step: Tree.Expect): Program.Step {
  const timeout = need(step.timeout, 'time limit of an expectation');
  return {
    kind: 'expect',
    alternatives: step.alternatives.map((alternative) => ({
      seen: lowerSeen(lowering, alternative.seen),
      result: lowerResult(alternative.result),
      span: alternative.span,
    })),
    tries: timeout.tries,
    within: lowerDuration(timeout.within),
    onTimeout: lowerResult(timeout.result),
    span: step.span,
  };
}

export function lowerSeen(lowering: Lowering, seen: Tree.Seen): Program.Seen {
  switch (seen.kind) {
    case 'text':
      return { kind: 'text', text: lowering.text(seen.name) };
    case 'match':
      return { kind: 'match', match: lowering.match(seen.match, false) };
    case 'quiet':
      return { kind: 'quiet', duration: lowerDuration(seen.duration) };
    case 'identity':
    case 'answer':
      return seen;
    default:
      return assertNever(seen);
  }
}

function lowerArgument(argument: Tree.Argument): Program.Template {
  if ('parameter' in argument) return [{ kind: 'variable', name: argument.parameter }];
  if ('parts' in argument) return lowerTemplate(argument);
  return [{ kind: 'text', text: argument.text }];
}

function lowerResult(result: Tree.Result): Program.Result {
  return result.kind === 'fail' ? { kind: 'fail', name: result.name } : { kind: result.kind };
}
