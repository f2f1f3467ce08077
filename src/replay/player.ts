/**
 * Plays recordings to the machine: the daemon's own engine, with the recorded consoles as its world and
 * their times as its clock. Called by the command `replay` and the tests.
 *
 * What no recording can give is never made up:
 * - a question without a recorded answer (feed.ts) is left open: the machine stays in its state, its
 *   lines on texts and times go on, a repeated question comes again in its time;
 * - in the state `start`, and where the caller says so, such a question counts as answered well, since
 *   a recording that begins in the middle of production shows nothing to the contrary;
 * - when an action of a state stays open and the recording then shows a running system, the script and
 *   the recording have parted: the replay begins anew there, as after a start of the daemon;
 * - the service address is what the caller says; nobody types a word for an operator.
 */
import type { Engine } from '../machine/engine.ts';
import { type MachineState, nextWake, start, step } from '../machine/machine.ts';
import {
  EMPTY_RECOLLECTION,
  type EventBody,
  type MachineEffect,
  type NodeIndex,
} from '../machine/protocol.ts';
import { nodeName } from '../machine/run.ts';
import { otherNode } from '../machine/state.ts';
import { Agenda } from './agenda.ts';
import type { Answered, Feed, Passed } from './feed.ts';
import type { Entry } from './happening.ts';
import type { Heard, ListeningPatterns } from './listening-patterns.ts';
import { assumeOutcome, leaveOpen, type Settled, taskName } from './open-task.ts';
import { NOWHERE, type Source, Tale } from './tale.ts';
import { BEFORE_RECORDING, happeningOf, heardLines, visibleKeys } from './tell.ts';
import { exitsOf, waysAfter } from './ways-on.ts';

export interface NetLevelAt {
  readonly wall: number;
  readonly level: 'alive' | 'dead' | 'blind';
}

export interface Play {
  readonly engine: Engine;
  readonly patterns: ListeningPatterns;
  /** By node; null: nothing was recorded of it. */
  readonly feeds: readonly [Feed | null, Feed | null];
  /** The node that runs production when the recording begins. */
  readonly active: NodeIndex;
  readonly levels: readonly NetLevelAt[];
  /** By TASK or STATE.TASK, a dialogue or verb: how it ends where the recording cannot say. */
  readonly assumed: Readonly<Record<string, string>>;
  readonly from: number;
  /** Told each entry when it is complete. */
  tell(entry: Entry): void;
}

export interface PlayEnd {
  readonly wall: number;
  readonly state: string;
  readonly reason: string;
  readonly active: string;
  readonly exits: readonly string[];
}

/** A recording that begins in the middle of a connection: its console has long been connected. */
const CONNECTED_BEFORE_MS = 10_000;
const JOURNAL_MS = 1;
/** Text that the recording did not finish is looked at a moment after its end. */
const AFTER_END_MS = 200;
/** A timer that is so near may make the machine type what the recording shows next. */
const WAKE_SOON_MS = 2000;
const STUCK_MAX = 20_000;
const CTRL_U = '\x15';
const NODES: readonly NodeIndex[] = [0, 1];

export class Player {
  readonly #play: Play;
  #state: MachineState;
  #now: number;
  readonly #agenda = new Agenda();
  readonly #tale: Tale;
  #levelsDone = 0;
  #end: number | null = null;
  /** An action of the current state stays open. */
  #parted = false;

  constructor(play: Play) {
    this.#play = play;
    const [first, second] = play.engine.target.nodes;
    this.#tale = new Tale([first.name, second.name], play.tell);
    this.#now = play.from - CONNECTED_BEFORE_MS;
    this.#state = this.#start(play.active);
  }

