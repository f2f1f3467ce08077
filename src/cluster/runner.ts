/**
 * Runs one cluster's machine: makes events from wires, clock and operators, handles them one at a
 * time, and has the effects carried out in order. Made by the daemon, one per cluster.
 * A fault inside (an exception out of the machine, an effect nobody knows) stops this cluster alone:
 * its state is kept, consoles stay connected and recorded, nothing is typed any more.
 * Must never let such a fault out, and must never do work per console chunk beyond one event.
 */
import { Bulk } from '../machine/bulk.ts';
import { type ClusterStatus, describe } from '../machine/describe.ts';
import { nextWake, start, step, wakesWithoutText } from '../machine/machine.ts';
import type {
  ChannelStatus,
  Event,
  EventBody,
  MachineEffect,
  Moment,
  NodeIndex,
} from '../machine/protocol.ts';
import type { MachineState } from '../machine/state.ts';
import { Backlog, SLICE_CHARS, type Text } from './backlog.ts';
import { messageOf } from './daemon-error.ts';
import { EffectRunner } from './effect-runner.ts';
import { HeldLines } from './held-lines.ts';
import { latin1 } from './latin1.ts';
import { OwnAlarms } from './own-alarms.ts';
import type { ConsoleLine, Heard, RunnerParts } from './parts.ts';
import { type OperatorAnswer, Replies } from './replies.ts';
import { tellFault } from './tell-fault.ts';
import { TurnShare } from './turn-share.ts';

/** So many `time` events in a row without the machine's next one moving on: it turns on the spot. */
const SPINS_MAX = 10_000;
/** A turn that comes so late means that the process stood still: input is drained once more. */
const LATE_TURN_MS = 1_000;

export type OperatorAsk = Extract<EventBody, { kind: 'operator' }>;

