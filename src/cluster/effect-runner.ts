/**
 * Carries the machine's effects out, in order, and brings their answers back as events.
 * Called by the runner, one per cluster. Must never wait, and must never change an effect: what the
 * machine decided is what happens, or it is told that it did not.
 */
import { assertNever } from '../language/assert-never.ts';
import type {
  Event,
  JournalRecord,
  MachineEffect,
  Moment,
  NodeIndex,
} from '../machine/protocol.ts';
import { messageOf } from './daemon-error.ts';
import type { CommandOutcome, ConsoleLine, PowerAnswer, RunnerParts } from './parts.ts';
import type { Replies } from './replies.ts';

/** An answer to `ask-channel` that takes longer than this counts as none. */
const ASK_CHANNEL_MS = 10_000;

export interface EffectTarget {
  readonly parts: RunnerParts;
  readonly lines: readonly [ConsoleLine, ConsoleLine];
  readonly replies: Replies;
  /** Takes the event that answers an effect; never throws. */
  readonly answer: (event: Event) => void;
  /** The record is on the disk, or on its way where nobody waits for it. */
  readonly written: (record: JournalRecord, wall: number) => void;
  /** False in shadow mode: a machine that acts then has a fault, and is stopped. */
  readonly mayAct: () => boolean;
}

export class EffectRunner {
  readonly #target: EffectTarget;
  readonly #commands = new Map<number, () => void>();

  constructor(target: EffectTarget) {
    this.#target = target;
  }

  /**
   * What is done and written down for the daemon itself goes first, in order; then what is told to
   * people, in order: a BREAK does not wait for the log lines about it. `wall`: when the event came
   * that led to these effects.
   */
  carryOutAll(effects: readonly MachineEffect[], wall: number): void {
    for (const effect of effects) if (!isTold(effect)) this.#carryOut(effect, wall);
    for (const effect of effects) if (isTold(effect)) this.#carryOut(effect, wall);
  }

  #carryOut(effect: MachineEffect, wall: number): void {
    const { parts, lines, replies } = this.#target;
    if (isAct(effect) && !this.#target.mayAct()) {
      throw new Error(`in shadow mode the machine wanted to ${effect.kind}`);
    }
    switch (effect.kind) {
      case 'type':
        parts.log.typed(effect.node, effect.data, wall);
        lines[effect.node].type(effect.data);
        break;
      case 'discard-typing':
        lines[effect.node].discardTyping();
        break;
      case 'break':
        parts.log.remark(effect.node, 'BREAK', wall);
        lines[effect.node].sendBreak();
        break;
      case 'run':
        this.#run(effect);
        break;
      case 'kill':
        this.#commands.get(effect.token)?.();
        break;
      case 'power':
        this.#power(effect.token, effect.node, effect.action);
        break;
      case 'ask-channel':
        this.#askChannel(effect.token, effect.node);
        break;
      case 'journal':
        this.#journal(effect, wall);
        break;
      case 'log':
        parts.log.entry(effect.entry, wall);
        break;
      case 'alarm':
        parts.log.alarm(effect.name, effect.text, effect.type, wall);
        parts.alarms.raise(effect.name, effect.text, effect.type);
        break;
      case 'clear':
        parts.log.cleared(effect.name, wall);
        parts.alarms.clear(effect.name);
        break;
      case 'reply':
        replies.answer(effect.reply, effect.accepted, effect.text);
        break;
      case 'looked':
        replies.looked(effect.reply, effect.answer);
        break;
      default:
        assertNever(effect);
    }
  }

  /** Ends local commands that still run. */
  killCommands(): void {
    for (const kill of [...this.#commands.values()]) kill();
  }

  #now(): Moment {
    return this.#target.parts.clock.now();
  }

  #run({ token, on, argv, withinMs }: Extract<MachineEffect, { kind: 'run' }>): void {
    const done = (outcome: CommandOutcome) => {
      this.#commands.delete(token);
      this.#target.answer({ kind: 'command', token, ...outcome, ...this.#now() });
    };
    // In the map before it starts: a program that cannot be started may answer at once.
    this.#commands.set(token, () => {});
    const { parts } = this.#target;
    const kill =
      on === null ? parts.run(argv, withinMs, done) : parts.runOn(on, argv, withinMs, done);
    if (this.#commands.has(token)) this.#commands.set(token, kill);
  }

  #power(token: number, node: NodeIndex, action: 'off' | 'status'): void {
    void this.#target.parts
      .power(node, action)
      .catch((error): PowerAnswer => ({ outcome: 'no-answer', detail: messageOf(error) }))
      .then(({ outcome, detail }) =>
        this.#target.answer({ kind: 'power', token, outcome, detail, ...this.#now() }),
      );
  }

  #askChannel(token: number, node: NodeIndex): void {
    void this.#target.lines[node]
      .ask(ASK_CHANNEL_MS)
      .catch((error) => ({ answers: false, detail: messageOf(error) }))
      .then(({ answers, detail }) =>
        this.#target.answer({ kind: 'channel-answer', token, answers, detail, ...this.#now() }),
      );
  }

  #journal(effect: Extract<MachineEffect, { kind: 'journal' }>, wall: number): void {
    const { token, record } = effect;
    const { journal } = this.#target.parts;
    if (token === null) {
      this.#target.written(record, wall);
      return journal.append(record, wall, null);
    }
    const done = (ok: boolean, detail: string) => {
      if (ok) this.#target.written(record, wall);
      this.#target.answer({ kind: 'journaled', token, ok, detail, ...this.#now() });
    };
    journal.append(record, wall, done);
  }
}

const TOLD: readonly MachineEffect['kind'][] = ['log', 'alarm', 'clear', 'reply', 'looked'];

function isTold({ kind }: MachineEffect): boolean {
  return TOLD.includes(kind);
}

function isAct({ kind }: MachineEffect): boolean {
  return kind === 'type' || kind === 'break' || kind === 'run' || kind === 'power';
}
