/**
 * From the journal's records to what a cluster still believes after a restart, and the choice of
 * records that are enough to say the same again (compaction).
 * Called by journal-file.ts at start. Pure. Must never invent: what no record says stays unknown.
 */

import { assertNever } from '../language/assert-never.ts';
import { EMPTY_RECOLLECTION, type JournalRecord, type Recollection } from '../machine/protocol.ts';
import type { DatedRecord } from './journal.ts';

export type NodeNames = readonly [string, string];

/** A bound counts at most so many entries of a state; older ones are forgotten. */
const ENTRIES_MAX = 1000;

type Draft = { -readonly [K in keyof Recollection]: Recollection[K] };

/** `nodes`: the cluster's nodes in CList order; before the first record the first one is the owner. */
export function recollect(records: readonly DatedRecord[], nodes: NodeNames): Recollection {
  const draft: Draft = { ...EMPTY_RECOLLECTION };
  for (const { record, wall } of records) fold(draft, record, wall, nodes);
  return draft;
}

function fold(draft: Draft, record: JournalRecord, wall: number, nodes: NodeNames): void {
  switch (record.kind) {
    case 'owner':
      // A boot that was written down and never typed: what it was to finish is still open.
      if (draft.unfinished === 'boot' && draft.owner !== record.node) draft.unfinished = 'takeover';
      draft.owner = record.node;
      return;
    case 'intent':
      foldIntent(draft, record, nodes);
      return;
    case 'production':
      draft.unfinished = 'none';
      return;
    case 'state':
      if (record.bounded) draft.entries = withEntry(draft.entries, record.state, wall);
      draft.lastingState = record.lasting ? { state: record.state, reason: record.reason } : null;
      return;
    case 'service':
      draft.outOfService = draft.outOfService.filter((name) => name !== record.node);
      if (!record.inService) draft.outOfService = [...draft.outOfService, record.node];
      return;
    case 'held':
      draft.held = draft.held.filter((name) => name !== record.node);
      if (record.held) draft.held = [...draft.held, record.node];
      return;
    case 'attested':
      return; // An operator's word does not outlive the daemon that heard it.
    case 'released':
      draft.entries = {};
      draft.lastingState = null;
      return;
    case 'alarm':
    case 'cleared':
      foldAlarm(draft, record);
      return;
    default:
      assertNever(record);
  }
}

type Intent = Extract<JournalRecord, { kind: 'intent' }>;

function foldIntent(draft: Draft, intent: Intent, nodes: NodeNames): void {
  if (intent.verb === 'boot') {
    draft.owner = intent.node;
    draft.unfinished = 'boot';
    draft.pathIndex = intent.pathIndex ?? 0;
    draft.parkedBeforeBoot = intent.parkedBefore ?? false;
    return;
  }
  const stops = intent.verb === 'fence' || intent.verb === 'reset' || intent.verb === 'power-off';
  if (stops && intent.node === (draft.owner ?? nodes[0])) draft.unfinished = 'takeover';
}

function foldAlarm(draft: Draft, record: Extract<JournalRecord, { kind: 'alarm' | 'cleared' }>) {
  const others = draft.alarms.filter((alarm) => alarm.name !== record.name);
  if (record.kind === 'cleared') {
    draft.alarms = others;
    return;
  }
  draft.alarms = [...others, { name: record.name, text: record.text, type: record.type }];
}

function withEntry(entries: Recollection['entries'], state: string, wall: number) {
  const times = [...(entries[state] ?? []), wall].slice(-ENTRIES_MAX);
  return { ...entries, [state]: times };
}

/** Names of nodes that the records mention and the cluster does not have (any more). */
export function strangers(records: readonly DatedRecord[], nodes: NodeNames): string[] {
  const names = new Set<string>();
  for (const { record } of records) if ('node' in record) names.add(record.node);
  return [...names].filter((name) => !nodes.includes(name));
}

/**
 * The fewest records that this file knows how to choose and that recollect the same, in their
 * order; all of them when the choice would say something else.
 */
export function essential(
  records: readonly DatedRecord[],
  nodes: NodeNames,
): readonly DatedRecord[] {
  const released = records.findLastIndex(({ record }) => record.kind === 'released');
  const newest = new Map<string, DatedRecord>();
  const kept = new Set<DatedRecord>();
  records.forEach((dated, index) => {
    newest.set(slot(dated.record), dated);
    if (dated.record.kind === 'state' && dated.record.bounded && index > released) kept.add(dated);
  });
  for (const dated of newest.values()) kept.add(dated);
  const chosen = records.filter((dated) => kept.has(dated));
  const said = (of: readonly DatedRecord[]) => JSON.stringify(recollect(of, nodes));
  return said(chosen) === said(records) ? chosen : records;
}

/** Of records with the same slot only the newest matters. */
function slot(record: JournalRecord): string {
  switch (record.kind) {
    case 'owner':
    case 'production':
    case 'state':
    case 'attested':
    case 'released':
      return record.kind;
    case 'intent':
      return `intent ${record.verb} ${record.node}`;
    case 'service':
    case 'held':
      return `${record.kind} ${record.node}`;
    case 'alarm':
    case 'cleared':
      return `alarm ${record.name}`;
    default:
      return assertNever(record);
  }
}
