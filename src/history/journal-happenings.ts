/** The records of a journal as happenings, in their order. Called by the history command. Pure. */
import type { DatedRecord } from '../cluster/journal.ts';
import { assertNever } from '../language/assert-never.ts';
import type { JournalRecord } from '../machine/protocol.ts';
import type { Happening, What } from './happening.ts';

export function happeningsOfJournal(records: readonly DatedRecord[]): Happening[] {
  return records.flatMap(({ wall, record }) => {
    const what = whatOf(record);
    if (what === null) return [];
    const evidence = record.kind === 'intent' ? (record.evidence ?? '') : '';
    return [{ wall, source: 'journal', what, evidence }];
  });
}

/** Null: of no interest to people. */
function whatOf(record: JournalRecord): What | null {
  switch (record.kind) {
    case 'state':
      return { kind: 'state', state: record.state, why: record.reason };
    case 'intent':
      return { kind: 'deed', deed: record.verb, node: record.node, path: record.path ?? '' };
    case 'compacted':
      return { kind: 'compacted', owner: record.remembered.owner };
    case 'production':
    case 'attested':
    case 'released':
    case 'doubt':
    case 'armed':
    case 'service':
    case 'cleared':
    case 'acknowledged':
      return record;
    case 'owner':
      return { kind: 'owner', node: record.node, why: record.why };
    case 'alarm':
      return { kind: 'alarm', name: record.name, text: record.text };
    case 'held':
      return null;
    default:
      return assertNever(record);
  }
}
