/**
 * The one place that says what an operator sees of a machine: for status, for its JSON and for the
 * demo. Reads a state, changes nothing.
 */
import type { NetLevel } from '../language/program.ts';
import type { Engine } from './engine.ts';
import { evidenceOf } from './evidence.ts';
import type { ChannelStatus, Moment, NodeIndex } from './protocol.ts';
import { nodeOfRole, type Run, roleOf } from './run.ts';
import type { MachineState } from './state.ts';
import { describeTask } from './states.ts';
import { timersOf } from './timers.ts';

export interface NodeStatus {
  readonly name: string;
  readonly role: 'active' | 'standby';
  readonly channel: ChannelStatus;
  readonly channelDetail: string;
  readonly identity: 'unknown' | 'proven' | 'carried' | 'contradicted';
  readonly condition: string;
  readonly inService: boolean;
  readonly evidence: readonly {
    readonly grade: string;
    readonly ageMs: number;
    readonly stale: boolean;
    readonly note: string;
  }[];
  /** Since the last byte of the console; null before the first connection. */
  readonly silentForMs: number | null;
}

export interface ClusterStatus {
  readonly cluster: string;
  readonly script: string;
  readonly state: string;
  readonly summary: string;
  readonly sinceWall: number;
  readonly reason: string;
  readonly active: string;
  readonly standby: string;
  /** No journal has said yet who owns the disk; CList's first node is assumed. */
  readonly ownerAssumed: boolean;
  /** Why nobody is known to own the disk, or null. */
  readonly ownerDoubt: string | null;
  readonly unfinished: 'none' | 'takeover' | 'boot';
  /** Why nothing is sent (shadow mode); null: the cluster acts. */
  readonly inhibited: string | null;
  readonly net: {
    readonly level: NetLevel;
    readonly known: boolean;
    readonly forMs: number;
    readonly detail: string;
  };
  readonly onSilence: 'power' | 'confirm' | 'trust';
  readonly nodes: readonly NodeStatus[];
  readonly timers: readonly { readonly what: string; readonly dueInMs: number }[];
  readonly doing: string | null;
  readonly alarms: readonly {
    readonly name: string;
    readonly text: string;
    readonly type: string;
    readonly sinceWall: number;
  }[];
}

function describeNode(engine: Engine, state: MachineState, node: NodeIndex): NodeStatus {
  const { channel, channelDetail, facts, inService, console, connection } = state.nodes[node];
  return {
    name: engine.target.nodes[node].name,
    role: roleOf(state, node),
    channel,
    channelDetail,
    identity: facts.identity,
    condition: facts.condition,
    inService,
    evidence: evidenceOf(engine, state, node).map((one) => ({
      grade: one.grade,
      ageMs: state.now - one.at,
      stale: one.stale,
      note: one.note,
    })),
    silentForMs: connection === 0 ? null : state.now - console.byteAt,
  };
}

/** `now` may be later than the last event: ages are given as of `now`. */
export function describe(engine: Engine, last: MachineState, now: Moment): ClusterStatus {
  const state = { ...last, now: Math.max(last.now, now.at), wall: now.wall };
  const run: Run = { engine, state, effects: [] };
  const current = engine.program.states[state.current];
  const active = engine.target.nodes[state.owner].name;
  const standby = engine.target.nodes[nodeOfRole(state, 'standby')].name;
  return {
    cluster: engine.target.cluster,
    script: engine.program.name,
    state: current?.name ?? '?',
    summary: state.begun ? (current?.summary ?? '') : 'waits for the consoles to connect',
    sinceWall: state.enteredWall,
    reason: state.reason,
    active,
    standby,
    ownerAssumed: state.ownerAssumed,
    ownerDoubt: state.ownerDoubt,
    unfinished: state.unfinished,
    inhibited: state.inhibited,
    net: {
      level: state.net.level,
      known: state.net.known,
      forMs: state.now - state.net.since,
      detail: state.net.detail,
    },
    onSilence: engine.target.onSilence,
    nodes: [describeNode(engine, state, 0), describeNode(engine, state, 1)],
    timers: timersOf(run).map(({ what, dueAt }) => ({
      what,
      dueInMs: Math.max(0, dueAt - state.now),
    })),
    doing: state.task === null ? null : describeTask(run, state.task),
    alarms: state.alarms.map(({ name, text, type, wall }) => ({
      name,
      text,
      type,
      sinceWall: wall,
    })),
  };
}
