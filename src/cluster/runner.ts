/**
 * Runs one cluster: its wires, its operators, and the life of its machine, which can begin again in
 * place: when the cluster is armed or disarmed, when a person has typed on its consoles, when it is
 * restarted after a fault. Made by the daemon, one per cluster.
 * Beginning again is what a restart of the daemon does, for one cluster: nothing is believed but the
 * journal; consoles stay connected and recorded.
 * Must never let a fault of the machine out.
 */
import { carriedAlarms } from '../machine/carried-alarms.ts';
import { type ClusterStatus, describe } from '../machine/describe.ts';
import { type Beginning, daemonStart } from '../machine/machine.ts';
import type {
  ChannelStatus,
  Event,
  EventBody,
  JournalRecord,
  LookAnswer,
  NodeIndex,
  Recollection,
} from '../machine/protocol.ts';
import { DISARMED } from '../machine/shadow.ts';
import type { MachineState } from '../machine/state.ts';
import type { ConsoleHand, HandOver } from './console-hand.ts';
import { messageOf } from './daemon-error.ts';
import { LineSigns } from './line-signs.ts';
import { MachineLife } from './machine-life.ts';
import { FAULT_ALARM, OwnAlarms } from './own-alarms.ts';
import type { AdoptedParts, ConsoleLine, RunnerParts } from './parts.ts';
import { remembering } from './recollection.ts';
import { type OperatorAnswer, Replies } from './replies.ts';
import { tellFault } from './tell-fault.ts';
import { TurnShare } from './turn-share.ts';

export type OperatorAsk = Extract<EventBody, { kind: 'operator' }>;
type NetSaid = Extract<EventBody, { kind: 'net' }>;
type ChannelSaid = { readonly status: ChannelStatus; readonly detail: string } | null;

const NODES: readonly NodeIndex[] = [0, 1];

