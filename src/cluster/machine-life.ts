/**
 * One life of a cluster's machine, from its beginning to the next one: takes events one at a time,
 * has the effects carried out in order, and wakes the machine when it wants to be. Made by the
 * runner; a machine that begins again is another life, and this one hears and does nothing more.
 * A fault inside (an exception out of the machine, an effect nobody knows) ends all control: the
 * state is kept, nothing is typed any more.
 * Must never let such a fault out, and must never do work per console chunk beyond one event.
 */
import { Bulk } from '../machine/bulk.ts';
import type { Engine } from '../machine/engine.ts';
import { type Beginning, nextWake, start, step, wakesWithoutText } from '../machine/machine.ts';
import type {
  Event,
  JournalRecord,
  MachineEffect,
  Moment,
  NodeIndex,
  Recollection,
} from '../machine/protocol.ts';
import type { MachineState } from '../machine/state.ts';
import { Backlog, SLICE_CHARS, type Text } from './backlog.ts';
import { EffectRunner } from './effect-runner.ts';
import { HeldLines } from './held-lines.ts';
import { latin1 } from './latin1.ts';
import type { ConsoleLine, Heard, RunnerParts } from './parts.ts';
import type { Replies } from './replies.ts';
import type { TurnShare } from './turn-share.ts';
import { WakeTimer } from './wake-timer.ts';

/** So many `time` events in a row without the machine's next one moving on: it turns on the spot. */
const SPINS_MAX = 10_000;

export interface LifeOptions {
  readonly parts: RunnerParts;
  readonly engine: Engine;
  readonly lines: readonly [ConsoleLine, ConsoleLine];
  readonly replies: Replies;
  readonly share: TurnShare;
  /** The machine's record is on the disk, or on its way where nobody waits for it. */
  readonly onWritten: (record: JournalRecord, wall: number) => void;
  /** Called once, after control has ended. */
  readonly onFault: (error: unknown, last: Moment) => void;
}

export class MachineLife {
  readonly #options: LifeOptions;
  readonly #parts: RunnerParts;
  readonly #engine: Engine;
  readonly #lines: readonly [ConsoleLine, ConsoleLine];
  readonly #effects: EffectRunner;
  readonly #timer: WakeTimer;
  /** Without what `#bulk` has gathered since: see `settled`. */
  #state: MachineState | null = null;
  readonly #bulk: Bulk;
  readonly #held: HeldLines;
  /** Earliest wish of the machine that has nothing to do with quiet consoles; null: not known. */
  #wakeWithoutText: number | null = null;
  readonly #share: TurnShare;
  readonly #backlog: Backlog;
  readonly #onWork = () => this.#work();
  #isWorking = false;
  #isWaiting = false;
  #queue: Event[] = [];
  #busy = false;
  /** By a fault, or because another life has begun. */
  #isOver = false;
  #ended = false;
  #spins = 0;
  #last: Moment;

