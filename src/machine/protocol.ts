/**
 * What goes into the machine and what comes out: events and effects, plain data.
 * The runner (cluster/) makes events from wires, clocks and operators and carries effects out, in
 * order. Nothing here knows a socket, a file or a clock.
 */
import type { NetLevel, OperatorRequest } from '../language/program.ts';

/** Index into the two nodes of a cluster, in CList order. */
export type NodeIndex = 0 | 1;

/**
 * `connected`: bytes flow. `stale`: connected, but the other end does not answer: nothing may be
 * concluded from silence. `lost`: no connection. `busy`: the port is taken by somebody else.
 */
export type ChannelStatus = 'connected' | 'stale' | 'lost' | 'busy';

/** When an event happened: `at` monotonic milliseconds, `wall` milliseconds since 1970. */
export interface Moment {
  readonly at: number;
  readonly wall: number;
}

export type Event = Moment & EventBody;
export type EventBody =
  /** Console output after the wire's own protocol was removed; latin1, one char per byte. */
  | { readonly kind: 'bytes'; readonly node: NodeIndex; readonly data: string }
  | {
      readonly kind: 'channel';
      readonly node: NodeIndex;
      readonly status: ChannelStatus;
      readonly detail: string;
    }
  /** A time that `nextWake` asked for has come; sent after all input that was waiting. */
  | { readonly kind: 'time' }
  /** The process did not run for `lateMs`: silence during that time means nothing. */
  | { readonly kind: 'stall'; readonly lateMs: number }
  | { readonly kind: 'net'; readonly level: NetLevel; readonly detail: string }
  | {
      readonly kind: 'command';
      readonly token: number;
      readonly outcome: 'exited' | 'timeout' | 'not-started';
      readonly status: number | null;
      readonly detail: string;
    }
  | {
      readonly kind: 'power';
      readonly token: number;
      readonly outcome: 'off' | 'on' | 'no-answer' | 'no-device';
      readonly detail: string;
    }
  /** The record of the journal effect with this token is on the disk, or could not be written. */
  | {
      readonly kind: 'journaled';
      readonly token: number;
      readonly ok: boolean;
      readonly detail: string;
    }
  /** Answer to `ask-channel`: does the terminal server itself still answer? */
  | {
      readonly kind: 'channel-answer';
      readonly token: number;
      readonly answers: boolean;
      readonly detail: string;
    }
  /** A modem line that was seen asserted before has changed (serial, RFC 2217). */
  | {
      readonly kind: 'modem';
      readonly node: NodeIndex;
      readonly line: 'dsr' | 'dcd' | 'cts';
      readonly on: boolean;
    }
  | {
      readonly kind: 'operator';
      readonly request: OperatorRequest | 'out-of-service' | 'in-service' | 'owner';
      /** The node that the operator typed by name; null where the request needs none. */
      readonly node: NodeIndex | null;
      readonly operator: string;
      readonly reply: number;
    }
  /** Somebody wants to know what this dialogue, which only asks, comes to: look.ts. */
  | {
      readonly kind: 'look';
      readonly dialogue: string;
      readonly node: NodeIndex;
      readonly operator: string;
      readonly reply: number;
    };

/** What a look came to. */
export interface LookAnswer {
  readonly done: boolean;
  /** `not-looked`: it was not carried out, or not to its end; '' when done. */
  readonly failure: string;
  /** Why, one clause, or ''. */
  readonly note: string;
  /** The lines that its expectations took, in order. */
  readonly heard: readonly string[];
}

export type MachineEffect =
  /** Type these characters, paced, after everything typed before. */
  | { readonly kind: 'type'; readonly node: NodeIndex; readonly data: string }
  /** Forget what is not yet typed on this console. */
  | { readonly kind: 'discard-typing'; readonly node: NodeIndex }
  | { readonly kind: 'break'; readonly node: NodeIndex }
  | {
      readonly kind: 'run';
      readonly token: number;
      /** The node where it runs, as its trusted user; null: this host. */
      readonly on: NodeIndex | null;
      readonly argv: readonly string[];
      readonly withinMs: number;
    }
  | { readonly kind: 'kill'; readonly token: number }
  | {
      readonly kind: 'power';
      readonly token: number;
      readonly node: NodeIndex;
      /** `off` switches, then asks; `status` only asks. The answer is always what was asked. */
      readonly action: 'off' | 'status';
    }
  | { readonly kind: 'ask-channel'; readonly token: number; readonly node: NodeIndex }
  /** With a token: flush to the disk, then send `journaled`; later effects do not wait for it. */
  | { readonly kind: 'journal'; readonly record: JournalRecord; readonly token: number | null }
  | { readonly kind: 'log'; readonly entry: LogEntry }
  | {
      readonly kind: 'alarm';
      readonly name: string;
      readonly text: string;
      /** The command that the operator types next. */
      readonly type: string;
    }
  | { readonly kind: 'clear'; readonly name: string }
  | {
      readonly kind: 'reply';
      readonly reply: number;
      readonly accepted: boolean;
      readonly text: string;
    }
  | { readonly kind: 'looked'; readonly reply: number; readonly answer: LookAnswer };