export class ClusterRunner {
  /** Alarms of the daemon about this cluster, beside those of its script. */
  readonly own: OwnAlarms;
  #parts: RunnerParts;
  readonly #lines: [ConsoleLine, ConsoleLine];
  readonly #replies: Replies;
  readonly #share: TurnShare;
  #life: MachineLife;
  #hasBegun = false;
  #ended = false;
  #fault: string | null = null;
  /** What the journal says by now: with it the machine begins again. */
  #memory: Recollection;
  /** What wires and network said last: a machine that begins again is told once more. */
  readonly #channels: [ChannelSaid, ChannelSaid] = [null, null];
  #net: NetSaid | null = null;
  readonly #signs = new LineSigns();
  /** Who types on the consoles, if anybody does. */
  #hand: { readonly by: string } | null = null;
  /** Who armed or disarmed it last; of these words so many are not on the disk. */
  #lastWord: { readonly armed: boolean; readonly by: string } | null = null;
  #wordsUnderWay = 0;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#memory = parts.recollection;
    this.#share = parts.share ?? new TurnShare(parts.clock, parts.turn);
    this.own = new OwnAlarms(parts.log, parts.alarms, parts.clock);
    this.#replies = new Replies(parts.clock);
    this.#lines = [this.#makeLine(0), this.#makeLine(1)];
    this.#life = this.#newLife();
  }

  get cluster(): string {
    return this.#parts.cluster;
  }

  /** Why the cluster is not controlled any more, or null. */
  get fault(): string | null {
    return this.#fault;
  }

  /** An operator let it act. Else it is in shadow mode: it decides, and sends nothing. */
  get isArmed(): boolean {
    return this.#memory.armed;
  }

  /** What the machine knows, for those who judge it; never to be changed. Null: never started. */
  get state(): MachineState | null {
    return this.#life.settled;
  }

  /** Starts the machine, then the consoles. */
  start(): void {
    const { alarms } = this.#parts;
    const carried = carriedAlarms(this.#memory, this.cluster);
    for (const { name, text, type } of carried) alarms.raise(name, text, type);
    this.#hasBegun = true;
    this.#parts.onBegin?.();
    this.#life.begin(this.#memory, daemonStart(this.#memory), []);
    for (const line of this.#lines) line.start();
  }

  /** Ends consoles and commands; resolves when journal and log are on the disk. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#life.end();
    this.#ended = true;
    for (const line of this.#lines) line.stop();
    this.#replies.close('the daemon is stopping');
    await this.#parts.alarms.close();
    await this.#parts.journal.close();
    await this.#parts.log.close();
  }

  net(level: NetSaid['level'], detail: string): void {
    this.#net = { kind: 'net', level, detail };
    this.#tell(this.#net);
  }

  /** Other addresses are asked from now on: what was said of those before says nothing of them. */
  forgetNet(): void {
    this.#net = null;
  }

  stall(lateMs: number): void {
    this.#tell({ kind: 'stall', lateMs });
  }

  /** Resolves with what the machine replies; never rejects. */
  ask(request: Omit<OperatorAsk, 'kind' | 'reply'>): Promise<OperatorAnswer> {
    if (this.#fault !== null) {
      const text = `not controlled: ${this.#fault}; clusterd restart ${this.cluster} begins it again`;
      return Promise.resolve({ accepted: false, text });
    }
    const { reply, answer } = this.#replies.open();
    this.#tell({ kind: 'operator', ...request, reply });
    return answer;
  }

  /** What a dialogue that only asks comes to (machine/look.ts). Never rejects. */
  look(dialogue: string, node: NodeIndex, operator: string): Promise<LookAnswer> {
    const { reply, answer } = this.#replies.openLook();
    if (this.#fault !== null || this.#ended || !this.#hasBegun) {
      const note = `not controlled: ${this.#fault ?? 'it is not running'}`;
      this.#replies.looked(reply, { done: false, failure: 'not-looked', note, heard: [] });
    } else this.#tell({ kind: 'look', dialogue, node, operator, reply });
    return answer;
  }

  /** Does the other end of a console (the terminal server) answer by itself? */
  askConsole(node: NodeIndex, withinMs: number): ReturnType<ConsoleLine['ask']> {
    return this.#lines[node].ask(withinMs);
  }

  /** Null when the machine never started or cannot be described. */
  status(): ClusterStatus | null {
    this.#life.release();
    const state = this.#life.settled;
    if (state === null) return null;
    try {
      const status = describe(this.#parts.engine, state, this.#parts.clock.now());
      return { ...status, nodes: this.#signs.shownIn(status.nodes) };
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

  // ---- beginning again, in place ----

  /**
   * The machine begins anew from its journal: what was half typed is thrown away, a fault is
   * forgotten, nothing is believed before it was proven again. `why`: one clause, for the log.
   */
  beginAgain(why: string): void {
    if (this.#ended || !this.#hasBegun) return;
    if (this.#life.isBusy) return this.#parts.turn(() => this.beginAgain(why));
    this.#life.end();
    for (const line of this.#lines) line.discardTyping();
    this.#replies.close(`the cluster begins again: ${why}`);
    this.#fault = null;
    this.own.clear(FAULT_ALARM);
    this.#life = this.#newLife();
    const beginning: Beginning = { why, inhibited: this.#inhibited() };
    this.#parts.onBegin?.();
    this.#life.begin(this.#memory, beginning, this.#lastSaid());
  }

  /** A person begins it again, after a fault or while nothing is under way. `by`: the operator. */
  restart(by: string): OperatorAnswer {
    const state = this.status()?.state ?? '';
    if (!this.isAtRest) {
      const text = `it is in ${state} and not at rest; clusterd hold ${this.cluster} stops it first`;
      this.note('operator', `${by}: restart: refused: ${text}`);
      return { accepted: false, text };
    }
    this.note('operator', `${by}: restart: accepted`);
    this.beginAgain(`restarted by ${by}`);
    if (this.#fault === null) return { accepted: true, text: 'it begins again from its journal' };
    return { accepted: false, text: `it failed again at once: ${this.#fault}` };
  }

  /** It may be described anew now: nothing is under way, and nobody is waited for. */
  get isAtRest(): boolean {
    if (this.#hand !== null) return false;
    const state = this.#life.settled;
    if (state === null || this.#fault !== null) return true;
    const { ending } = this.#parts.engine.program.states[state.current] ?? { ending: null };
    if (state.inhibited !== null) return true;
    return state.begun && ending === 'rest' && state.task === null && state.unfinished === 'none';
  }

  /**
   * The same nodes under another description; the machine begins again with it. `reconnect`: the
   * nodes whose wire is another one; the others stay connected.
   */
  adopt(changes: AdoptedParts, reconnect: readonly NodeIndex[], why: string): void {
    this.#parts = { ...this.#parts, ...changes };
    for (const node of reconnect) {
      this.#lines[node].stop();
      this.#channels[node] = null;
      this.#signs.forget(node);
      this.#lines[node] = this.#makeLine(node);
    }
    this.beginAgain(why);
    for (const node of reconnect) this.#lines[node].start();
  }

  /** Lets the cluster act, or ends that at once. `by`: the operator. Never rejects. */
  arm(armed: boolean, by: string): Promise<OperatorAnswer> {
    const word = armed ? 'armed' : 'disarmed';
    // A word that the disk has not taken yet may still be overtaken: nothing is so already.
    if (this.#memory.armed === armed && this.#wordsUnderWay === 0) {
      return Promise.resolve({ accepted: true, text: `it is ${word} already` });
    }
    const record = { kind: 'armed', armed, by } as const;
    const { wall } = this.#parts.clock.now();
    this.#lastWord = { armed, by };
    this.#wordsUnderWay += 1;
    // What stops it is not kept waiting by a disk; what sets it going has to be there first.
    if (!armed) this.#turnTo(record, `${word} by ${by}`);
    return new Promise((resolve) => {
      this.#parts.journal.append(record, wall, (ok, detail) => {
        this.#wordsUnderWay -= 1;
        const isDisarmed = armed && this.#lastWord?.armed === false;
        if (isDisarmed) return resolve(overtakenBy(this.#lastWord?.by ?? ''));
        if (ok && armed) this.#turnTo(record, `${word} by ${by}`);
        resolve(ok ? { accepted: true, text: word } : notWritten(armed, detail));
      });
    });
  }

  /** While the hand is out the machine sends nothing. One hand at a time. */
  handOver(by: string, why: string): HandOver {
    if (this.#hand !== null) return { kind: 'refused', why: `${this.#hand.by} types there` };
    if (this.#ended || !this.#hasBegun) return { kind: 'refused', why: 'it is not running' };
    const held = { by };
    this.#hand = held;
    this.#handMoved(why);
    return { kind: 'given', hand: this.#makeHand(held) };
  }

  #makeHand(held: { by: string }): ConsoleHand {
    const isOut = () => this.#hand === held && !this.#ended;
    const wall = () => this.#parts.clock.now().wall;
    return {
      type: (node, text) => {
        if (isOut()) this.#lines[node].type(text);
      },
      sendBreak: (node) => {
        if (!isOut()) return;
        this.#parts.log.remark(node, `BREAK by ${held.by}`, wall());
        this.#lines[node].sendBreak();
      },
      passTo: (next) => {
        if (!isOut()) return;
        held.by = next;
        this.#handMoved(`${next} types now`);
      },
      giveBack: (why) => {
        if (this.#hand !== held) return;
        this.#hand = null;
        this.#handMoved(why);
      },
    };
  }

  /** A cluster that is not controlled stays so: only `restart` ends a fault. */
  #handMoved(why: string): void {
    if (this.#fault === null) this.beginAgain(why);
    else this.note('operator', why);
  }

  #inhibited(): string | null {
    if (this.#hand !== null) return `${this.#hand.by} types on its consoles: nothing else is sent`;
    return this.#memory.armed ? null : DISARMED;
  }

  #turnTo(record: Extract<JournalRecord, { kind: 'armed' }>, why: string): void {
    this.note('operator', why);
    this.#remember(record, this.#parts.clock.now().wall);
    this.beginAgain(why);
  }

  #remember(record: JournalRecord, wall: number): void {
    this.#memory = remembering(this.#memory, { record, wall }, this.#parts.nodes);
  }

  #newLife(): MachineLife {
    const { engine } = this.#parts;
    const life: MachineLife = new MachineLife({
      parts: this.#parts,
      engine,
      lines: this.#lines,
      replies: this.#replies,
      share: this.#share,
      onWritten: (record, wall) => {
        this.#remember(record, wall);
        // The machine that wrote it is gone, and the one that lives now does not know it.
        if (life !== this.#life) this.beginAgain('a record of before has come to the disk');
      },
      onFault: (error, last) => this.#faulted(error, last.wall),
    });
    return life;
  }

  #faulted(error: unknown, wall: number): void {
    const what = messageOf(error);
    this.#fault = what;
    this.#replies.close(`not controlled any more: ${what}`);
    const state = this.status()?.state ?? '';
    tellFault(this.#parts, this.own, { what, error, state }, wall);
  }

  #lastSaid(): Event[] {
    const now = this.#parts.clock.now();
    const channels = NODES.flatMap((node): Event[] => {
      const said = this.#channels[node];
      return said === null ? [] : [{ kind: 'channel', node, ...said, ...now }];
    });
    const modem = this.#signs.said.map((said): Event => ({ ...said, ...now }));
    const net: Event[] = this.#net === null ? [] : [{ ...this.#net, ...now }];
    return [...channels, ...modem, ...net];
  }

  // ---- wires ----

  #makeLine(node: NodeIndex): ConsoleLine {
    return this.#parts.line(node, {
      onData: (bytes, heard) => {
        if (!this.#ended) this.#life.received(node, bytes, heard);
      },
      onStatus: (status, detail) => this.#channel(node, status, detail),
      onModem: (line, on) => {
        this.#signs.modem({ kind: 'modem', node, line, on });
        this.#tell({ kind: 'modem', node, line, on });
      },
      onReport: ({ level, what, trouble }) => {
        this.#signs.trouble(node, trouble);
        const { wall } = this.#parts.clock.now();
        this.#parts.log.entry({ level, topic: 'console', state: '', node, what }, wall);
      },
      onDropped: (what) => this.#parts.log.remark(node, what, this.#parts.clock.now().wall),
    });
  }

  #channel(node: NodeIndex, status: ChannelStatus, detail: string): void {
    if (this.#ended) return;
    this.#channels[node] = { status, detail };
    this.#tell({ kind: 'channel', node, status, detail });
  }

  #tell(body: EventBody): void {
    this.#life.take({ ...body, ...this.#parts.clock.now() });
  }
}

function overtakenBy(who: string): OperatorAnswer {
  return { accepted: false, text: `it stays disarmed: ${who} disarmed it meanwhile` };
}

function notWritten(armed: boolean, why: string): OperatorAnswer {
  const but = armed ? 'it stays disarmed' : 'disarmed, but a restart of the daemon forgets it';
  return { accepted: !armed, text: `${but}: the journal cannot be written: ${why}` };
}
