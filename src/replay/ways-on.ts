/**
 * The script's own lines in short: how a state goes on after an outcome, and what it waits for. Shown
 * where the recording ends or cannot answer, so that the reader sees what would decide. Pure.
 */
import { formatDuration } from '../clist/values.ts';
import type { Action, Effects, Outcome, Role, Template } from '../language/program.ts';
import { holds } from '../machine/condition.ts';
import type { Engine } from '../machine/engine.ts';
import { currentState, namesOf, nodeName, nodeOfRole, type Run } from '../machine/run.ts';
import type { MachineState } from '../machine/state.ts';
import type { Task } from '../machine/task.ts';

function look(engine: Engine, state: MachineState): Run {
  return { engine, state, effects: [] };
}

/** How the state goes on when the task ends: one line for each outcome, then what follows them. */
export function waysAfter(engine: Engine, state: MachineState, origin: Task['origin']): string[] {
  const run = look(engine, state);
  const { actions, everies } = currentState(run);
  if (origin.kind === 'every') return outcomeLines(run, everies[origin.index]?.outcomes ?? []);
  const action = actions[origin.index];
  const outcomes = action === undefined || action.kind === 'effects' ? [] : action.outcomes;
  const rest = actions
    .slice(origin.index + 1)
    .filter((one) => holds(run, one.condition))
    .map((one) => actionName(run, one));
  return [...outcomeLines(run, outcomes), ...(rest.length > 0 ? [`else: ${rest.join(', ')}`] : [])];
}

function outcomeLines(run: Run, outcomes: readonly Outcome[]): string[] {
  return outcomes
    .filter(({ condition, effects }) => holds(run, condition) && effects.some(leads))
    .map(({ on, names, effects }) => {
      const when = names.length === 0 ? on : `${on} ${names.join(', ')}`;
      return `${when} ${effectsText(run, effects)}`;
    });
}

function leads({ kind }: Effects[number]): boolean {
  return kind === 'go' || kind === 'alarm';
}

function effectsText(run: Run, effects: Effects): string {
  return effects.map((effect) => effectText(run, effect)).join(' and ');
}

function effectText(run: Run, effect: Effects[number]): string {
  switch (effect.kind) {
    case 'go':
      return `-> ${stateName(run, effect.state)} "${text(run, effect.reason)}"`;
    case 'alarm':
      return `alarm ${effect.name}`;
    case 'clear':
      return `clear ${effect.name}`;
    case 'log':
      return 'log';
  }
}

function stateName(run: Run, state: number): string {
  return run.engine.program.states[state]?.name ?? '?';
}

/** Only where outcomes lead, each state once. */
function destinations(run: Run, outcomes: readonly Outcome[]): string {
  const states = outcomes
    .filter(({ condition }) => holds(run, condition))
    .flatMap(({ effects }) => effects)
    .flatMap((effect) => (effect.kind === 'go' ? [stateName(run, effect.state)] : []));
  return states.length === 0 ? '' : ` may lead to ${[...new Set(states)].join(', ')}`;
}

/** What has no value yet keeps its name, `$line`. */
function text(run: Run, template: Template): string {
  const names = namesOf(run);
  return template
    .map((part) => (part.kind === 'text' ? part.text : (names[part.name] ?? `$${part.name}`)))
    .join('');
}

function on(run: Run, role: Role): string {
  return nodeName(run, nodeOfRole(run.state, role));
}

function actionName(run: Run, action: Action): string {
  switch (action.kind) {
    case 'do':
      return `${run.engine.program.dialogues[action.dialogue]?.name ?? '?'} on ${on(run, action.role)}`;
    case 'verb':
      return `${action.verb} ${on(run, action.role)}`;
    case 'boot':
      return `boot ${on(run, action.role)}`;
    case 'run':
      return `run ${action.on === null ? '' : `on ${on(run, action.on)} `}${text(run, action.argv[0] ?? [])}`;
    case 'effects':
      return effectsText(run, action.effects);
  }
}

/** What would lead out of the current state: texts, times and questions, in the script's order. */
export function exitsOf(engine: Engine, state: MachineState): string[] {
  const run = look(engine, state);
  const { reactions, afters, everies } = currentState(run);
  const onTexts = reactions.flatMap(({ trigger, condition, effects }) => {
    if (trigger.kind !== 'text' || !holds(run, condition)) return [];
    const names = trigger.texts.map((index) => engine.program.texts[index]?.name ?? '?');
    return [`on ${names.join(', ')} from ${on(run, trigger.role)} ${effectsText(run, effects)}`];
  });
  const times = afters.flatMap(({ duration, silenceOn, condition, effects }) => {
    if (!holds(run, condition)) return [];
    const silence = silenceOn === null ? '' : ` of silence of ${on(run, silenceOn)}`;
    const length = formatDuration(engine.milliseconds(duration));
    return [`after ${length}${silence} ${effectsText(run, effects)}`];
  });
  const asked = everies.flatMap(({ duration, dialogue, role, condition, outcomes }) => {
    if (!holds(run, condition)) return [];
    const name = `${engine.program.dialogues[dialogue]?.name ?? '?'} on ${on(run, role)}`;
    const length = formatDuration(engine.milliseconds(duration));
    return [`every ${length} ${name}${destinations(run, outcomes)}`];
  });
  return [...onTexts, ...times, ...asked];
}
