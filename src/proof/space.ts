/**
 * What all moves of the prover share: the program bound to one choice of settings, what is known,
 * which conditions may hold, and the ends of tasks. The moves themselves stand in dialogue-moves.ts,
 * verb-moves.ts and state-moves.ts, beside the machine's files of the same names.
 */
import type { Condition, HowTo, NetLevel, Outcome, Role, Span } from '../language/program.ts';
import type { Engine } from '../machine/engine.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import {
  type Cause,
  type Decision,
  type Frame,
  type Running,
  roleOf,
  type Standing,
} from './config.ts';
import { ANYTHING, type Happening, type Knowledge } from './knowledge.ts';

/** How a dialogue, a verb or a command ended. */
export type Ending = { readonly ok: true } | { readonly ok: false; readonly name: string };

export const DONE: Ending = { ok: true };

export function failure(name: string): Ending {
  return { ok: false, name };
}

const EITHER: readonly boolean[] = [true, false];

/** What is left open as long as no cluster is in view: all that CList says, or all but its policies. */
export type Openness = 'all' | 'settings' | 'none';

const POLICIES: readonly string[] = ['on-silence', 'service-lost'];

export interface FenceCount {
  begun: number;
  ended: number;
  proven: number;
  /** What was missing when one proved nothing. */
  lacking: readonly string[];
}

export class Space {
  readonly engine: Engine;
  readonly knowledge: Knowledge;
  /** Of which node the knowledge is kept; of the other anything may be known. */
  readonly follows: Role;
  readonly open: Openness;
  /** How the `to fence` blocks ended so far. */
  readonly fences: FenceCount = { begun: 0, ended: 0, proven: 0, lacking: [] };
  /** The line that boots went out to a node whose values were not read back. */
  bootsUnparked = false;
  readonly #howTo = new Map<HowTo, number>();
  readonly #outcomeLines = new Map<string, readonly (Outcome | null)[]>();

  constructor(engine: Engine, knowledge: Knowledge, follows: Role, open: Openness) {
    this.engine = engine;
    this.open = open;
    this.follows = follows;
    this.knowledge = knowledge;
    engine.program.dialogues.forEach((dialogue, index) => {
      if (dialogue.howTo !== null) this.#howTo.set(dialogue.howTo, index);
    });
  }

  get program() {
    return this.engine.program;
  }

  dialogue(index: number) {
    const dialogue = this.program.dialogues[index];
    if (dialogue === undefined) throw new Error(`no dialogue ${index}`);
    return dialogue;
  }

  state(index: number) {
    const state = this.program.states[index];
    if (state === undefined) throw new Error(`no state ${index}`);
    return state;
  }

  /** The frame of a `to ...` block. */
  howTo(name: HowTo, node: NodeIndex): Frame {
    const dialogue = this.#howTo.get(name);
    if (dialogue === undefined) throw new Error(`the library does not say how to ${name}`);
    return { kind: 'dialogue', dialogue, node, step: 0, retryFrom: 0 };
  }

  /** The answers that a condition may give. All but settings are the adversary's. */
  mayBe(condition: Condition | null): readonly boolean[] {
    if (condition === null) return [true];
    if (condition.kind !== 'setting' || this.open === 'all') return EITHER;
    if (this.open === 'settings' && !POLICIES.includes(condition.name)) return EITHER;
    return [this.engine.valueOf(condition.name, null) === condition.value];
  }

  /** The same, with who decides it. */
  decides(
    condition: Condition | null,
  ): readonly { readonly holds: boolean; readonly cause: Cause }[] {
    return this.mayBe(condition).map((holds) => ({ holds, cause: deciding(condition, holds) }));
  }

  /** The lines that may be the first that fits; null stands for none. */
  firstFitting<T extends { readonly condition: Condition | null }>(
    lines: readonly T[],
    fits: (line: T) => boolean,
  ): readonly (T | null)[] {
    const possible: T[] = [];
    for (const line of lines) {
      if (!fits(line)) continue;
      const answers = this.mayBe(line.condition);
      if (answers.includes(true)) possible.push(line);
      if (!answers.includes(false)) return possible;
    }
    return [...possible, null];
  }