export class ClusterRunner {
  /** Alarms of the daemon about this cluster, beside those of its script. */
  readonly own: OwnAlarms;
  readonly #parts: RunnerParts;
  readonly #lines: readonly [ConsoleLine, ConsoleLine];
  readonly #replies: Replies;
  readonly #effects: EffectRunner;
  readonly #onTimer = () => this.#timerFired();
  readonly #onTurn = () => this.#turned();
  /** Without what `#bulk` has gathered since: see `#settled`. */
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
  #fault: string | null = null;
  #ended = false;
  /** When the armed timer fires, monotonic ms; null: none armed. */
  #armedFor: number | null = null;
  #cancelTimer: (() => void) | null = null;
  #firedAt: number | null = null;
  #spins = 0;
  #last: Moment;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#last = parts.clock.now();
    this.#bulk = new Bulk(parts.engine);
    this.#share = parts.share ?? new TurnShare(parts.clock, parts.turn);
    this.#backlog = new Backlog((node, isPaused) => this.#lines[node].pause?.(isPaused));
    this.own = new OwnAlarms(parts.log, parts.alarms, parts.clock);
    this.#replies = new Replies(parts.clock);
    this.#lines = [this.#makeLine(0), this.#makeLine(1)];
    this.#held = new HeldLines(this.#lines);
    this.#effects = new EffectRunner({
      parts,
      lines: this.#lines,
      replies: this.#replies,
      answer: (event) => this.#take(event),
    });
  }

  get cluster(): string {
    return this.#parts.cluster;
  }

  /** Why the cluster is not controlled any more, or null. */
  get fault(): string | null {
    return this.#fault;
  }

  /** What the machine knows, for those who judge it; never to be changed. Null: never started. */
  get state(): MachineState | null {
    return this.#settled();
  }

  /** Starts the machine, then the consoles. */
  start(): void {
    const { engine, recollection, clock, alarms } = this.#parts;
    this.#last = clock.now();
    for (const { name, text, type } of recollection.alarms) alarms.raise(name, text, type);
    this.#guarded(() => start(engine, recollection, this.#last));
    this.#drain();
    for (const line of this.#lines) line.start();
  }

  /** Ends consoles and commands; resolves when journal and log are on the disk. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#held.release();
    for (const { node, data, sinceWall } of this.#backlog.takeTexts()) {
      this.#parts.log.received(node, Buffer.from(data, 'latin1'), data, sinceWall);
    }
    this.#ended = true;
    this.#cancelTimer?.();
    for (const line of this.#lines) line.stop();
    this.#effects.killCommands();
    this.#replies.close('the daemon is stopping');
    await this.#parts.alarms.close();
    await this.#parts.journal.close();
    await this.#parts.log.close();
  }

  net(level: 'alive' | 'dead' | 'blind', detail: string): void {
    this.#take({ kind: 'net', level, detail, ...this.#parts.clock.now() });
  }

  stall(lateMs: number): void {
    this.#take({ kind: 'stall', lateMs, ...this.#parts.clock.now() });
  }

  /** Resolves with what the machine replies; never rejects. */
  ask(request: Omit<OperatorAsk, 'kind' | 'reply'>): Promise<OperatorAnswer> {
    if (this.#fault !== null) {
      return Promise.resolve({ accepted: false, text: `not controlled: ${this.#fault}` });
    }
    const { reply, answer } = this.#replies.open();
    this.#take({ kind: 'operator', ...request, reply, ...this.#parts.clock.now() });
    return answer;
  }

  /** Null when the machine never started or cannot be described. */
  status(): ClusterStatus | null {
    this.#held.release();
    const state = this.#settled();
    if (state === null) return null;
    try {
      return describe(this.#parts.engine, state, this.#parts.clock.now());
    } catch {
      return null;
    }
  }

  /** A line in the cluster's log about something beside the machine. */
  note(topic: string, what: string): void {
    const { wall } = this.#parts.clock.now();
    this.#parts.log.entry({ level: 'info', topic, state: '', node: null, what }, wall);
  }

  reopenLogs(): void {
    this.#parts.log.reopen();
  }

  #makeLine(node: NodeIndex): ConsoleLine {
    return this.#parts.line(node, {
      onData: (bytes, heard) => this.#received(node, bytes, heard),
      onStatus: (status, detail) => this.#channel(node, status, detail),
      onModem: (line, on) =>
        this.#take({ kind: 'modem', node, line, on, ...this.#parts.clock.now() }),
      onDropped: (what) => this.#parts.log.remark(node, what, this.#parts.clock.now().wall),
    });
  }

  #received(node: NodeIndex, bytes: Uint8Array, heard?: Heard): void {
    if (this.#ended) return;
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
      this.#take({ kind: 'bytes', node, data, at, wall });
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
        return this.#take(item.event);
      case 'turn':
        return this.#tookTurn(item.now);
    }
  }

  /** Nearly all text: of which nothing can come before the console is quiet. */
  #gathers(node: NodeIndex, data: string, at: number, wall: number): boolean {
    if (this.#state === null || this.#busy || this.#fault !== null) return false;
    try {
      return this.#bulk.take(this.#state, node, data, at, wall);
    } catch (error) {
      this.#stopControl(error);
      return true;
    }
  }

  /** The state with everything that was gathered. */
  #settled(): MachineState | null {
    if (this.#state !== null) this.#state = this.#bulk.settle(this.#state);
    return this.#state;
  }

  #channel(node: NodeIndex, status: ChannelStatus, detail: string): void {
    if (this.#ended) return;
    const now = this.#parts.clock.now();
    this.#take({ kind: 'channel', node, status, detail, ...now });
  }

  // ---- events, one at a time ----

  /** What comes while another event is handled, from within its effects, waits its turn. */
  #take(event: Event): void {
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
    if (this.#state === null || this.#fault !== null || this.#ended) return;
    this.#last = event;
    this.#busy = true;
    try {
      const stepped = step(this.#parts.engine, this.#bulk.settle(this.#state), event);
      this.#state = stepped.state;
      this.#wakeWithoutText = null;
      this.#effects.carryOutAll(stepped.effects, event.wall);
    } catch (error) {
      this.#stopControl(error);
    }
    this.#busy = false;
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
    if (this.#state === null || this.#fault !== null || this.#ended) return null;
    try {
      const soon = this.#wakeByText(this.#state);
      if (soon !== null) return soon;
      const state = this.#bulk.settle(this.#state);
      this.#state = state;
      this.#wakeWithoutText = wakesWithoutText(this.#parts.engine, state);
      return nextWake(this.#parts.engine, state);
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
    const { promptQuietMs } = this.#parts.engine.target;
    return this.#armedFor !== null && this.#armedFor <= at + promptQuietMs;
  }

  /** Half a line cannot bring anything before the timer fires, if that is before it could be quiet. */
  #holdUntil(at: number): number | null {
    return this.#isArmedBefore(at) ? this.#armedFor : null;
  }

  /** An armed timer that fires too early is cheaper than one that is armed anew for each byte. */
  #arm(): void {
    const wake = this.#wake();
    if (wake === null || (this.#armedFor !== null && this.#armedFor <= wake)) return;
    this.#cancelTimer?.();
    this.#armedFor = wake;
    const { at } = this.#parts.clock.now();
    this.#cancelTimer = this.#parts.clock.after(Math.ceil(wake - at), this.#onTimer);
  }

  #timerFired(): void {
    this.#cancelTimer = null;
    this.#firedAt = this.#parts.clock.now().at;
    this.#parts.turn(this.#onTurn);
  }

  /** Everything that waited to be read when the timer fired has been handled. */
  #turned(): void {
    const now = this.#parts.clock.now();
    const isLate = this.#firedAt !== null && now.at - this.#firedAt > LATE_TURN_MS;
    this.#firedAt = null;
    if (isLate) {
      this.#parts.turn(this.#onTurn);
    } else if (this.#backlog.isEmpty) this.#tookTurn(now);
    else this.#backlog.add({ kind: 'turn', now });
  }

  #tookTurn(now: Moment): void {
    this.#armedFor = null;
    this.#held.release();
    const wake = this.#wake();
    const isDue = wake !== null && wake <= now.at;
    this.#spins = isDue ? this.#spins + 1 : 0;
    if (this.#spins > SPINS_MAX) this.#stopControl(new Error('the machine does not move on'));
    else if (isDue) this.#take({ kind: 'time', ...now });
    else {
      this.#arm();
      this.#held.renew(this.#holdUntil(now.at));
    }
  }

  #stopControl(error: unknown): void {
    if (this.#fault !== null) return;
    const what = messageOf(error);
    this.#fault = what;
    this.#queue = [];
    this.#cancelTimer?.();
    for (const line of this.#lines) line.discardTyping();
    this.#replies.close(`not controlled any more: ${what}`);
    const state = this.status()?.state ?? '';
    tellFault(this.#parts, this.own, { what, error, state }, this.#last.wall);
  }
}