/** What the log says of one happening. Free text is already safe to show (no control characters). */
export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'alarm';
  /** `transition`, `evidence`, `verb`, `dialogue`, `console`, `channel`, `net`, `operator`, ... */
  readonly topic: string;
  readonly state: string;
  readonly node: NodeIndex | null;
  readonly what: string;
  readonly why?: string;
  /** The evidence it rests on, in words. */
  readonly evidence?: string;
  readonly next?: string;
}

/** One decision worth remembering over a restart. Wall-clock times are added by the journal. */
export type JournalRecord =
  /** Nothing is owned before the first record: the first node of CList is assumed. */
  | {
      readonly kind: 'owner';
      readonly node: string;
      readonly why: string;
      /** What is so besides: a boot that was written down before may have said otherwise. */
      readonly pathIndex?: number;
      readonly parkedBefore?: boolean;
      readonly unfinished?: Recollection['unfinished'];
    }
  | {
      readonly kind: 'intent';
      readonly verb: 'break' | 'park' | 'fence' | 'reset' | 'power-off' | 'boot' | 'resume';
      readonly node: string;
      /** For boot: the path, its index in CList, and on what evidence. The node becomes the owner. */
      readonly path?: string;
      readonly pathIndex?: number;
      readonly evidence?: string;
      /** For boot: the parked values were read back just before. */
      readonly parkedBefore?: boolean;
    }
  /** A system runs on the owner again: whatever was begun is finished. */
  | { readonly kind: 'production'; readonly node: string; readonly why: string }
  | {
      readonly kind: 'state';
      readonly state: string;
      readonly reason: string;
      readonly bounded: boolean;
      readonly lasting: boolean;
    }
  | {
      readonly kind: 'service';
      readonly node: string;
      readonly inService: boolean;
      readonly by: string;
    }
  /** A system is suspended under this node's firmware prompt, or is not any more. */
  | { readonly kind: 'held'; readonly node: string; readonly held: boolean }
  | { readonly kind: 'attested'; readonly node: string; readonly by: string }
  | { readonly kind: 'released'; readonly by: string }
  /** Whether anything may be sent; not before the first one. */
  | { readonly kind: 'armed'; readonly armed: boolean; readonly by: string }
  | { readonly kind: 'alarm'; readonly name: string; readonly text: string; readonly type: string }
  | { readonly kind: 'cleared'; readonly name: string }
  /** A person knows of the alarm; written by the daemon, not by the machine. Ends with its text. */
  | {
      readonly kind: 'acknowledged';
      readonly name: string;
      readonly by: string;
      readonly note: string;
    }
  /** Who owns the disk is not known any more: something of the journal is damaged or missing. */
  | { readonly kind: 'doubt'; readonly why: string }
  /** Written by the journal itself: what all records before it come to. */
  | { readonly kind: 'compacted'; readonly remembered: Recollection };

/** What the journal says at start: the only things that are believed without new proof. */
export interface Recollection {
  /** Name of the node that was last allowed to boot from the disk; null: none recorded. */
  readonly owner: string | null;
  /** Why that may be wrong, or null. An owner in doubt is none: the law treats no node as one. */
  readonly ownerDoubt: string | null;
  readonly unfinished: 'none' | 'takeover' | 'boot';
  /** An operator armed the cluster. Else it is in shadow mode: it decides, and sends nothing. */
  readonly armed: boolean;
  readonly pathIndex: number;
  readonly parkedBeforeBoot: boolean;
  /** The lasting state in which the cluster was, or null. */
  readonly lastingState: { readonly state: string; readonly reason: string } | null;
  /** Wall-clock times of entries into bounded states, oldest first. */
  readonly entries: Readonly<Record<string, readonly number[]>>;
  readonly outOfService: readonly string[];
  /** Nodes under whose prompt a system was suspended when they were last seen. */
  readonly held: readonly string[];
  readonly alarms: readonly {
    readonly name: string;
    readonly text: string;
    readonly type: string;
    /** By whom, what else he said, and when (ms since 1970). */
    readonly acknowledged?: { readonly by: string; readonly note: string; readonly wall: number };
  }[];
}

export const EMPTY_RECOLLECTION: Recollection = {
  owner: null,
  ownerDoubt: null,
  unfinished: 'none',
  armed: false,
  pathIndex: 0,
  parkedBeforeBoot: false,
  lastingState: null,
  entries: {},
  outOfService: [],
  held: [],
  alarms: [],
};
