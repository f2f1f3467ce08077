/** Who acknowledged an alarm is remembered with it, and forgotten with its text. */
import { expect, test } from 'vitest';
import type { DatedRecord } from '../../src/cluster/journal.ts';
import { compacted } from '../../src/cluster/journal-compaction.ts';
import { parseRecord } from '../../src/cluster/journal-record.ts';
import { recollect } from '../../src/cluster/recollection.ts';
import type { JournalRecord } from '../../src/machine/protocol.ts';

const NODES = ['n1', 'n2'] as const;
const ALARM = { kind: 'alarm', name: 'a', text: 'one', type: 't' } as const;
const ACK = { kind: 'acknowledged', name: 'a', by: 'anna', note: 'I go' } as const;

function dated(...records: readonly JournalRecord[]): DatedRecord[] {
  return records.map((record, index) => ({ record, wall: index }));
}

const alarms = (...records: readonly JournalRecord[]) => recollect(dated(...records), NODES).alarms;

const ONE = { name: 'a', text: 'one', type: 't' };

test.each<[string, readonly JournalRecord[], unknown]>([
  ['it', [ALARM, ACK], [{ ...ONE, acknowledged: { by: 'anna', note: 'I go', wall: 1 } }]],
  ['the same again', [ALARM, ACK, ALARM], [{ acknowledged: { by: 'anna' } }]],
  ['by another', [ALARM, ACK, { ...ACK, by: 'bob' }], [{ acknowledged: { by: 'bob', wall: 2 } }]],
])('%s stays acknowledged', (_name, records, expected) => {
  expect(alarms(...records)).toMatchObject(expected as object);
});

test.each<[string, readonly JournalRecord[]]>([
  ['another text', [ALARM, ACK, { ...ALARM, text: 'two' }, ALARM]],
  ['cleared and raised again', [ALARM, ACK, { kind: 'cleared', name: 'a' }, ALARM]],
  ['an alarm that was not up', [ACK, ALARM]],
  ['another alarm', [ALARM, { ...ALARM, name: 'b' }, { ...ACK, name: 'c' }]],
])('%s is not acknowledged', (_name, records) => {
  expect(alarms(...records).filter(({ acknowledged }) => acknowledged !== undefined)).toEqual([]);
});

test('compacting keeps it, and it is read back', () => {
  const before = dated(ALARM, ACK, { ...ALARM, name: 'b' });
  const short = compacted(before, NODES, 99);
  expect(short).toHaveLength(1);
  const { kind, ...fields } = short[0]?.record ?? ALARM;
  const read = parseRecord(kind, JSON.stringify(fields));
  if (typeof read === 'string') throw new Error(read);
  expect(recollect(dated(read), NODES).alarms).toEqual(recollect(before, NODES).alarms);
});

test.each([
  ['acknowledged', '{"name":"a","by":"anna"}', "field 'note' is not a string"],
  ['acknowledged', '{"name":"a","by":7,"note":""}', "field 'by' is not a string"],
])('a damaged record is not believed', (kind, json, complaint) => {
  expect(parseRecord(kind, json)).toBe(complaint);
});

test.each([{}, { by: 'anna', note: '' }, { by: 'anna', note: '', wall: 'x' }, null])(
  'a recollection with %j is not believed',
  (acknowledged) => {
    const remembered = {
      ...recollect([], NODES),
      alarms: [{ name: 'a', text: 'one', type: 't', acknowledged }],
    };
    expect(parseRecord('compacted', JSON.stringify({ remembered }))).toMatch(
      /is not a recollection/,
    );
  },
);
