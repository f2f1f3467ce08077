/**
 * The machine: one cluster's program in motion. Pure and total: every event in every state is taken,
 * deferred or ignored with a log line; a broken promise inside throws, and the caller stops this one
 * cluster. Knows no clock, no socket, no file. Called by cluster/ (the daemon), the simulator, the
 * replayer and the prover: one engine for all.
 */
import type { Program } from '../language/program.ts';
import { takeBytesQuickly } from './bulk.ts';
import { carriedAlarms } from './carried-alarms.ts';
import { takeChannel } from './channel.ts';
import { bindEngine, type Engine } from './engine.ts';
import { taskAnswer, taskTime, taskWakesAt } from './executor.ts';
import { takeNet, takeStall } from './inputs.ts';
import { placeToBegin } from './lasting.ts';
import { fireLevel } from './levels.ts';
import { takeLook } from './look.ts';
import { takeOperator } from './operator.ts';
import { ownerWords, tellDoubt } from './owner-doubt.ts';
import { compilePatterns, type PatternSet } from './patterns.ts';
import type { Event, MachineEffect, Moment, NodeIndex, Recollection } from './protocol.ts';
import { freshAt, tailAt } from './quiet.ts';
import { log, type Run } from './run.ts';
import { DISARMED, endShadowTask, tellShadow } from './shadow.ts';
import { cloneState, emptyState, type MachineState } from './state.ts';
import { enter, settle } from './states.ts';
import { becomeFresh, lookAtTail, takeBytes } from './text.ts';
import { fireAfters, startEvery, stateWakesAt } from './timers.ts';

export type { Engine } from './engine.ts';
export type { MachineState } from './state.ts';

/** So long both consoles may take to connect before the first state begins anyway. */
const BEGIN_MS = 10_000;
const NODES: readonly NodeIndex[] = [0, 1];

/** `patterns`: shared by all clusters of one script; compiled here when absent. */
export function createEngine(program: Program, target: Engine['target'], patterns?: PatternSet) {
  return bindEngine(program, target, patterns ?? compilePatterns(program));
}

export interface Stepped {
  readonly state: MachineState;
  readonly effects: readonly MachineEffect[];
}

/** Why a machine begins, and whether it may send anything. */
export interface Beginning {
  /** One clause, for the log. */
  readonly why: string;
  /** Why nothing is sent; null: the cluster acts. */
  readonly inhibited: string | null;
}

/** As after a start of the daemon; what the journal says of arming decides. */
export function daemonStart(recollection: Recollection): Beginning {
  return { why: 'the daemon starts', inhibited: recollection.armed ? null : DISARMED };
}

/** The machine as it is after a start of the daemon: only what the journal says is known. */
export function start(
  engine: Engine,
  recollection: Recollection,
  now: Moment,
  beginning: Beginning = daemonStart(recollection),
): Stepped {
  const { program, target } = engine;
  const state = emptyState(now.at, now.wall, program.startState);
  const owner = target.nodes.findIndex((node) => node.name === recollection.owner);
  state.owner = owner === 1 ? 1 : 0;
  state.ownerAssumed = owner < 0;
  state.ownerDoubt = recollection.ownerDoubt;
  state.reason = beginning.why;
  state.inhibited = beginning.inhibited;
  state.unfinished = recollection.unfinished;
  state.pathIndex = recollection.pathIndex;
  state.parkedBeforeBoot = recollection.parkedBeforeBoot;
  state.entries = recollection.entries;
  state.alarms = carriedAlarms(recollection, target.cluster).map((alarm) => ({
    ...alarm,
    wall: now.wall,
  }));
  for (const node of NODES) {
    const { name } = target.nodes[node];
    state.nodes[node].inService = !recollection.outOfService.includes(name);
    if (recollection.held.includes(name)) {
      state.nodes[node].facts.resumable = { at: now.at, ours: false, carried: true };
    }
  }
  const { state: current, reason } = placeToBegin(program, recollection);
  state.current = current;
  state.reason = reason ?? state.reason;
  const run: Run = { engine, state, effects: [] };
  log(run, 'start', `${beginning.why}: every node is unknown until proven again`, {
    why: `${ownerWords(run)}; unfinished: ${state.unfinished}`,
    next: 'connects to both consoles',
  });
  if (state.inhibited !== null) tellShadow(run, state.inhibited);
  tellDoubt(run);
  return { state, effects: run.effects };
}