  run(): PlayEnd {
    this.#connectAll();
    let stuck = 0;
    for (let next = this.#next(); next !== null; next = this.#next()) {
      stuck = next.at > this.#now ? 0 : stuck + 1;
      if (stuck > STUCK_MAX) throw new Error('the replay does not come forward');
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    const { engine } = this.#play;
    const { reason, owner } = this.#state;
    return {
      wall: this.#now,
      state: this.#stateName,
      reason,
      active: engine.target.nodes[owner].name,
      exits: exitsOf(engine, this.#state),
    };
  }

  get #stateName(): string {
    return this.#play.engine.program.states[this.#state.current]?.name ?? '?';
  }

  #start(active: NodeIndex): MachineState {
    const { engine } = this.#play;
    const owner = engine.target.nodes[active].name;
    const now = { at: this.#now, wall: this.#now };
    return start(engine, { ...EMPTY_RECOLLECTION, armed: true, owner }, now).state;
  }

  /** Where the recording does not begin with a connection, there has been one. */
  #connectAll(): void {
    for (const node of NODES) {
      if (this.#play.feeds[node]?.beginsDisconnected === true) continue;
      this.#feed({ kind: 'channel', node, status: 'connected', detail: BEFORE_RECORDING });
    }
  }

  // ---- what comes next ---------------------------------------------------------------------------

  /** Input before times, as the daemon does it. */
  #next(): { readonly at: number; run(): void } | null {
    const { feeds } = this.#play;
    const dues = NODES.map((node) => feeds[node]?.dueAt(this.#isBusy(node)) ?? null);
    const level = this.#play.levels[this.#levelsDone];
    const wake = nextWake(this.#play.engine, this.#state);
    const coming = this.#agenda.dueAt;
    const isOver = dues.every((due) => due === null) && coming === null;
    if (isOver) this.#end ??= this.#now + this.#play.engine.target.promptQuietMs + AFTER_END_MS;
    const candidates = [
      ...NODES.map((node) => ({ at: dues[node] ?? null, run: () => this.#pass(node) })),
      { at: coming, run: () => this.#takeComing() },
      { at: level?.wall ?? null, run: () => this.#takeLevel() },
      { at: wake, run: () => this.#feed({ kind: 'time' }) },
    ];
    let best: { at: number; run(): void } | null = null;
    for (const { at, run } of candidates) {
      if (at !== null && (best === null || at < best.at)) best = { at, run };
    }
    return best !== null && best.at <= (this.#end ?? Number.POSITIVE_INFINITY) ? best : null;
  }

  #isBusy(node: NodeIndex): boolean {
    if (this.#state.task !== null) return true;
    const wake = nextWake(this.#play.engine, this.#state);
    const planned = this.#play.feeds[node]?.plannedAt ?? Number.POSITIVE_INFINITY;
    return wake !== null && wake - Math.max(planned, this.#now) <= WAKE_SOON_MS;
  }

  #takeComing(): void {
    const coming = this.#agenda.take();
    if (coming === null) return;
    const { body, line } = coming;
    this.#feed(body, { node: body.kind === 'bytes' ? body.node : null, line });
  }

  #takeLevel(): void {
    const level = this.#play.levels[this.#levelsDone];
    this.#levelsDone += 1;
    if (level === undefined) return;
    this.#feed({ kind: 'net', level: level.level, detail: 'as given to the replay' });
  }

  #pass(node: NodeIndex): void {
    const passed = this.#play.feeds[node]?.pass(this.#now);
    if (passed === undefined) return;
    const { item } = passed;
    const { wall } = item;
    const source = { node, line: item.line };
    if (item.kind === 'received') {
      for (const data of linesOf(item.data))
        this.#feed({ kind: 'bytes', node, data }, source, wall);
    } else if (item.kind === 'channel') {
      const { status, detail } = item;
      this.#feed({ kind: 'channel', node, status, detail }, source, wall);
    } else this.#noteRecorded(passed, source);
  }

  #noteRecorded({ item, asked }: Passed, source: Source): void {
    if (asked) return;
    const what =
      item.kind === 'break' ? 'BREAK' : item.kind === 'typed' ? visibleKeys(item.data) : 'a secret';
    this.#tale.note({ kind: 'recorded', what });
    this.#tale.end(source, [], { wall: item.wall, state: this.#stateName, solicited: false });
  }

  // ---- the machine -------------------------------------------------------------------------------

  /** `wall`: when it was recorded; else it happens now. */
  #feed(body: EventBody, source: Source = NOWHERE, wall: number | null = null): void {
    const { engine, patterns, feeds } = this.#play;
    const before = this.#state;
    patterns.take();
    const stepped = step(engine, before, { at: this.#now, wall: this.#now, ...body });
    this.#take(stepped);
    const heard = patterns.take();
    const node = source.node ?? quietNode(before, heard);
    const isAsking = before.task?.frames.some((frame) => frame.node === node) ?? false;
    const solicited = isAsking || this.#parted;
    const hits = heard.flatMap((one) => one.hits);
    this.#beginAnew(node, hits);
    const lagMs = node === null ? 0 : (feeds[node]?.lagMs ?? 0);
    this.#tale.end({ ...source, node }, heardLines(engine, heard), {
      wall: wall ?? this.#now - lagMs,
      state: this.#stateName,
      solicited,
    });
  }

  #take({ state, effects }: Settled): void {
    const before = this.#state;
    this.#state = state;
    if (before.current !== state.current) this.#parted = false;
    const lastMove = effects.findLastIndex(isTransition);
    for (const [index, effect] of effects.entries()) {
      const told = happeningOf(effect);
      if (told?.kind === 'transition') this.#parted = false;
      if (told !== null) this.#tale.note(told);
      // Typed for a state that was left in the same step: nobody waits for an answer.
      if (index < lastMove) continue;
      // What follows in this step rests on an answer that nobody has.
      if (!this.#carryOut(effect)) return;
    }
  }

  /** False: the task was left open or its outcome assumed; the state is another one now. */
  #carryOut(effect: MachineEffect): boolean {
    switch (effect.kind) {
      case 'type':
        return this.#typed(effect.node, effect.data);
      case 'break':
        return this.#answered(
          'BREAK',
          effect.node,
          this.#feedOf(effect.node)?.sendBreak(this.#now),
        );
      case 'journal':
        if (effect.token !== null) {
          const body = { kind: 'journaled', token: effect.token, ok: true, detail: '' } as const;
          this.#agenda.add({ at: this.#now + JOURNAL_MS, body, line: null });
        }
        return true;
      case 'ask-channel':
        return this.#answerChannel(effect.token);
      case 'power': {
        const name = this.#play.engine.target.nodes[effect.node].name;
        const what = effect.action === 'off' ? `switch ${name} off` : `ask the power of ${name}`;
        return this.#leaveOpen(what);
      }
      case 'run':
        return this.#leaveOpen(`run ${this.#placeOf(effect.on)}${effect.argv.join(' ')}`);
      default:
        return true;
    }
  }

  #placeOf(node: NodeIndex | null): string {
    return node === null ? '' : `on ${this.#play.engine.target.nodes[node].name} `;
  }

  /** What was recorded came through it. */
  #answerChannel(token: number): true {
    const body = { kind: 'channel-answer', token, answers: true, detail: '' } as const;
    this.#agenda.add({ at: this.#now, body, line: null });
    return true;
  }

  #feedOf(node: NodeIndex): Feed | undefined {
    return this.#play.feeds[node] ?? undefined;
  }

  #typed(node: NodeIndex, data: string): boolean {
    const answered = this.#feedOf(node)?.type(data, this.#now);
    // Takes back what stands on the line; mostly nobody waits for an answer.
    const isWaiting = this.#state.task?.wait?.kind === 'wipe';
    if (data === CTRL_U && answered?.kind !== 'followed' && !isWaiting) return true;
    return this.#answered(visibleKeys(data), node, answered);
  }

  #answered(what: string, node: NodeIndex, answered: Answered = { kind: 'open' }): boolean {
    if (answered.kind === 'open') return this.#leaveOpen(`${what} to ${this.#name(node)}`);
    const answerLine = answered.kind === 'borrowed' ? answered.line : null;
    this.#tale.note({ kind: 'typed', what, how: answered.kind, answerLine });
    if (answered.kind !== 'borrowed') return true;
    for (const { at, data } of answered.chunks) {
      this.#agenda.add({ at, body: { kind: 'bytes', node, data }, line: answered.line });
    }
    return true;
  }

