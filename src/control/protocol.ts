/**
 * What goes over the control socket: one JSON object a line, a request and then its reply.
 * Called by server.ts and client.ts. Everything that comes in is checked here; what does not fit is
 * refused with a reason and never guessed at.
 * Every request that acts has an `operator`: the name that the client says it has. With `who` before,
 * it shows that to be true (challenge.ts); what the daemon is given is the name as it is known then.
 * Who may connect at all is decided by the socket's mode, 0660.
 */
import { z } from 'zod';
import type { AcknowledgedAlarm, RaisedAlarm } from '../alarm/alarm-board.ts';
import type { OwnAlarm } from '../cluster/own-alarms.ts';
import type { PowerDeviceStatus } from '../cluster/power-watch.ts';
import type { DoctorReport } from '../doctor/check.ts';
import type { ClusterStatus } from '../machine/describe.ts';
import type { Challenge } from './challenge.ts';

/** A longer line is refused and the connection closed. */
export const LINE_BYTES_MAX = 64 * 1024;

export const ATTACH_LINES_MAX = 1000;

/** Names end up in logs and on terminals: no control characters. */
const name = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\p{Cf}]+$/u, 'has control characters');

/** What a person adds in words, or ''. */
const note = z
  .string()
  .max(500)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'has control characters');

/** Nothing that could be read as more than a name. */
const userName = z.string().regex(/^[\w.@\\+-]{1,128}\$?$/, 'is no name of a user');

export const OPERATOR_WORDS = [
  'arm',
  'disarm',
  'hold',
  'release',
  'switchover',
  'go',
  'resume',
  'restart',
  'confirm',
  'out-of-service',
  'in-service',
  'owner',
] as const;
export type OperatorWord = (typeof OPERATOR_WORDS)[number];

/** These need the name of a node. */
export const WORDS_WITH_NODE: readonly OperatorWord[] = [
  'confirm',
  'out-of-service',
  'in-service',
  'owner',
];

const requestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('who'), sudo: userName.nullable() }),
  z.strictObject({ kind: z.literal('ping') }),
  z.strictObject({ kind: z.literal('status'), cluster: name.nullable() }),
  z.strictObject({
    kind: z.literal('operator'),
    cluster: name,
    request: z.enum(OPERATOR_WORDS),
    node: name.nullable(),
    operator: name,
  }),
  /** The connection becomes a stream: src/attach/messages.ts. */
  z.strictObject({
    kind: z.literal('attach'),
    /** Null: the name of the node is enough. */
    cluster: name.nullable(),
    node: name,
    /** So many of the last lines first. */
    lines: z.number().int().min(0).max(ATTACH_LINES_MAX),
    operator: name,
  }),
  z.strictObject({
    kind: z.literal('acknowledge'),
    cluster: name,
    alarm: name,
    note,
    operator: name,
  }),
  z.strictObject({ kind: z.literal('test-alarm'), operator: name }),
  z.strictObject({
    kind: z.literal('doctor'),
    cluster: name,
    /** RETURN on the active node although nobody knows what it does. */
    tap: z.boolean(),
    /** False: what was found so far. */
    begin: z.boolean(),
    operator: name,
  }),
  z.strictObject({ kind: z.literal('reopen'), operator: name }),
  z.strictObject({ kind: z.literal('reload'), operator: name }),
  z.strictObject({ kind: z.literal('shutdown'), operator: name }),
]);
export type WireRequest = z.infer<typeof requestSchema>;

/** Asks for a challenge; `sudo`: who became the user that sends it, as sudo says. */
export type Introduction = Extract<WireRequest, { kind: 'who' }>;
/** What the daemon answers. */
export type Request = Exclude<WireRequest, Introduction>;

/** Somebody at a terminal with the console of a node. */
export interface AttachedPerson {
  readonly operator: string;
  readonly node: string;
  /** Milliseconds since 1970. */
  readonly sinceWall: number;
  /** Has the write lock: clusterd sends nothing meanwhile. */
  readonly isWriting: boolean;
}

