/**
 * What of a long journal is kept: the takeovers of the last months, for people and for a history of
 * the cluster, and one `compacted` record with everything that still counts.
 * Called by journal-file.ts. Pure. What it keeps must say the same as all records did; and it must
 * be short, whatever they were.
 */
import { assertNever } from '../language/assert-never.ts';
import type { JournalRecord } from '../machine/protocol.ts';
import type { DatedRecord } from './journal.ts';
import { type NodeNames, recollect } from './recollection.ts';

/** So long the story of takeovers is kept: 400 days. */
export const HISTORY_MS = 400 * 86_400_000;
/** So many of its records at most; the oldest go first. A takeover has about twenty. */
export const HISTORY_RECORDS_MAX = 250;

/** `wall`: now. */
export function compacted(
  records: readonly DatedRecord[],
  nodes: NodeNames,
  wall: number,
): readonly DatedRecord[] {
  const history = records.filter(
    (dated) => isHistory(dated.record) && Math.abs(wall - dated.wall) <= HISTORY_MS,
  );
  const remembered = recollect(records, nodes);
  return [
    ...history.slice(-HISTORY_RECORDS_MAX),
    { wall, record: { kind: 'compacted', remembered } },
  ];
}

/** Decisions about disk and nodes; not what a state or an alarm was at some time. */
function isHistory(record: JournalRecord): boolean {
  switch (record.kind) {
    case 'owner':
    case 'intent':
    case 'production':
    case 'service':
    case 'attested':
    case 'released':
    case 'armed':
    case 'doubt':
      return true;
    case 'state':
      return record.bounded || record.lasting;
    case 'held':
    case 'alarm':
    case 'cleared':
    case 'acknowledged':
    case 'compacted':
      return false;
    default:
      return assertNever(record);
  }
}
