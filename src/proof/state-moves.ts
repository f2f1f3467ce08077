/**
 * Ways through the states of a script: entering, actions and their outcomes, repeated dialogues, and
 * what may interrupt at any time: texts, the net, operators, time. Mirrors machine/states.ts,
 * reactions.ts and operator.ts.
 */
import type { Action, Effects, Outcome, Reaction } from '../language/program.ts';
import {
  type Busy,
  type Cause,
  type Config,
  type Frame,
  isBusyWith,
  nodeOf,
  type VerbName,
} from './config.ts';
import { because, type Ending, type Space } from './space.ts';

/** A state whose bound is used up leads elsewhere; so long a chain of them is a circle. */
const BOUNDS_MAX = 25;

/** What the machine does next by itself: goes on, or begins a task. */
export type Turn =
  | { readonly kind: 'go'; readonly config: Config; readonly cause: Cause }
  | {
      readonly kind: 'task';
      readonly origin: 'action' | 'every';
      readonly index: number;
      readonly frame: Frame;
      readonly cause: Cause;
    };

type Go = Extract<Turn, { kind: 'go' }>;

export function nextOf(space: Space, config: Config): Turn[] {
  const action = space.state(config.state).actions[config.action];
  if (action === undefined) return everies(space, config);
  return space.decides(action.condition).flatMap(({ holds, cause: decided }): Turn[] => {
    const next = { ...config, action: config.action + 1 };
    if (!holds) return [{ kind: 'go', config: next, cause: decided }];
    const cause = { ...decided, span: action.span };
    if (action.kind === 'effects') return effectsMoves(space, next, action.effects, cause);
    const frame = frameOf(config, action);
    return [{ kind: 'task', origin: 'action', index: config.action, frame, cause }];
  });
}

function frameOf(config: Config, action: Exclude<Action, { kind: 'effects' }>): Frame {
  if (action.kind === 'run') {
    const node = action.on === null ? config.owner : nodeOf(config, action.on);
    return { kind: 'verb', verb: 'command', node, phase: 'begin' };
  }
  const node = nodeOf(config, action.role);
  if (action.kind === 'do') {
    return { kind: 'dialogue', dialogue: action.dialogue, node, step: 0, retryFrom: 0 };
  }
  const verb = action.kind === 'boot' ? 'boot' : action.verb;
  return { kind: 'verb', verb, node, phase: 'begin' };
}

function everies(space: Space, config: Config): Turn[] {
  return space.state(config.state).everies.flatMap((every, index): Turn[] => {
    if (!space.mayBe(every.condition).includes(true)) return [];
    const { dialogue } = every;
    const node = nodeOf(config, every.role);
    const frame: Frame = { kind: 'dialogue', dialogue, node, step: 0, retryFrom: 0 };
    const ms = space.engine.milliseconds(every.duration);
    const cause = because({ kind: 'step' }, every.span, ms);
    return [{ kind: 'task', origin: 'every', index, frame, cause }];
  });
}

function outcomesOf(
  space: Space,
  config: Config,
  origin: 'action' | 'every',
  index: number,
): readonly Outcome[] {
  const state = space.state(config.state);
  if (origin === 'every') return state.everies[index]?.outcomes ?? [];
  const action = state.actions[index];
  return action !== undefined && action.kind !== 'effects' ? action.outcomes : [];
}

/** What the state makes of the end of a task. */
export function outcomes(
  space: Space,
  config: Config,
  { origin, index }: { readonly origin: 'action' | 'every'; readonly index: number },
  ending: Ending,
  cause: Cause,
): Go[] {
  const idle = ownerFirst(config);
  const lines = linesFor(space, config, origin, index, ending);
  const { state, owner, known } = idle;
  const next = origin === 'action' ? { state, owner, known, action: config.action + 1 } : idle;
  return lines.flatMap((line) => {
    if (line === null) return [{ kind: 'go', config: next, cause }];
    return effectsMoves(space, next, line.effects, { ...cause, span: line.span });
  });
}

/** The outcome lines that may be the first to fit this end. The same for all that is known. */
function linesFor(
  space: Space,
  config: Config,
  origin: 'action' | 'every',
  index: number,
  ending: Ending,
): readonly (Outcome | null)[] {
  const key = `${config.state} ${origin} ${index} ${ending.ok ? '' : ending.name}`;
  return space.outcomeLines(key, () =>
    space.firstFitting(outcomesOf(space, config, origin, index), (one) => {
      if (one.on !== (ending.ok ? 'done' : 'failed')) return false;
      return ending.ok || one.names.length === 0 || one.names.includes(ending.name);
    }),
  );
}

