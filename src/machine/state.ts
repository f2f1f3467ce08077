/**
 * The machine's state: plain data, so that it can be kept, compared, explored and replayed.
 * `step` works on a copy made by `cloneState`; nobody outside this room changes one.
 * All times are monotonic milliseconds of the events (`Moment.at`) unless they say wall.
 */
import type { NetLevel } from '../language/program.ts';
import { type ConsoleText, copyConsole, emptyConsole } from './console.ts';
import { copyFacts, emptyFacts, type Facts, type Resumable } from './facts.ts';
import type { ChannelStatus, NodeIndex } from './protocol.ts';
import { cloneTask, type Task } from './task.ts';

/** Where our own typing ended: an expectation sees only what stands behind it. */
export interface Mark {
  readonly line: number;
  readonly column: number;
}

/** The line that our own typing made on the screen, once its echo came back. */
export interface EchoedLine {
  readonly line: number;
  readonly text: string;
  /** The part of it that we typed. */
  readonly typed: string;
  /** When its RETURN was pressed first, and how often it was. */
  readonly pressedAt: number;
  readonly pressed: number;
  /** How often the line was typed until its echo came right. */
  readonly attempt: number;
  /** The system that this line was to let go on, or null. */
  readonly suspended: Resumable | null;
}

export interface NodeState {
  channel: ChannelStatus;
  channelDetail: string;
  channelSince: number;
  /** Counts connections; 0 before the first. */
  connection: number;
  /** What the console says is believed: no replay of a terminal server is under way. */
  fresh: boolean;
  console: ConsoleText;
  /** When a byte last came, on whatever connection; null: never. */
  heardAt: number | null;
  /** When we last typed on this connection, or null. */
  typedAt: number | null;
  /** When a banner last came that we had not asked for, or null. */
  bannerAt: number | null;
  /** Our last BREAK, as long as no key of ours followed it: what comes now is its effect. */
  breakAlone: boolean;
  /** When a BREAK of ours last had an effect that no key can have had, or null. */
  breakWorkedAt: number | null;
  /** A CTRL-U of ours went out on it: what was left on the line before, unseen, is wiped. */
  swept: boolean;
  mark: Mark;
  echo: EchoedLine | null;
  facts: Facts;
  inService: boolean;
  /** Modem lines that were seen; false after one dropped. */
  modem: Readonly<Record<string, boolean>>;
}

/** What a repeated dialogue came to when it last ended. */
export interface Tested {
  readonly node: NodeIndex;
  readonly dialogue: string;
  readonly at: number;
  /** '' when it ended well. */
  readonly failure: string;
}

export interface RaisedAlarm {
  readonly name: string;
  readonly text: string;
  readonly type: string;
  readonly wall: number;
}

export interface MachineState {
  now: number;
  wall: number;
  /** The first state has been entered. Before, both consoles are given some time to connect. */
  begun: boolean;
  /** Why nothing is sent (shadow mode), for people; null: the cluster acts. Never changes. */
  inhibited: string | null;
  /** Index into Program.states. */
  current: number;
  reason: string;
  enteredAt: number;
  enteredWall: number;
  /** The node that owns the disk: the active one. The other is the standby. */
  owner: NodeIndex;
  ownerAssumed: boolean;
  /** Why nobody is known to own the disk, or null. `owner` is then only the first to be looked at. */
  ownerDoubt: string | null;
  /** Which boot path of the owner was used last. */
  pathIndex: number;
  /** The owner's parked values were read back before its last boot. */
  parkedBeforeBoot: boolean;
  unfinished: 'none' | 'takeover' | 'boot';
  nodes: [NodeState, NodeState];
  net: { level: NetLevel; since: number; known: boolean; detail: string };
  /** Next action of the current state, or its length when all are done. */
  actionIndex: number;
  task: Task | null;
  /** For each `every` of the current state: when it is due. */
  everyDue: readonly number[];
  /** Indices of `after` and net lines of the current state that have fired. */
  fired: { afters: readonly number[]; nets: readonly number[] };
  /** Texts that came in this state and that no line took, so that each is logged once. */
  ignored: readonly number[];
  /** Wall-clock times of entries into bounded states. */
  entries: Readonly<Record<string, readonly number[]>>;
  alarms: readonly RaisedAlarm[];
  /** What was tried regularly, since the machine began; once for each node and dialogue. */
  tested: readonly Tested[];
  /** For tokens of effects that are answered by events. */
  nextToken: number;
  /** Guards against transitions that take no time. */
  hops: number;
}