/** One event. Never changes the state it is given. */
export function step(engine: Engine, state: MachineState, event: Event): Stepped {
  if (event.kind === 'bytes') {
    const quick = takeBytesQuickly(engine, state, event);
    if (quick !== null) return { state: quick, effects: [] };
  }
  const next = cloneState(state);
  next.now = Math.max(state.now, event.at);
  next.wall = event.wall;
  next.hops = 0;
  const run: Run = { engine, state: next, effects: [] };
  takeEvent(run, event);
  return { state: next, effects: run.effects };
}

function takeEvent(run: Run, event: Event): void {
  switch (event.kind) {
    case 'bytes':
      return takeBytes(run, event.node, event.data);
    case 'channel':
      takeChannel(run, event);
      return beginWhenReady(run);
    case 'time':
      return takeTime(run);
    case 'stall':
      return takeStall(run, event.lateMs);
    case 'net':
      return takeNet(run, event);
    case 'command':
    case 'power':
    case 'journaled':
    case 'channel-answer': {
      const { task } = run.state;
      const progress = task === null ? null : taskAnswer(run, task, event);
      if (progress === null) {
        log(run, 'late', `an answer (${event.kind}) came after nobody waited for it`, {
          level: 'debug',
        });
      }
      return settle(run, progress);
    }
    case 'modem':
      return takeModem(run, event);
    case 'operator':
      return takeOperator(run, event);
    case 'look':
      return settle(run, { outcome: takeLook(run, event) });
  }
}

function takeModem(run: Run, event: Extract<Event, { kind: 'modem' }>): void {
  const node = run.state.nodes[event.node];
  node.modem = { ...node.modem, [event.line]: event.on };
  log(run, 'console', `modem line ${event.line} ${event.on ? 'came up' : 'dropped'}`, {
    node: event.node,
  });
}

// ---- time ----------------------------------------------------------------------------------------

function beginsAt(state: MachineState): number {
  const connected = state.nodes.every((node) => node.channel === 'connected');
  return connected ? state.enteredAt : state.enteredAt + BEGIN_MS;
}

function beginWhenReady(run: Run): void {
  if (run.state.begun || beginsAt(run.state) > run.state.now) return;
  const { current: state, reason } = run.state;
  // A lasting state comes from the journal.
  const isMeant = run.engine.program.states[state]?.lasting === true;
  enter(run, { state, reason, evidence: '', node: null, isMeant });
}

function takeTime(run: Run): void {
  beginWhenReady(run);
  for (const node of NODES) takeQuiet(run, node);
  const { task } = run.state;
  if (task !== null) settle(run, taskTime(run, task));
  if (!run.state.begun || endShadowTask(run)) return;
  if (fireAfters(run)) return;
  const departure = fireLevel(run);
  if (departure !== null) return enter(run, departure);
  startEvery(run);
}

function takeQuiet(run: Run, node: NodeIndex): void {
  const target = run.state.nodes[node];
  if (freshAt(target, target.console) <= run.state.now) becomeFresh(target);
  if (tailAt(run.engine, target, target.console) <= run.state.now) lookAtTail(run, node);
}

/** When a `time` event is wanted next, monotonic ms; null: not before another event. */
export function nextWake(engine: Engine, state: MachineState): number | null {
  let wake = wakesWithoutText(engine, state);
  for (const node of state.nodes) {
    wake = Math.min(wake, freshAt(node, node.console), tailAt(engine, node, node.console));
  }
  return Number.isFinite(wake) ? wake : null;
}

/** The same but for what quiet consoles bring. More text can only make it later. */
export function wakesWithoutText(engine: Engine, state: MachineState): number {
  let wake = Number.POSITIVE_INFINITY;
  const run: Run = { engine, state, effects: [] };
  if (!state.begun) wake = Math.min(wake, beginsAt(state));
  else wake = Math.min(wake, stateWakesAt(run));
  if (state.task !== null) wake = Math.min(wake, taskWakesAt(run, state.task));
  return wake;
}