/** A cluster as the daemon sees it. */
export type WatchedCluster =
  | {
      readonly kind: 'watched';
      readonly cluster: string;
      /** Null when the machine cannot be described. */
      readonly status: ClusterStatus | null;
      /** Why it is not controlled any more, or null. */
      readonly fault: string | null;
      /** Alarms of the daemon itself, beside those of the script in `status`. */
      readonly ownAlarms: readonly OwnAlarm[];
      /** The service does not answer, and is not dead yet: one clause; null: it is not late. */
      readonly late?: string | null;
      /** What regular checks of its power devices came to; absent: it has none. */
      readonly power?: readonly PowerDeviceStatus[];
      /** Who is attached to its consoles, in the order in which they came. */
      readonly attached: readonly AttachedPerson[];
      /** Those alarms, of both kinds, that somebody knows of. */
      readonly acknowledged: readonly AcknowledgedAlarm[];
    }
  | {
      readonly kind: 'not-watched';
      readonly cluster: string;
      /** The first of the mistakes that `clusterd check` shows in full. */
      readonly why: string;
    };

export interface DaemonSummary {
  readonly pid: number;
  readonly home: string;
  /** Milliseconds since 1970. */
  readonly startedWall: number;
  readonly clusters: number;
  /** What stands in CList or a script and is not in effect; null: nothing. */
  readonly edited: {
    readonly text: string;
    readonly sinceWall: number;
    /** `clusterd reload` would apply it. */
    readonly isSound: boolean;
  } | null;
  /** Clusters whose new description waits until they come to rest. */
  readonly waiting: readonly string[];
}

export type Reply =
  /** Null: nobody can be proven here. */
  | { readonly ok: true; readonly kind: 'who'; readonly challenge: Challenge | null }
  | { readonly ok: true; readonly kind: 'ping'; readonly daemon: DaemonSummary }
  | {
      readonly ok: true;
      readonly kind: 'status';
      readonly daemon: DaemonSummary;
      /** The daemon's time, so that ages can be told without its clock. */
      readonly wall: number;
      readonly clusters: readonly WatchedCluster[];
      /** Alarms of no cluster: a sink that does not work, the heartbeat. */
      readonly siteAlarms: readonly RaisedAlarm[];
    }
  | { readonly ok: true; readonly kind: 'acknowledge'; readonly text: string }
  | {
      readonly ok: true;
      readonly kind: 'test-alarm';
      /** Each sink, and why it was not told, or null. */
      readonly sinks: readonly { readonly sink: string; readonly why: string | null }[];
    }
  | { readonly ok: true; readonly kind: 'doctor'; readonly report: DoctorReport }
  | {
      readonly ok: true;
      readonly kind: 'operator';
      readonly accepted: boolean;
      readonly text: string;
    }
  | {
      readonly ok: true;
      readonly kind: 'attach';
      readonly cluster: string;
      readonly node: string;
      /** As logs and other operators see it. */
      readonly operator: string;
    }
  | {
      readonly ok: true;
      readonly kind: 'reload';
      readonly accepted: boolean;
      /** One for each cluster that is concerned, or each mistake. */
      readonly lines: readonly string[];
    }
  | { readonly ok: true; readonly kind: 'reopen' | 'shutdown'; readonly text: string }
  | { readonly ok: false; readonly code: string; readonly text: string; readonly hint: string };

/** The request, or a refusal that says what is wrong with the line. */
export function parseRequest(line: string): WireRequest | Extract<Reply, { ok: false }> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refusal('protocol', 'the line is not JSON', 'send one JSON object a line');
  }
  const result = requestSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue === undefined ? '' : issue.path.join('.');
  const what = issue === undefined ? 'the request does not fit' : issue.message;
  return refusal(
    'protocol',
    where === '' ? what : `${where}: ${what}`,
    'see src/control/protocol.ts',
  );
}

/** Others pressed and the place was needed: nothing of this connection was taken since its last reply. */
export const BUSY = refusal(
  'busy',
  'the control socket is pressed by too many clients',
  'try again; see who does that: ss -xp, or lsof on the socket',
);

export function refusal(code: string, text: string, hint: string): Extract<Reply, { ok: false }> {
  return { ok: false, code, text, hint };
}

export function formatLine(message: WireRequest | Reply): string {
  return `${JSON.stringify(message)}\n`;
}

/** `null` when the line is no reply of this protocol. */
export function parseReply(line: string): Reply | null {
  try {
    const value: unknown = JSON.parse(line);
    const isReply = typeof value === 'object' && value !== null && 'ok' in value;
    return isReply ? (value as Reply) : null;
  } catch {
    return null;
  }
}