  #name(node: NodeIndex): string {
    return nodeName({ engine: this.#play.engine, state: this.#state, effects: [] }, node);
  }

  #leaveOpen(what: string): false {
    const { engine } = this.#play;
    const { task } = this.#state;
    if (task === null) return false;
    const name = taskName(engine, this.#state, task);
    const assumed = this.#assumedFor(name, task.origin.kind);
    this.#tale.note({
      kind: 'open',
      state: this.#stateName,
      task: name,
      what,
      assumed,
      ways: waysAfter(engine, this.#state, task.origin),
      repeated: task.origin.kind === 'every',
    });
    this.#agenda.dropText();
    if (assumed !== null) this.#take(assumeOutcome(engine, this.#state, assumed));
    else {
      this.#state = leaveOpen(engine, this.#state);
      this.#parted = task.origin.kind === 'action';
    }
    return false;
  }

  /** What the caller says of this state, else the beginning counts as good, else what he says of all. */
  #assumedFor(task: string, origin: 'action' | 'every'): string | null {
    const word = task.split(' ', 1)[0] ?? '';
    const { assumed, engine } = this.#play;
    const here = assumed[`${this.#stateName}.${word}`];
    if (here !== undefined) return here;
    const begins = origin === 'action' && this.#state.current === engine.program.startState;
    return begins ? 'done' : (assumed[word] ?? null);
  }

  /** The script and the recording have parted, and the recording shows a system that runs. */
  #beginAnew(node: NodeIndex | null, hits: readonly number[]): void {
    const { engine } = this.#play;
    const runs = hits.some(
      (id) => engine.program.texts[engine.textOfMatch[id] ?? -1]?.means === 'running',
    );
    if (!this.#parted || !runs || node === null) return;
    const why = `the recording shows a running system on ${this.#name(node)}`;
    this.#tale.note({ kind: 'began-anew', why });
    this.#parted = false;
    this.#state = this.#start(node);
    for (const one of [node, otherNode(node)]) {
      const body = { kind: 'channel', node: one, status: 'connected', detail: '' } as const;
      this.#take(step(engine, this.#state, { at: this.#now, wall: this.#now, ...body }));
      // The connection is an old one.
      this.#state.nodes[one].fresh = true;
    }
  }
}

function isTransition(effect: MachineEffect): boolean {
  return effect.kind === 'log' && effect.entry.topic === 'transition';
}

/** Line by line, so that each decision can be told with its line; the machine sees no difference. */
function linesOf(data: string): string[] {
  return data.match(/[^\r\n]*[\r\n]|[^\r\n]+$/g) ?? [];
}

/** The node whose quiet console was looked at in this step. */
function quietNode(before: MachineState, heard: readonly Heard[]): NodeIndex | null {
  const quiet = NODES.find((node) => {
    const { looked, tail } = before.nodes[node].console;
    return !looked && heard.some((one) => one.prompt && one.line === tail);
  });
  return quiet ?? null;
}
