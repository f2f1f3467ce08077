/**
 * The engine that a story is played to: it gets an answer to whatever nobody has to decide about
 * (the echo of what it types, its journal, its terminal server), and time where it waits for nothing
 * else. Used by story-player.ts, which makes the moves.
 */
import type { DatedRecord } from '../cluster/journal.ts';
import { recollect } from '../cluster/recollection.ts';
import { type Engine, nextWake, start, step } from '../machine/machine.ts';
import type { EventBody, LogEntry, MachineEffect, NodeIndex } from '../machine/protocol.ts';
import type { MachineState } from '../machine/state.ts';

export type BootVerdict = 'let-through' | 'refused' | 'never';

const WALL_START = 978_307_200_000;
/** More steps than these without an end are a story of their own. */
export const STEPS_MAX = 20_000;
const RETURN = '\r';
const CTRL_U = '\x15';
/** Log topics that say what the engine decided. */
const TOLD: readonly string[] = ['start', 'transition', 'verb', 'evidence', 'operator', 'typing'];

export class StoryEngine {
  readonly engine: Engine;
  /** Monotonic ms. */
  at = 0;
  boot: BootVerdict = 'never';
  readonly #onProblem: (what: string) => void;
  #state: MachineState;
  #did: string[] = [];
  #journal: DatedRecord[] = [];
  /** What answers the engine at once. */
  #answers: EventBody[] = [];
  #power: number | null = null;
  #command: number | null = null;
  #typed: [string, string] = ['', ''];

  constructor(engine: Engine, onProblem: (what: string) => void) {
    this.engine = engine;
    this.#onProblem = onProblem;
    this.#state = this.#start();
    this.#connectBoth();
  }

  get state(): MachineState {
    return this.#state;
  }

  get stateName(): string {
    return this.engine.program.states[this.#state.current]?.name ?? '';
  }

  /** What it did since this was asked last, one line each. */
  takeDone(): readonly string[] {
    const did = this.#did;
    this.#did = [];
    return did;
  }

  restart(): void {
    this.#did.push('the daemon is killed and started again');
    this.#state = this.#start();
    this.#connectBoth();
  }

  /** The question that the power device has not answered, once; null: it was not asked. */
  takePowerQuestion(): number | null {
    const token = this.#power;
    this.#power = null;
    return token;
  }

  /** The same of a program that runs. */
  takeCommand(): number | null {
    const token = this.#command;
    this.#command = null;
    return token;
  }

  get hasPowerQuestion(): boolean {
    return this.#power !== null;
  }

  get hasCommand(): boolean {
    return this.#command !== null;
  }

  #start(): MachineState {
    const [one, other] = this.engine.target.nodes;
    const known = { ...recollect(this.#journal, [one.name, other.name]), armed: true };
    const started = start(this.engine, known, { at: this.at, wall: WALL_START + this.at });
    this.#answers = [];
    this.#power = null;
    this.#command = null;
    for (const effect of started.effects) this.#carryOut(effect);
    return started.state;
  }

  #connectBoth(): void {
    for (const node of [0, 1] as const) {
      this.feed({ kind: 'channel', node, status: 'connected', detail: 'story' });
    }
    this.settle();
  }

  feed(body: EventBody): void {
    const stepped = step(this.engine, this.#state, {
      at: this.at,
      wall: WALL_START + this.at,
      ...body,
    });
    this.#state = stepped.state;
    for (const effect of stepped.effects) this.#carryOut(effect);
    const isCommitted = this.#state.task?.frames.some(
      (frame) => frame.kind === 'routine' && frame.routine === 'boot' && frame.committed,
    );
    if (isCommitted === true) this.boot = 'let-through';
  }

  /** Answers that nobody decides about, until there is none. */
  settle(): void {
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      const answer = this.#answers.shift();
      if (answer !== undefined) this.feed(answer);
      else if (!this.#runsOnTimeAlone()) return;
      else this.tick();
    }
    this.#onProblem('the engine does not come to a wait');
  }

  /** To the next time at which the engine wants to be woken; false: it wants none. */
  tick(): boolean {
    const wake = nextWake(this.engine, this.#state);
    if (wake === null) return false;
    this.at = Math.max(this.at, wake);
    this.feed({ kind: 'time' });
    return true;
  }

  /** It waits for nothing but a console that is quiet anyway. */
  #runsOnTimeAlone(): boolean {
    const { begun, nodes, task } = this.#state;
    const settling = nodes.some(({ channel, fresh }) => channel === 'connected' && !fresh);
    const kind = task?.wait?.kind;
    return !begun || settling || kind === 'settle' || kind === 'wipe';
  }

  #carryOut(effect: MachineEffect): void {
    switch (effect.kind) {
      case 'type':
        return this.#type(effect.node, effect.data);
      case 'break':
        this.#did.push(`sends BREAK to ${this.nameOf(effect.node)}`);
        return;
      case 'journal':
        this.#journal.push({ wall: WALL_START + this.at, record: effect.record });
        if (effect.token === null) return;
        this.#answers.push({ kind: 'journaled', token: effect.token, ok: true, detail: '' });
        return;
      case 'ask-channel':
        this.#answers.push({
          kind: 'channel-answer',
          token: effect.token,
          answers: true,
          detail: 'story',
        });
        return;
      case 'power':
        this.#did.push(`asks the power device of ${this.nameOf(effect.node)}: ${effect.action}`);
        this.#power = effect.token;
        return;
      case 'run':
        this.#did.push(
          `runs ${effect.on === null ? '' : `on ${this.nameOf(effect.on)} `}${effect.argv.join(' ')}`,
        );
        this.#command = effect.token;
        return;
      case 'log':
        return this.#log(effect.entry);
      case 'alarm':
        this.#did.push(`ALARM ${effect.name}: ${effect.text} | type: ${effect.type}`);
        return;
      default:
        return;
    }
  }

  #log(entry: LogEntry): void {
    if (/^boot of \S+ refused$/.test(entry.what)) this.boot = 'refused';
    if (!TOLD.includes(entry.topic)) return;
    const why = entry.why === undefined ? '' : `; why: ${entry.why}`;
    const evidence = entry.evidence === undefined ? '' : `; evidence: ${entry.evidence}`;
    this.#did.push(`${entry.what}${why}${evidence}`);
  }

  /** The echo of what is typed comes back; RETURN brings nothing by itself. */
  #type(node: NodeIndex, data: string): void {
    for (const char of data) {
      if (char === RETURN) {
        const line = this.#typed[node] === '' ? 'RETURN' : `"${this.#typed[node]}"`;
        this.#did.push(`types ${line} at ${this.nameOf(node)}`);
        this.#typed[node] = '';
      } else if (char === CTRL_U) {
        this.#typed[node] = '';
        this.#answers.push({ kind: 'bytes', node, data: '\r\n' });
      } else {
        this.#typed[node] += char;
        this.#answers.push({ kind: 'bytes', node, data: char });
      }
    }
  }

  nameOf(node: NodeIndex): string {
    return this.engine.target.nodes[node].name;
  }
}
