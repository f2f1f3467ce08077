/**
 * The states of a script and the ways between them, as nodes and edges of a picture. Called by the
 * graph command. Pure. Ways between the same two states are one edge with several triggers; lines
 * that hold in all states lead from one node that stands for all of them.
 */

import { assertNever } from '../language/assert-never.ts';
import type {
  Action,
  After,
  Always,
  Condition,
  Duration,
  Effects,
  Every,
  Outcome,
  Program,
  Reaction,
  State,
} from '../language/program.ts';

/** `boots`: may start a system; `stops`: proves or makes that a node cannot run. */
export type Deed = 'boots' | 'stops' | 'none';

export interface PictureNode {
  readonly name: string;
  readonly summary: string;
  readonly isStart: boolean;
  /** May stay there for ever. */
  readonly isRest: boolean;
  /** A restart of the daemon comes back here. */
  readonly isLasting: boolean;
  readonly deed: Deed;
}

export interface PictureEdge {
  /** Null: any state. */
  readonly from: string | null;
  readonly to: string;
  /** In the order of the script. */
  readonly triggers: readonly string[];
}

export interface Picture {
  readonly name: string;
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

export function pictureOf(program: Program): Picture {
  const edges = new Edges(program);
  for (const state of program.states) edges.addState(state);
  for (const always of program.always) edges.addAlways(always);
  const nodes = program.states.map((state, index) => ({
    name: state.name,
    summary: state.summary,
    isStart: index === program.startState,
    isRest: state.ending === 'rest',
    isLasting: state.lasting,
    deed: deedOf(program, state),
  }));
  return { name: program.name, nodes, edges: edges.list() };
}

const STOPS: readonly string[] = ['fence', 'power-off', 'trust-silence'];

function deedOf(program: Program, { actions, everies }: State): Deed {
  const isBoot = actions.some(
    (action) => action.kind === 'boot' || (action.kind === 'verb' && action.verb === 'resume'),
  );
  if (isBoot) return 'boots';
  const dialogues = [
    ...everies.map(({ dialogue }) => dialogue),
    ...actions.flatMap((action) => (action.kind === 'do' ? [action.dialogue] : [])),
  ];
  const isStop =
    actions.some((action) => action.kind === 'verb' && STOPS.includes(action.verb)) ||
    dialogues.some((dialogue) => stopsIn(program, dialogue, new Set()));
  return isStop ? 'stops' : 'none';
}

/** Also in the dialogues that it runs. */
function stopsIn(program: Program, dialogue: number, above: ReadonlySet<number>): boolean {
  if (above.has(dialogue)) return false;
  const inside = new Set([...above, dialogue]);
  return (program.dialogues[dialogue]?.steps ?? []).some((step) => {
    if (step.kind === 'do') return stopsIn(program, step.dialogue, inside);
    return step.kind === 'verb' && STOPS.includes(step.verb);
  });
}

class Edges {
  readonly #program: Program;
  readonly #edges = new Map<string, { from: string | null; to: string; triggers: string[] }>();

  constructor(program: Program) {
    this.#program = program;
  }

  list(): readonly PictureEdge[] {
    return [...this.#edges.values()];
  }

  addState(state: State): void {
    const { name } = state;
    for (const reaction of state.reactions) this.#addReaction(name, reaction);
    for (const after of state.afters) this.#add(name, after.effects, this.#afterWords(after));
    for (const every of state.everies) {
      this.#addOutcomes(name, every.outcomes, this.#everyWords(every));
    }
    for (const action of state.actions) this.#addAction(name, action);
    if (state.bound !== null) {
      const { entries, within, otherwise } = state.bound;
      this.#add(name, [otherwise], `more than ${entries} times in ${durationWords(within)}`);
    }
  }

  addAlways({ reactions, except }: Always): void {
    const names = except.map((index) => this.#nameOf(index));
    for (const reaction of reactions) {
      const rest = names.length === 0 ? '' : `, but not in ${names.join(', ')}`;
      this.#add(null, reaction.effects, this.#triggerWords(reaction) + rest);
    }
  }

  #addReaction(from: string, reaction: Reaction): void {
    this.#add(from, reaction.effects, this.#triggerWords(reaction));
  }

  #addAction(from: string, action: Action): void {
    const condition = conditionWords(action.condition);
    if (action.kind === 'effects') return this.#add(from, action.effects, `then${condition}`);
    this.#addOutcomes(from, action.outcomes, this.#actionWords(action) + condition);
  }