  constructor(options: LifeOptions) {
    const { parts, engine, lines, replies } = options;
    this.#options = options;
    this.#parts = parts;
    this.#engine = engine;
    this.#lines = lines;
    this.#last = parts.clock.now();
    this.#bulk = new Bulk(engine);
    this.#timer = new WakeTimer(parts.clock, parts.turn, (now) => this.#turned(now));
    this.#share = options.share;
    this.#backlog = new Backlog((node, isPaused) => lines[node].pause?.(isPaused));
    this.#held = new HeldLines(lines);
    this.#effects = new EffectRunner({
      parts,
      lines,
      replies,
      answer: (event) => this.take(event),
      written: options.onWritten,
      mayAct: () => this.#state?.inhibited === null,
    });
  }

  /** Inside of an event's effects: nobody may end this life now. */
  get isBusy(): boolean {
    return this.#busy;
  }

  /** The state with everything that was gathered; never to be changed. Null: it never began. */
  get settled(): MachineState | null {
    if (this.#state !== null) this.#state = this.#bulk.settle(this.#state);
    return this.#state;
  }

  /** `said`: what wires and network have told before this life. */
  begin(recollection: Recollection, beginning: Beginning, said: readonly Event[]): void {
    this.#last = this.#parts.clock.now();
    this.#guarded(() => start(this.#engine, recollection, this.#last, beginning));
    for (const event of said) this.#step(event);
    this.#drain();
  }

  /** Nothing more is heard or done; what consoles said and was not yet taken in is only recorded. */
  end(): void {
    this.#held.release();
    for (const { node, data, sinceWall } of this.#backlog.takeTexts()) {
      this.#parts.log.received(node, Buffer.from(data, 'latin1'), data, sinceWall);
    }
    this.#isOver = true;
    this.#ended = true;
    this.#queue = [];
    this.#timer.stop();
    this.#effects.killCommands();
  }

  /** Half lines that wires hold back are reported now. */
  release(): void {
    this.#held.release();
  }

  // ---- text ----

  received(node: NodeIndex, bytes: Uint8Array, heard?: Heard): void {
    const { at, wall } = heard ?? this.#parts.clock.now();
    const data = latin1(bytes);
    const sinceWall = heard?.sinceWall ?? wall;
    const isSmall = this.#backlog.isEmpty && data.length <= SLICE_CHARS;
    if (isSmall && (this.#held.isReleasing || this.#share.admits())) {
      const begin = this.#share.begin();
      this.#takeText({ kind: 'text', node, data, at, wall, sinceWall }, bytes);
      this.#share.spent(begin);
      return;
    }
    if (this.#backlog.isEmpty) this.#held.release();
    this.#held.forbid();
    this.#backlog.addText({ kind: 'text', node, data, at, wall, sinceWall });
    if (!this.#isWorking && !this.#isWaiting) this.#work();
  }

  #takeText({ node, data, at, wall, sinceWall }: Text, bytes: Uint8Array): void {
    this.#parts.log.received(node, bytes, data, sinceWall);
    if (!this.#gathers(node, data, at, wall)) {
      this.take({ kind: 'bytes', node, data, at, wall });
      return;
    }
    if (!this.#isArmedBefore(at)) this.#arm();
    if (this.#backlog.isEmpty) this.#held.allow(node, this.#holdUntil(at));
  }

  /** Takes in what waits, as much as this turn has room for. */
  #work(): void {
    this.#isWaiting = false;
    this.#isWorking = true;
    while (!this.#backlog.isEmpty && this.#share.admits()) {
      const begin = this.#share.begin();
      this.#takeNext();
      this.#share.spent(begin);
    }
    this.#isWorking = false;
    if (this.#backlog.isEmpty) return;
    this.#isWaiting = true;
    this.#share.later(this.#onWork);
  }

  #takeNext(): void {
    const item = this.#backlog.take();
    switch (item?.kind) {
      case 'text':
        return this.#takeText(item, Buffer.from(item.data, 'latin1'));
      case 'event':
        return this.take(item.event);
      case 'turn':
        return this.#tookTurn(item.now);
    }
  }

  /** Nearly all text: of which nothing can come before the console is quiet. */
  #gathers(node: NodeIndex, data: string, at: number, wall: number): boolean {
    if (this.#state === null || this.#busy || this.#isOver) return false;
    try {
      return this.#bulk.take(this.#state, node, data, at, wall);
    } catch (error) {
      this.#stopControl(error);
      return true;
    }
  }

  // ---- events, one at a time ----

  /** What comes while another event is handled, from within its effects, waits its turn. */
  take(event: Event): void {
    if (this.#busy) this.#queue.push(event);
    else if (!this.#backlog.isEmpty && !this.#isWorking)
      this.#backlog.add({ kind: 'event', event });
    else {
      this.#handle(event);
      this.#drain();
    }
  }

  #drain(): void {
    for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
      this.#handle(event);
    }
    this.#arm();
  }

  #handle(event: Event): void {
    this.#held.release();
    this.#held.forbid();
    if (event.kind === 'channel') {
      const { node, status, detail, wall } = event;
      this.#parts.log.remark(node, detail === '' ? status : `${status}: ${detail}`, wall);
    }
    this.#step(event);
  }

  #step(event: Event): void {
    if (this.#state === null || this.#isOver) return;
    this.#last = event;
    this.#busy = true;
    try {
      const stepped = step(this.#engine, this.#bulk.settle(this.#state), event);
      this.#state = stepped.state;
      this.#wakeWithoutText = null;
      this.#effects.carryOutAll(stepped.effects, event.wall);
      if (event.kind === 'bytes') this.#tellReaction(stepped.effects, event.at);
    } catch (error) {
      this.#stopControl(error);
    }
    this.#busy = false;
  }

  #tellReaction(effects: readonly MachineEffect[], at: number): void {
    const { reacted, clock } = this.#parts;
    if (reacted === undefined || effects.length === 0) return;
    const isDecision = (one: MachineEffect) =>
      one.kind === 'log' && one.entry.topic === 'transition';
    if (effects.some(({ kind }) => kind === 'break')) reacted('break', clock.now().at - at);
    else if (effects.some(isDecision)) reacted('decision', clock.now().at - at);
  }

  /** As `#handle`, for the start. */
  #guarded(begin: () => { state: MachineState; effects: readonly MachineEffect[] }): void {
    this.#busy = true;
    try {
      const { state, effects } = begin();
      this.#state = state;
      this.#effects.carryOutAll(effects, this.#last.wall);
    } catch (error) {
      this.#stopControl(error);
    }
    this.#busy = false;
  }

  // ---- time ----

  #wake(): number | null {
    if (this.#state === null || this.#isOver) return null;
    try {
      const soon = this.#wakeByText(this.#state);
      if (soon !== null) return soon;
      const state = this.#bulk.settle(this.#state);
      this.#state = state;
      this.#wakeWithoutText = wakesWithoutText(this.#engine, state);
      return nextWake(this.#engine, state);
    } catch (error) {
      this.#stopControl(error);
      return null;
    }
  }

  /** Nearly always silence on a console is what comes next, and the state need not be asked. */
  #wakeByText(state: MachineState): number | null {
    if (this.#wakeWithoutText === null) return null;
    const wake = this.#bulk.wakesAt(state);
    return wake < this.#wakeWithoutText ? wake : null;
  }

  /**
   * Bytes of which nothing came can only make the machine look at an unfinished line, once the
   * console has been quiet: with a timer armed before that, it need not be asked.
   */
  #isArmedBefore(at: number): boolean {
    const { armedFor } = this.#timer;
    return armedFor !== null && armedFor <= at + this.#engine.target.promptQuietMs;
  }

  /** Half a line cannot bring anything before the timer fires, if that is before it could be quiet. */
  #holdUntil(at: number): number | null {
    return this.#isArmedBefore(at) ? this.#timer.armedFor : null;
  }

  #arm(): void {
    const wake = this.#wake();
    if (wake !== null) this.#timer.arm(wake);
  }

  #turned(now: Moment): void {
    if (this.#backlog.isEmpty) this.#tookTurn(now);
    else this.#backlog.add({ kind: 'turn', now });
  }

  #tookTurn(now: Moment): void {
    if (this.#ended) return;
    this.#timer.clear();
    this.#held.release();
    const wake = this.#wake();
    const isDue = wake !== null && wake <= now.at;
    this.#spins = isDue ? this.#spins + 1 : 0;
    if (this.#spins > SPINS_MAX) this.#stopControl(new Error('the machine does not move on'));
    else if (isDue) this.take({ kind: 'time', ...now });
    else {
      this.#arm();
      this.#held.renew(this.#holdUntil(now.at));
    }
  }

  #stopControl(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue = [];
    this.#timer.stop();
    for (const line of this.#lines) line.discardTyping();
    this.#options.onFault(error, this.#last);
  }
}
