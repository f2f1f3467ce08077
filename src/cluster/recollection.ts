/**
 * From the journal's records to what a cluster still believes after a restart. By kind:
 *
 *   owner       that node owns the disk; a boot of the other one that was written down and never
 *               typed is a takeover again, which is still to be finished; where it says so: the boot
 *               path, whether it was parked before its boot, and what is unfinished
 *   intent boot that node owns the disk, from that path; a boot is unfinished
 *   intent fence, reset, power-off   of the owner: a takeover is unfinished; of another: nothing
 *   intent break, park, resume       nothing; it stands there for eyes
 *   production  that node owns the disk and runs; nothing is unfinished
 *   doubt       nobody is known to own the disk, and a system may sleep under either prompt; until
 *               the next owner, intent boot or production
 *   state       the lasting state in which to begin; entries of bounded states are counted
 *   released    no lasting state, no entries
 *   armed       whether anything may be sent; a cluster that was never armed is in shadow mode
 *   service     whether the node may be touched
 *   held        whether a system sleeps under the node's prompt
 *   attested    nothing: an operator's word does not outlive the daemon that heard it
 *   alarm, cleared   the alarms that were raised
 *   acknowledged     who knows of one of them, until its text changes
 *   compacted   everything at once: what the records before it came to
 *
 * Called by journal-file.ts at start and by the simulation. Pure. Must never invent: what no record
 * says stays unknown, and what a hole may have said is believed to be the worse.
 */

import { assertNever } from '../language/assert-never.ts';
import { EMPTY_RECOLLECTION, type JournalRecord, type Recollection } from '../machine/protocol.ts';
import type { DatedRecord } from './journal.ts';

export type NodeNames = readonly [string, string];

/** A bound counts at most so many entries of a state; older ones are forgotten. */
const ENTRIES_MAX = 1000;

/** What is believed once this record has been added. */
export function remembering(
  before: Recollection,
  { record, wall }: DatedRecord,
  nodes: NodeNames,
): Recollection {
  const draft: Draft = { ...before };
  fold(draft, record, wall, nodes);
  return draft;
}

type Draft = { -readonly [K in keyof Recollection]: Recollection[K] };

/** `nodes`: the cluster's nodes in CList order; before the first record the first one is the owner. */
export function recollect(records: readonly DatedRecord[], nodes: NodeNames): Recollection {
  const draft: Draft = { ...EMPTY_RECOLLECTION };
  for (const { record, wall } of records) fold(draft, record, wall, nodes);
  if (draft.owner !== null && !nodes.includes(draft.owner)) {
    draft.ownerDoubt ??= `the journal says '${draft.owner}', which is no node of CList`;
  }
  return draft;
}

function fold(draft: Draft, record: JournalRecord, wall: number, nodes: NodeNames): void {
  switch (record.kind) {
    case 'owner':
      return foldOwner(draft, record);
    case 'intent':
      return foldIntent(draft, record, nodes);
    case 'production':
      draft.unfinished = 'none';
      foldProduction(draft, record.node);
      return;
    case 'doubt':
      draft.ownerDoubt = record.why;
      draft.parkedBeforeBoot = false;
      draft.held = [...nodes];
      return;
    case 'state':
      if (record.bounded) draft.entries = withEntry(draft.entries, record.state, wall);
      draft.lastingState = record.lasting ? { state: record.state, reason: record.reason } : null;
      return;
    case 'service':
      draft.outOfService = without(draft.outOfService, record.node);
      if (!record.inService) draft.outOfService = [...draft.outOfService, record.node];
      return;
    case 'held':
      draft.held = without(draft.held, record.node);
      if (record.held) draft.held = [...draft.held, record.node];
      return;
    case 'attested':
      return;
    case 'released':
      draft.entries = {};
      draft.lastingState = null;
      return;
    case 'armed':
      draft.armed = record.armed;
      return;
    case 'alarm':
    case 'cleared':
      return foldAlarm(draft, record);
    case 'acknowledged':
      return foldAcknowledged(draft, record, wall);
    case 'compacted':
      Object.assign(draft, record.remembered);
      return;
    default:
      assertNever(record);
  }
}

/** Records of earlier versions say nothing of what is so besides. */
function foldOwner(draft: Draft, record: Extract<JournalRecord, { kind: 'owner' }>): void {
  const wasNotTyped = draft.unfinished === 'boot' && draft.owner !== record.node;
  draft.unfinished = record.unfinished ?? (wasNotTyped ? 'takeover' : draft.unfinished);
  draft.pathIndex = record.pathIndex ?? draft.pathIndex;
  draft.parkedBeforeBoot = record.parkedBefore ?? draft.parkedBeforeBoot;
  draft.owner = record.node;
  draft.ownerDoubt = null;
}

type Intent = Extract<JournalRecord, { kind: 'intent' }>;

function foldIntent(draft: Draft, intent: Intent, nodes: NodeNames): void {
  if (intent.verb === 'boot') {
    draft.owner = intent.node;
    draft.ownerDoubt = null;
    draft.unfinished = 'boot';
    draft.pathIndex = intent.pathIndex ?? 0;
    draft.parkedBeforeBoot = intent.parkedBefore ?? false;
    return;
  }
  const stops = intent.verb === 'fence' || intent.verb === 'reset' || intent.verb === 'power-off';
  if (stops && intent.node === (draft.owner ?? nodes[0])) draft.unfinished = 'takeover';
}

/** The machine writes it of the owner only, and not while the owner is in doubt. */
function foldProduction(draft: Draft, node: string): void {
  if (draft.ownerDoubt === null) return;
  draft.owner = node;
  draft.ownerDoubt = null;
}

function foldAlarm(draft: Draft, record: Extract<JournalRecord, { kind: 'alarm' | 'cleared' }>) {
  const others = draft.alarms.filter((alarm) => alarm.name !== record.name);
  if (record.kind === 'cleared') {
    draft.alarms = others;
    return;
  }
  const { name, text, type } = record;
  const before = draft.alarms.find((alarm) => alarm.name === name);
  const isSame = before?.text === text && before.type === type;
  draft.alarms = [...others, isSame ? before : { name, text, type }];
}

function foldAcknowledged(
  draft: Draft,
  { name, by, note }: Extract<JournalRecord, { kind: 'acknowledged' }>,
  wall: number,
): void {
  const acknowledged = { by, note, wall };
  draft.alarms = draft.alarms.map((alarm) =>
    alarm.name === name ? { ...alarm, acknowledged } : alarm,
  );
}

function withEntry(entries: Recollection['entries'], state: string, wall: number) {
  const times = [...(entries[state] ?? []), wall].slice(-ENTRIES_MAX);
  return { ...entries, [state]: times };
}

function without(names: readonly string[], name: string): readonly string[] {
  return names.filter((one) => one !== name);
}

/** Names that still count and that the cluster's nodes do not have (any more). */
export function strangers(recollection: Recollection, nodes: NodeNames): string[] {
  const { owner, outOfService, held } = recollection;
  const names = new Set([...(owner === null ? [] : [owner]), ...outOfService, ...held]);
  return [...names].filter((name) => !nodes.includes(name));
}