  #addOutcomes(from: string, outcomes: readonly Outcome[], what: string): void {
    for (const { on, names, condition, effects } of outcomes) {
      const failure = names.length === 0 ? '' : ` ${names.join(', ')}`;
      this.#add(from, effects, `${what}: ${on}${failure}${conditionWords(condition)}`);
    }
  }

  /** Nothing where the effects lead nowhere. */
  #add(from: string | null, effects: Effects, trigger: string): void {
    for (const effect of effects) {
      if (effect.kind !== 'go') continue;
      const to = this.#nameOf(effect.state);
      const key = `${from ?? ''} ${to}`;
      const known = this.#edges.get(key);
      if (known === undefined) this.#edges.set(key, { from, to, triggers: [trigger] });
      else if (!known.triggers.includes(trigger)) known.triggers.push(trigger);
    }
  }

  // ---- words -------------------------------------------------------------------------------------

  #nameOf(state: number): string {
    return this.#program.states[state]?.name ?? '?';
  }

  #dialogue(index: number): string {
    return this.#program.dialogues[index]?.name ?? '?';
  }

  #triggerWords({ trigger, condition }: Reaction): string {
    const rest = conditionWords(condition);
    switch (trigger.kind) {
      case 'text': {
        const names = trigger.texts.map((index) => this.#program.texts[index]?.name ?? '?');
        return `${trigger.role} ${names.join(', ')}${rest}`;
      }
      case 'net': {
        const isAtOnce = trigger.duration.kind === 'literal' && trigger.duration.ms === 0;
        const held = isAtOnce ? '' : ` for ${durationWords(trigger.duration)}`;
        return `net ${trigger.level}${held}${rest}`;
      }
      case 'operator':
        return `operator ${trigger.request}${trigger.role === null ? '' : ` ${trigger.role}`}${rest}`;
      default:
        return assertNever(trigger);
    }
  }

  #afterWords({ duration, silenceOn, condition }: After): string {
    const silence = silenceOn === null ? '' : ` of silence on ${silenceOn}`;
    return `after ${durationWords(duration)}${silence}${conditionWords(condition)}`;
  }

  #everyWords({ dialogue, role, condition }: Every): string {
    return `${this.#dialogue(dialogue)} ${role}${conditionWords(condition)}`;
  }

  #actionWords(action: Exclude<Action, { kind: 'effects' }>): string {
    switch (action.kind) {
      case 'do':
        return `${this.#dialogue(action.dialogue)} ${action.role}`;
      case 'verb':
        return `${action.verb} ${action.role}`;
      case 'boot':
        return `boot ${action.role}`;
      case 'run':
        return action.on === null ? 'run' : `run on ${action.on}`;
      default:
        return assertNever(action);
    }
  }
}

const UNITS: readonly (readonly [string, number])[] = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

function durationWords(duration: Duration): string {
  if (duration.kind === 'setting') return `$${duration.name}`;
  const unit = UNITS.find(([, ms]) => duration.ms >= ms && duration.ms % ms === 0);
  return unit === undefined ? `${duration.ms} ms` : `${duration.ms / unit[1]}${unit[0]}`;
}

function conditionWords(condition: Condition | null): string {
  if (condition === null) return '';
  switch (condition.kind) {
    case 'setting':
      return ` if ${condition.name} is ${condition.value}`;
    case 'net':
      return ` if net is ${condition.level}`;
    case 'unfinished':
      return ` if unfinished is ${condition.value}`;
    case 'service':
      return ` if ${condition.role} is ${condition.inService ? 'in service' : 'out of service'}`;
    default:
      return assertNever(condition);
  }
}