function emptyNode(at: number): NodeState {
  return {
    channel: 'lost',
    channelDetail: 'not yet connected',
    channelSince: at,
    connection: 0,
    fresh: false,
    console: emptyConsole(at),
    heardAt: null,
    typedAt: null,
    bannerAt: null,
    breakAlone: false,
    breakWorkedAt: null,
    swept: false,
    mark: { line: 0, column: 0 },
    echo: null,
    facts: emptyFacts(),
    inService: true,
    modem: {},
  };
}

export function emptyState(at: number, wall: number, startState: number): MachineState {
  return {
    now: at,
    wall,
    begun: false,
    inhibited: null,
    current: startState,
    reason: 'the daemon starts',
    enteredAt: at,
    enteredWall: wall,
    owner: 0,
    ownerAssumed: true,
    ownerDoubt: null,
    pathIndex: 0,
    parkedBeforeBoot: false,
    unfinished: 'none',
    nodes: [emptyNode(at), emptyNode(at)],
    net: { level: 'blind', since: at, known: false, detail: 'not yet asked' },
    actionIndex: 0,
    task: null,
    everyDue: [],
    fired: { afters: [], nets: [] },
    ignored: [],
    entries: {},
    alarms: [],
    tested: [],
    nextToken: 1,
    hops: 0,
  };
}

function cloneNode(node: NodeState): NodeState {
  const copy = withConsole(node, copyConsole(node.console), copyFacts(node.facts));
  copy.heardAt = node.heardAt;
  return copy;
}

/** A copy that `step` may change; what is never changed in place is shared. */
export function cloneState(state: MachineState): MachineState {
  const nodes: MachineState['nodes'] = [cloneNode(state.nodes[0]), cloneNode(state.nodes[1])];
  const copy = withNodes(state, state.now, state.wall, nodes);
  copy.net = { ...state.net };
  copy.task = state.task === null ? null : cloneTask(state.task);
  copy.fired = { ...state.fired };
  return copy;
}

// Every event makes a copy, and most are chunks of console text that mean nothing. The two functions
// below spell out what a spread would do: a spread of so many fields costs ten times as much.

export function withConsole(node: NodeState, text: ConsoleText, facts: Facts): NodeState {
  return {
    channel: node.channel,
    channelDetail: node.channelDetail,
    channelSince: node.channelSince,
    connection: node.connection,
    fresh: node.fresh,
    console: text,
    heardAt: text.byteAt,
    typedAt: node.typedAt,
    bannerAt: node.bannerAt,
    breakAlone: node.breakAlone,
    breakWorkedAt: node.breakWorkedAt,
    swept: node.swept,
    mark: node.mark,
    echo: node.echo,
    facts,
    inService: node.inService,
    modem: node.modem,
  };
}

export function withNodes(
  state: MachineState,
  now: number,
  wall: number,
  nodes: MachineState['nodes'],
): MachineState {
  return {
    now,
    wall,
    begun: state.begun,
    inhibited: state.inhibited,
    current: state.current,
    reason: state.reason,
    enteredAt: state.enteredAt,
    enteredWall: state.enteredWall,
    owner: state.owner,
    ownerAssumed: state.ownerAssumed,
    ownerDoubt: state.ownerDoubt,
    pathIndex: state.pathIndex,
    parkedBeforeBoot: state.parkedBeforeBoot,
    unfinished: state.unfinished,
    nodes,
    net: state.net,
    actionIndex: state.actionIndex,
    task: state.task,
    everyDue: state.everyDue,
    fired: state.fired,
    ignored: state.ignored,
    entries: state.entries,
    alarms: state.alarms,
    tested: state.tested,
    nextToken: state.nextToken,
    hops: state.hops,
  };
}

export function otherNode(node: NodeIndex): NodeIndex {
  return node === 0 ? 1 : 0;
}