/** Between tasks node 0 is the owner: which of the two machines it is makes no difference. */
function ownerFirst(config: Config): Config {
  if (config.owner === 0) return config;
  const { state, action, known } = config;
  return { state, action, owner: 0, known: [known[1], known[0]] };
}

function goOf(effects: Effects): number | null {
  const last = effects.at(-1);
  return last?.kind === 'go' ? last.state : null;
}

function effectsMoves(space: Space, config: Config, effects: Effects, cause: Cause): Go[] {
  const to = goOf(effects);
  return to === null ? [{ kind: 'go', config, cause }] : entering(space, config, to, cause);
}

/** All points to which a transition may lead: the state itself, or where its bound sends it. */
function entering(space: Space, config: Config, state: number, cause: Cause, depth = 0): Go[] {
  const at = enteringAt(config, state);
  const { bound } = space.state(state);
  const first: Go = { kind: 'go', config: at, cause };
  if (bound === null || depth > BOUNDS_MAX) return [first];
  const used = because({ kind: 'bound' }, bound.span, cause.leastMs, cause.mostMs);
  return [first, ...entering(space, config, bound.otherwise.state, used, depth + 1)];
}

/** Between tasks node 0 is the owner. */
function enteringAt({ owner, known }: Config, state: number): Config {
  if (owner === 0) return { state, action: 0, owner, known };
  return { state, action: 0, owner: 0, known: [known[1], known[0]] };
}

// ---- what may come at any time ---------------------------------------------------------------------

/** The same for all points that agree in their state and in what `passKey` names. */
export function interrupts(space: Space, config: Config, busy: Busy | null): Go[] {
  const { always, own } = reactionsOf(space, config.state);
  const moves = [...always, ...own].flatMap((one) => reactionMoves(space, config, busy, one));
  for (const after of space.state(config.state).afters) {
    if (!space.mayBe(after.condition).includes(true)) continue;
    const cause = because({ kind: 'time' }, after.span, space.engine.milliseconds(after.duration));
    moves.push(...leaving(space, config, after.effects, cause));
  }
  return busy === null ? [...moves, ...ownerMoves(space, config)] : moves;
}

function reactionsOf(space: Space, state: number) {
  const reactions = space.engine.reactions[state];
  if (reactions === undefined) throw new Error(`no state ${state}`);
  return reactions;
}

/** Lines that do not leave the state change nothing that the prover looks at. */
function leaving(space: Space, config: Config, effects: Effects, cause: Cause): Go[] {
  const to = goOf(effects);
  return to === null ? [] : entering(space, config, to, cause);
}

function reactionMoves(space: Space, config: Config, busy: Busy | null, reaction: Reaction): Go[] {
  const { trigger, effects, span } = reaction;
  if (!space.mayBe(reaction.condition).includes(true)) return [];
  switch (trigger.kind) {
    case 'text': {
      const node = nodeOf(config, trigger.role);
      const isUnderWay = (verb: VerbName) => busy !== null && isBusyWith(busy, verb, node);
      const ours = isUnderWay('boot') || isUnderWay('reset');
      return trigger.texts.flatMap((text) => {
        const after = space.reads(config, node, text, ours, isUnderWay('identify'));
        const cause = because({ kind: 'text', role: trigger.role, text }, span);
        return leaving(space, after, effects, cause);
      });
    }
    case 'net': {
      const ms = space.engine.milliseconds(trigger.duration);
      const cause = because({ kind: 'net', level: trigger.level }, span, ms);
      return leaving(space, config, effects, cause);
    }
    case 'operator': {
      const { request, role } = trigger;
      const cause = because({ kind: 'operator', request, role }, span);
      const said =
        request === 'confirm' && role !== null
          ? space.learns(config, nodeOf(config, role), { kind: 'attested' })
          : config;
      return leaving(space, said, effects, cause);
    }
  }
}

/** Somebody says that production was moved by hand: believed when its console shows it. */
function ownerMoves(space: Space, config: Config): Go[] {
  const standby = nodeOf(config, 'standby');
  const runs = space.knowledge.asks(config.known[standby], 'runs', (facts) => {
    return facts.condition === 'running';
  });
  if (!runs.mayBe) return [];
  const moved = space.moved(config, standby);
  const cause = because({ kind: 'operator', request: 'owner', role: 'standby' }, null);
  return entering(space, moved, space.program.startState, cause);
}
