/**
 * Who owns the disk by a journal's records, and who did before the last of them that says so. Reads
 * them by itself, so that proof-watch.ts does not believe what cluster/recollection.ts makes of them.
 */
import type { DatedRecord } from '../cluster/journal.ts';
import type { JournalRecord, NodeIndex } from '../machine/protocol.ts';

export interface Ownership {
  readonly owner: NodeIndex;
  /** The record that says so is on the disk for good. */
  readonly isFlushed: boolean;
  /** That record is the intent of a boot. */
  readonly isIntent: boolean;
  /** Before that record. */
  readonly before: NodeIndex;
  /** At the time of `before`: nobody was known to own it. */
  readonly isInDoubt: boolean;
}

/** `isBooting`: `isInDoubt` is asked of the time before the last boot that was written down. */
export function ownershipIn(
  records: readonly DatedRecord[],
  unflushed: number,
  names: readonly [string, string],
  isBooting: boolean,
): Ownership {
  let said = { owner: 0 as NodeIndex, isInDoubt: false };
  let before = said;
  let at = -1;
  let isIntent = false;
  for (const [index, { record }] of records.entries()) {
    if (record.kind === 'doubt') said = { ...said, isInDoubt: true };
    const owner = ownerBy(record, said.isInDoubt, names);
    if (owner === null) continue;
    before = said;
    said = { owner, isInDoubt: false };
    at = index;
    isIntent = record.kind === 'intent';
  }
  const { isInDoubt } = isBooting ? before : said;
  const isFlushed = records.length - at > unflushed;
  return { owner: said.owner, isFlushed, isIntent, before: before.owner, isInDoubt };
}

/** A system that runs says who owns the disk only when nobody else does. */
function ownerBy(
  record: JournalRecord,
  isInDoubt: boolean,
  names: readonly [string, string],
): NodeIndex | null {
  const says =
    record.kind === 'owner' ||
    (record.kind === 'intent' && record.verb === 'boot') ||
    (record.kind === 'production' && isInDoubt);
  if (!says) return null;
  return record.node === names[1] ? 1 : 0;
}
