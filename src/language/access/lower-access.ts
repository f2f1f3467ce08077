/**
 * Turns the tree of an access library without mistakes into an `AccessProgram`. Called by
 * compile-access.ts. What is missing here was missed by the checker: a broken promise, so it throws.
 */
import { assertNever } from '../assert-never.ts';
import { Lowering, lowerDuration, lowerSetting, lowerTemplate, lowerText, need } from '../lower.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { ACCESS_TASKS, type AccessTask } from '../words.ts';
import type {
  AccessCondition,
  AccessDialogue,
  AccessOutcome,
  AccessProgram,
  AccessResult,
  AccessSeen,
  AccessStep,
} from './access-program.ts';

export function lowerAccess(name: string, { tree }: Scope): AccessProgram {
  const lowering = new Lowering({ tree });
  const texts = tree.texts.map((text) => lowerText(lowering, text));
  const dialogues = tree.dialogues.map((dialogue) => lowerDialogue(lowering, dialogue));
  return {
    name,
    settings: tree.settings.map((setting) => ({
      ...lowerSetting(setting),
      secret: setting.secret === true,
    })),
    texts,
    dialogues,
    tasks: tasksOf(dialogues),
    matches: lowering.matches,
  };
}

function tasksOf(dialogues: readonly AccessDialogue[]): AccessProgram['tasks'] {
  const tasks: Partial<Record<AccessTask, number>> = {};
  for (const task of ACCESS_TASKS) {
    const index = dialogues.findIndex((dialogue) => dialogue.name === `to ${task}`);
    if (index >= 0) tasks[task] = index;
  }
  return tasks;
}

function lowerDialogue(lowering: Lowering, dialogue: Tree.Dialogue): AccessDialogue {
  return {
    name: dialogue.name.text,
    steps: dialogue.steps.map((step) => lowerStep(lowering, step)),
    span: dialogue.span,
  };
}

function lowerStep(lowering: Lowering, step: Tree.Step): AccessStep {
  const { span } = step;
  switch (step.kind) {
    case 'send':
      return lowerSend(step);
    case 'press':
      return { kind: 'press', key: step.key, span };
    case 'expect':
      return { ...lowerExpect(lowering, step), span };
    case 'do':
      return {
        kind: 'do',
        dialogue: lowering.dialogue(step.dialogue),
        condition: lowerCondition(step.condition),
        outcomes: step.outcomes.map(lowerOutcome),
        span,
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
    case 'break':
    case 'verb':
    case 'run':
    case 'broken':
      throw new Error(`checked, yet '${step.kind}' in an access library`);
    default:
      return assertNever(step);
  }
}

function lowerSend({ text, secret, span }: Extract<Tree.Step, { kind: 'send' }>): AccessStep {
  const [part] = text.parts;
  if (secret !== true) return { kind: 'send', text: lowerTemplate(text), span };
  if (part?.kind !== 'variable') throw new Error('checked, yet a secret without its name');
  return { kind: 'secret', name: part.name, span };
}

function lowerExpect(
  lowering: Lowering,
  step: Tree.Expect,
): Extract<AccessStep, { kind: 'expect' }> {
  const timeout = need(step.timeout, 'time limit of an expectation');
  return {
    kind: 'expect',
    alternatives: step.alternatives.map(({ seen, result }) => ({
      seen: lowerSeen(lowering, seen),
      result: lowerResult(result),
    })),
    tries: timeout.tries,
    within: lowerDuration(timeout.within),
    onTimeout: lowerResult(timeout.result),
    span: step.span,
  };
}

function lowerSeen(lowering: Lowering, seen: Tree.Seen): AccessSeen {
  switch (seen.kind) {
    case 'text':
      return { kind: 'text', text: lowering.text(seen.name) };
    case 'match':
      return { kind: 'match', match: lowering.match(seen.match, false) };
    case 'quiet':
      return { kind: 'quiet', duration: lowerDuration(seen.duration) };
    case 'identity':
    case 'answer':
      throw new Error(`checked, yet '${seen.kind}' in an access library`);
    default:
      return assertNever(seen);
  }
}

function lowerOutcome({ on, names, condition, then }: Tree.StepOutcome): AccessOutcome {
  return {
    on,
    names: names.map(({ text }) => text),
    condition: lowerCondition(condition),
    result: lowerResult(then),
  };
}

function lowerCondition(condition: Tree.Condition | null): AccessCondition | null {
  if (condition === null) return null;
  if (condition.kind !== 'setting') throw new Error('checked, yet a condition of a script');
  return { name: condition.name.text, value: condition.value.text };
}

function lowerResult(result: Tree.Result): AccessResult {
  switch (result.kind) {
    case 'succeed':
      return { kind: 'succeed', answer: result.answer ?? null };
    case 'continue':
      return { kind: 'continue' };
    case 'fail':
      return { kind: 'fail', name: result.name };
    default:
      return assertNever(result);
  }
}