  /** The same point after something has become known of a node. */
  learns<At extends Standing>(config: At, node: NodeIndex, happening: Happening): At {
    const { knowledge } = this;
    const before = config.known[node];
    const after = knowledge.after(before, happening);
    const isPlain =
      happening.kind !== 'means' || happening.fact !== 'running' || node !== config.owner;
    if (after === before && isPlain) return config;
    const known: [number, number] = [config.known[0], config.known[1]];
    known[node] = after;
    if (happening.kind !== 'means' || happening.fact !== 'running' || node !== config.owner) {
      return { ...config, known };
    }
    const other = node === 0 ? 1 : 0;
    known[other] = knowledge.after(known[other], { kind: 'owner-runs' });
    return { ...config, known };
  }

  /** An operator said that `node`, on which a system was seen, owns the disk. */
  moved<At extends Standing>(config: At, node: NodeIndex): At {
    const known: [number, number] = [ANYTHING, ANYTHING];
    if (this.follows === 'active') {
      const runs = { kind: 'means', fact: 'running', ours: false } as const;
      known[node] = this.knowledge.after(this.knowledge.unknown, runs);
    }
    return { ...config, known, owner: node };
  }

  /** Our RETURN behind the boot line: `node` owns the disk from here on. */
  boots<At extends Standing>(config: At, node: NodeIndex): At {
    const booted = this.learns(config, node, { kind: 'booted' });
    if (node === config.owner) {
      return { ...booted, owner: node };
    }
    // The one that is followed is not the same machine any more.
    const known: [number, number] = [ANYTHING, ANYTHING];
    if (this.follows === 'active') {
      const proven = this.knowledge.after(this.knowledge.unknown, { kind: 'identity' });
      known[node] = this.knowledge.after(proven, { kind: 'booted' });
    }
    return { ...booted, known, owner: node };
  }

  /** A named text came. `plain`: our own question brought it, it proves no reset. */
  reads<At extends Standing>(
    config: At,
    node: NodeIndex,
    text: number,
    ours: boolean,
    plain: boolean,
  ): At {
    const fact = this.program.texts[text]?.means ?? null;
    if (fact === null || (fact === 'reset' && plain)) {
      return this.learns(config, node, { kind: 'text' });
    }
    return this.learns(config, node, { kind: 'means', fact, ours });
  }

  outcomeLines(key: string, find: () => readonly (Outcome | null)[]): readonly (Outcome | null)[] {
    const before = this.#outcomeLines.get(key);
    if (before !== undefined) return before;
    const lines = find();
    this.#outcomeLines.set(key, lines);
    return lines;
  }

  push(running: Running, frame: Frame): Running {
    const { owner, known, busy, frames } = running;
    return { owner, known, busy, frames: [...frames, frame] };
  }

  replaceTop(running: Running, frame: Frame): Running {
    const { owner, known, busy, frames } = running;
    return {
      owner,
      known,
      busy,
      frames: frames.length === 1 ? [frame] : [...frames.slice(0, -1), frame],
    };
  }
}

function deciding(condition: Condition | null, holds: boolean): Cause {
  switch (condition?.kind) {
    case 'net':
      return holds ? because({ kind: 'net', level: condition.level }, condition.span) : STEP;
    case 'service': {
      if (condition.role === 'active' || holds === condition.inService) return STEP;
      return because(
        { kind: 'operator', request: 'out-of-service', role: 'standby' },
        condition.span,
      );
    }
    case 'unfinished':
      if (holds === (condition.value === 'none')) return STEP;
      return because(
        { kind: 'journal', unfinished: holds ? condition.value : 'none' },
        condition.span,
      );
    default:
      return STEP;
  }
}

export const STEP: Cause = { what: { kind: 'step' }, span: null, leastMs: 0, mostMs: 0 };

export function because(what: Decision, span: Span | null, leastMs = 0, mostMs = leastMs): Cause {
  return { what, span, leastMs, mostMs };
}

export function failing(config: Standing, node: NodeIndex, name: string, span: Span | null): Cause {
  const role: Role = roleOf(config, node);
  return because({ kind: 'failure', role, name }, span);
}

export const NET_LEVELS: readonly NetLevel[] = ['alive', 'dead', 'blind'];
