/**
 * The one place that says what an operator sees of a machine: for status, for its JSON and for the
 * demo. Reads a state, changes nothing.
 */
import { assertNever } from '../language/assert-never.ts';
import type { NetLevel } from '../language/program.ts';
import { cablesWords } from './cables.ts';
import { type Engine, isIdentityOf } from './engine.ts';
import { ATTESTED_MS, evidenceOf, FENCED_MS, type Grade, OFF_MS, TRUSTED_MS } from './evidence.ts';
import type { ChannelStatus, Moment, NodeIndex } from './protocol.ts';
import { nodeOfRole, type Run, roleOf } from './run.ts';
import { type MachineState, otherNode } from './state.ts';
import { describeTask } from './states.ts';
import { timersOf } from './timers.ts';

export interface NodeStatus {
  readonly name: string;
  readonly role: 'active' | 'standby';
  readonly channel: ChannelStatus;
  readonly channelDetail: string;
  /** Since the console was connected, lost, ... */
  readonly channelForMs: number;
  readonly identity: 'unknown' | 'proven' | 'carried' | 'contradicted';
  /** Another identity than CList's, which the console showed last; null: none. */
  readonly identityShown: string | null;
  /** The node of this cluster whose identity that is, or null. */
  readonly identityShownIs: string | null;
  /** Since it was proven, or first contradicted; null: unknown. */
  readonly identityForMs: number | null;
  readonly condition: string;
  readonly inService: boolean;
  readonly evidence: readonly {
    readonly grade: string;
    readonly ageMs: number;
    readonly stale: boolean;
    readonly note: string;
    /** Until it has to be renewed, or ends, by age alone; null: age does not end it. */
    readonly endsInMs: number | null;
  }[];
  /** Modem lines that were ever seen asserted, as they are. */
  readonly modem: Readonly<Record<string, boolean>>;
  /** What is wrong with the line itself, as the wire says; null: nothing that is known. */
  readonly lineTrouble: string | null;
  /** What was tried there regularly, with its last end ('' failure: well). */
  readonly tested: readonly {
    readonly dialogue: string;
    readonly failure: string;
    readonly ageMs: number;
  }[];
  /** Since a BREAK of ours last had an effect that no key can have had; null: never seen. */
  readonly breakWorkedForMs: number | null;
  /** Since the last byte of the console, on whatever connection; null: it never said anything. */
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
  /** What is wrong with the console lines, one sentence; null: nothing that is known. */
  readonly cables: string | null;
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

/** How old a proof may be, in ms; null: only what contradicts it ends it. */
function lifetimeMs(grade: Grade): number | null {
  switch (grade) {
    case 'fenced':
      return FENCED_MS;
    case 'off':
      return OFF_MS;
    case 'trusted':
      return TRUSTED_MS;
    case 'attested':
      return ATTESTED_MS;
    case 'parked':
    case 'held':
    case 'out-of-service':
      return null;
    default:
      return assertNever(grade);
  }
}

function endsInMs(grade: Grade, ageMs: number): number | null {
  const lifetime = lifetimeMs(grade);
  return lifetime === null ? null : Math.max(0, lifetime - ageMs);
}

function identityOf(engine: Engine, state: MachineState, node: NodeIndex) {
  const { identity, contradictedBy, identityAt } = state.nodes[node].facts;
  const shown = identity === 'contradicted' ? contradictedBy : null;
  const other = otherNode(node);
  const isOther = isIdentityOf(engine, other, shown);
  return {
    identity,
    identityShown: shown,
    identityShownIs: isOther ? engine.target.nodes[other].name : null,
    identityForMs: identity === 'unknown' ? null : state.now - identityAt,
  };
}

function describeNode(engine: Engine, state: MachineState, node: NodeIndex): NodeStatus {
  const { channel, channelDetail, facts, inService, heardAt, modem, breakWorkedAt } =
    state.nodes[node];
  return {
    name: engine.target.nodes[node].name,
    role: roleOf(state, node),
    channel,
    channelDetail,
    channelForMs: state.now - state.nodes[node].channelSince,
    ...identityOf(engine, state, node),
    condition: facts.condition,
    inService,
    evidence: evidenceOf(engine, state, node).map((one) => ({
      grade: one.grade,
      ageMs: state.now - one.at,
      stale: one.stale,
      note: one.note,
      endsInMs: endsInMs(one.grade, state.now - one.at),
    })),
    modem,
    lineTrouble: null,
    tested: state.tested
      .filter((one) => one.node === node)
      .map(({ dialogue, failure, at }) => ({ dialogue, failure, ageMs: state.now - at })),
    breakWorkedForMs: breakWorkedAt === null ? null : state.now - breakWorkedAt,
    silentForMs: heardAt === null ? null : state.now - heardAt,
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
    cables: cablesWords(run),
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
