/** The record of an adoption: read as it was written, damaged, and carried on. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AdoptRecord,
  formatRecord,
  putAway,
  readRecord,
  recordPath,
  writeRecord,
} from '../../src/adopt/record.ts';
import { RecordKeeper, recordFor } from '../../src/adopt/record-keeper.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'adopted-'));
  path = recordPath(directory, 'demo');
});
afterEach(() => rmSync(directory, { recursive: true }));

const HEAD = { cluster: 'demo', by: 'anna', begun: '2026-11-23T02:57:18.217Z' };
const change = (from: string | null) => ({ variable: 'auto-boot?', from, to: 'false' });
const plan = (from: string | null) => ({ node: 'n1', identity: '1', changes: [change(from)] });
const fresh = (from: string | null = 'true') => recordFor(HEAD, [plan(from)], null);
const values = (record: AdoptRecord) => record.nodes[0]?.values ?? [];

describe('the file', () => {
  it.each(['true', '', null, '"quoted" \\ back', 'disk net'])('keeps %j', (old) => {
    const record = fresh(old);
    writeRecord(path, record);
    expect(readRecord(path)).toEqual(record);
    expect(readdirSync(directory)).toEqual(['demo.adopted']);
  });
  it('has one line for each value', () => {
    expect(formatRecord(fresh())).toContain(
      '\n      {"variable":"auto-boot?","old":"true","new":"false","state":"untouched"}\n',
    );
  });
  it('is not there at first', () => {
    expect(readRecord(path)).toBe(null);
  });
  it('is never taken for none when it is damaged', () => {
    const text = formatRecord(fresh());
    for (let length = 0; length < text.length - 1; length++) {
      writeFileSync(path, text.slice(0, length));
      expect(() => readRecord(path)).toThrow(/is damaged/);
    }
    writeFileSync(path, text.replace('"untouched"', '"touched"'));
    expect(() => readRecord(path)).toThrow(/is damaged \(nodes.0.values.0.state\)/);
  });
  it('survives a half-written next one', () => {
    writeRecord(path, fresh());
    writeFileSync(`${path}.new`, '{"about": "half');
    expect(readRecord(path)).toEqual(fresh());
  });
  it('says on the disk what is about to be written, before it is', () => {
    const keeper = new RecordKeeper(path, fresh());
    keeper.mark('n1', ['auto-boot?'], 'may-be-written');
    expect(readFileSync(path, 'utf8')).toContain('"may-be-written"');
    keeper.mark('n2', ['auto-boot?'], 'written');
    expect(readFileSync(path, 'utf8')).not.toContain('"written"');
    keeper.enter('adopted');
    expect(readRecord(path)?.state).toBe('adopted');
  });
  it('is kept when it was undone', () => {
    writeRecord(path, fresh());
    putAway(path, fresh());
    expect(readdirSync(directory)).toEqual(['demo.adopted.undone-20261123T025718217Z']);
  });
});

describe('an adoption that goes on', () => {
  const withState = (state: 'written' | 'may-be-written') => {
    const record = fresh();
    const nodes = record.nodes.map((node) => ({
      ...node,
      values: node.values.map((value) => ({ ...value, state })),
    }));
    return { ...record, nodes };
  };
  it('keeps the old value of what it may have written', () => {
    const before = withState('may-be-written');
    const again = recordFor(HEAD, [{ node: 'n1', identity: '1', changes: [] }], before);
    expect(values(again)).toEqual(values(before));
  });
  it('takes the present value for the old one where somebody has set another since', () => {
    const again = recordFor(HEAD, [plan('maybe')], withState('written'));
    expect(values(again)).toEqual([
      { variable: 'auto-boot?', old: 'maybe', new: 'false', state: 'untouched' },
    ]);
  });
  it.each([
    ['CList wants another value than the one we wrote', 'written', 'false'],
    ['we were killed while it was written', 'may-be-written', 'fal'],
  ] as const)('keeps the old value where %s', (_, state, found) => {
    const changes = [{ variable: 'auto-boot?', from: found, to: 'never' }];
    const again = recordFor(HEAD, [{ node: 'n1', identity: '1', changes }], withState(state));
    expect(values(again)).toEqual([
      { variable: 'auto-boot?', old: 'true', new: 'never', state: 'untouched' },
    ]);
  });
});
