import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DatedRecord, formatRecord, readJournal } from '../../src/cluster/journal.ts';
import { essential, recollect, strangers } from '../../src/cluster/recollection.ts';
import { EMPTY_RECOLLECTION, type JournalRecord } from '../../src/machine/protocol.ts';

const WALL = Date.UTC(2001, 2, 4, 3, 12, 44, 120);
const NODES = ['n1', 'n2'] as const;

const boot = (node: string, more: object = {}): JournalRecord => ({
  kind: 'intent',
  verb: 'boot',
  node,
  ...more,
});
const intent = (verb: 'fence' | 'reset' | 'power-off' | 'break' | 'park', node: string) =>
  ({ kind: 'intent', verb, node }) as const;
const state = (name: string, flags: { bounded?: boolean; lasting?: boolean } = {}) =>
  ({
    kind: 'state',
    state: name,
    reason: `because ${name}`,
    bounded: flags.bounded ?? false,
    lasting: flags.lasting ?? false,
  }) as const;
const production = (node: string) => ({ kind: 'production', node, why: 'login' }) as const;

/** Dated one second apart. */
function dated(...records: JournalRecord[]): DatedRecord[] {
  return records.map((record, index) => ({ record, wall: WALL + index * 1000 }));
}
function text(records: readonly DatedRecord[]): Buffer {
  return Buffer.from(records.map(({ record, wall }) => formatRecord(record, wall)).join(''));
}

const STORY = dated(
  { kind: 'owner', node: 'n1', why: 'adopted' },
  production('n1'),
  state('watch'),
  state('crash', { bounded: true }),
  intent('fence', 'n1'),
  boot('n2', {
    path: '/pci@1f/disk@1,0:a',
    pathIndex: 1,
    evidence: 'fénced "now"\n',
    parkedBefore: true,
  }),
  { kind: 'alarm', name: 'production', text: 'down', type: 'clusterd status x' },
);

describe('a line of the journal', () => {
  it('can be read by eye', () => {
    const line = formatRecord(boot('n2', { pathIndex: 0 }), WALL);
    expect(line).toMatch(
      /^2001-03-04T03:12:44\.120Z intent \{"verb":"boot","node":"n2","pathIndex":0\} crc32=[0-9a-f]{8}\n$/,
    );
  });

  it('has the checksum that gzip has', () => {
    const line = formatRecord({ kind: 'released', by: 'ann' }, 0);
    expect(line).toBe('1970-01-01T00:00:00.000Z released {"by":"ann"} crc32=bc3d7f47\n');
  });

  it('brings back what was written', () => {
    expect(readJournal(text(STORY))).toEqual({
      records: STORY,
      damaged: [],
      wholeBytes: text(STORY).length,
      tornBytes: 0,
    });
  });
});

describe('a journal cut at any byte', () => {
  it('keeps every whole line and drops the torn one without calling it damaged', () => {
    const bytes = text(STORY);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reading = readJournal(bytes.subarray(0, cut));
      const whole = bytes.subarray(0, cut).lastIndexOf(0x0a) + 1;
      const lines = bytes.subarray(0, whole).toString().split('\n').length - 1;
      expect(reading.damaged).toEqual([]);
      expect(reading.records).toEqual(STORY.slice(0, lines));
      expect([reading.wholeBytes, reading.tornBytes]).toEqual([whole, cut - whole]);
    }
  });
});

describe('a journal with one wrong byte', () => {
  it('reports the line, wherever the byte is, and believes the others', () => {
    const bytes = text(STORY);
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] === 0x0a) continue;
      const wrong = Buffer.from(bytes);
      wrong[at] = (wrong[at] ?? 0) ^ 0x01;
      if (wrong[at] === 0x0a) continue;
      const line = bytes.subarray(0, at).toString('latin1').split('\n').length;
      const reading = readJournal(wrong);
      expect(reading.damaged.map((damage) => damage.line)).toEqual([line]);
      expect(reading.records).toEqual(STORY.filter((_, index) => index !== line - 1));
    }
  });

  it('reports both halves when a line end is lost or comes too early', () => {
    const bytes = text(STORY);
    const end = bytes.indexOf(0x0a);
    const joined = Buffer.from(bytes);
    joined[end] = 0x20;
    expect(readJournal(joined).damaged.map(({ line }) => line)).toEqual([1]);
    const split = Buffer.from(bytes);
    split[10] = 0x0a;
    expect(readJournal(split).damaged.map(({ line }) => line)).toEqual([1, 2]);
  });
});

describe('a journal of other origin', () => {
  it.each([
    ['2001-03-04T03:12:44.120Z newkind {"a":1}', "records of kind 'newkind' are unknown"],
    ['2001-03-04T03:12:44.120Z owner {"node":7,"why":"x"}', "field 'node' is not a string"],
    ['2001-03-04T03:12:44.120Z owner {"node":"n1"}', "field 'why' is not a string"],
    ['2001-03-04T03:12:44.120Z owner {"node"}', 'not JSON'],
    ['2001-03-04T03:12:44.120Z constructor {}', "kind 'constructor' are unknown"],
    ['2001-19-44T03:12:44.120Z released {"by":"x"}', 'is not a time'],
    ['2001-03-04T03:12:44.120Z intent {"verb":"boot","node":"n1","pathIndex":"0"}', 'not a number'],
  ])('%s', async (body, what) => {
    const { crc32 } = await import('../../src/cluster/crc32.ts');
    const checksum = crc32(Buffer.from(body)).toString(16).padStart(8, '0');
    const reading = readJournal(Buffer.from(`${body} crc32=${checksum}\n`));
    expect(reading.records).toEqual([]);
    expect(reading.damaged[0]?.what).toContain(what);
  });

  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const reading = readJournal(bytes);
        expect(reading.records).toEqual([]);
        expect(reading.wholeBytes + reading.tornBytes).toBe(bytes.length);
      }),
    );
  });
});

describe('what the records mean', () => {
  const cases: [string, JournalRecord[], object][] = [
    ['nothing', [], {}],
    ['an owner', [{ kind: 'owner', node: 'n2', why: 'x' }], { owner: 'n2' }],
    [
      'an intent to boot moves the disk',
      [boot('n2', { pathIndex: 1, parkedBefore: true })],
      { owner: 'n2', unfinished: 'boot', pathIndex: 1, parkedBeforeBoot: true },
    ],
    [
      'the next boot without values begins at the first path, not parked',
      [boot('n2', { pathIndex: 1, parkedBefore: true }), boot('n1')],
      { owner: 'n1', unfinished: 'boot' },
    ],
    ['production ends a boot', [boot('n2'), production('n2')], { owner: 'n2', unfinished: 'none' }],
    ['a fence of the assumed owner', [intent('fence', 'n1')], { unfinished: 'takeover' }],
    ['a fence of the standby is none', [intent('fence', 'n2')], {}],
    [
      'a reset of the recorded owner',
      [boot('n2'), production('n2'), intent('reset', 'n2')],
      { owner: 'n2', unfinished: 'takeover' },
    ],
    [
      'a fence of the new owner after its boot',
      [boot('n2'), intent('power-off', 'n2')],
      { owner: 'n2', unfinished: 'takeover' },
    ],
    [
      'a fence of the old owner after the boot leaves the boot unfinished',
      [boot('n2'), intent('fence', 'n1')],
      { owner: 'n2', unfinished: 'boot' },
    ],
    ['a BREAK or a parking is no takeover', [intent('break', 'n1'), intent('park', 'n1')], {}],
    [
      'entries of bounded states with their times',
      [state('crash', { bounded: true }), state('watch'), state('crash', { bounded: true })],
      { entries: { crash: [WALL, WALL + 2000] } },
    ],
    [
      'the lasting state',
      [state('service', { lasting: true })],
      { lastingState: { state: 'service', reason: 'because service' } },
    ],
    ['a later state ends it', [state('service', { lasting: true }), state('watch')], {}],
    [
      'release forgets entries and lasting state',
      [
        state('crash', { bounded: true }),
        state('service', { lasting: true }),
        { kind: 'released', by: 'ann' },
      ],
      {},
    ],
    [
      'out of service and back',
      [
        { kind: 'service', node: 'n1', inService: false, by: 'ann' },
        { kind: 'service', node: 'n2', inService: false, by: 'ann' },
        { kind: 'service', node: 'n1', inService: true, by: 'ann' },
      ],
      { outOfService: ['n2'] },
    ],
    ["an operator's word is not kept", [{ kind: 'attested', node: 'n1', by: 'ann' }], {}],
    [
      'a boot that was taken back is a takeover again',
      [boot('n2'), { kind: 'owner', node: 'n1', why: 'not typed' }],
      { owner: 'n1', unfinished: 'takeover' },
    ],
    [
      'the owner named once more leaves the boot unfinished',
      [boot('n2'), { kind: 'owner', node: 'n2', why: 'x' }],
      { owner: 'n2', unfinished: 'boot' },
    ],
    [
      'held and not held any more',
      [
        { kind: 'held', node: 'n1', held: true },
        { kind: 'held', node: 'n2', held: true },
        { kind: 'held', node: 'n1', held: false },
      ],
      { held: ['n2'] },
    ],
    [
      'alarms: the newest text, until cleared',
      [
        { kind: 'alarm', name: 'a', text: 'one', type: 't' },
        { kind: 'alarm', name: 'b', text: 'two', type: 't' },
        { kind: 'alarm', name: 'a', text: 'three', type: 't' },
        { kind: 'cleared', name: 'b' },
      ],
      { alarms: [{ name: 'a', text: 'three', type: 't' }] },
    ],
  ];
  it.each(cases)('%s', (_, records, expected) => {
    expect(recollect(dated(...records), NODES)).toEqual({ ...EMPTY_RECOLLECTION, ...expected });
  });

  it('names nodes that CList does not have', () => {
    expect(strangers(dated(boot('old'), production('n1')), NODES)).toEqual(['old']);
  });
});

const anyRecord: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({ kind: fc.constant('owner'), node: fc.constantFrom(...NODES), why: fc.string() }),
  fc.record({
    kind: fc.constant('intent'),
    verb: fc.constantFrom('break', 'park', 'fence', 'reset', 'power-off', 'boot', 'resume'),
    node: fc.constantFrom(...NODES),
    pathIndex: fc.nat(3),
    parkedBefore: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('production'), node: fc.constantFrom(...NODES), why: fc.string() }),
  fc.record({
    kind: fc.constant('state'),
    state: fc.constantFrom('watch', 'crash', 'service'),
    reason: fc.string(),
    bounded: fc.boolean(),
    lasting: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('service'),
    node: fc.constantFrom(...NODES),
    inService: fc.boolean(),
    by: fc.string(),
  }),
  fc.record({
    kind: fc.constant('held'),
    node: fc.constantFrom(...NODES),
    held: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('released'), by: fc.string() }),
  fc.record({
    kind: fc.constant('alarm'),
    name: fc.constantFrom('a', 'b'),
    text: fc.string(),
    type: fc.string(),
  }),
  fc.record({ kind: fc.constant('cleared'), name: fc.constantFrom('a', 'b') }),
) as fc.Arbitrary<JournalRecord>;

describe('compaction', () => {
  it('says the same with any history', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 60 }), (records) => {
        const all = dated(...records);
        expect(recollect(essential(all, NODES), NODES)).toEqual(recollect(all, NODES));
      }),
    );
  });

  it('is worth it', () => {
    const year = Array.from({ length: 500 }, (_, index) => [
      state('watch'),
      { kind: 'alarm', name: 'standby', text: `${index}`, type: 't' } as const,
      { kind: 'cleared', name: 'standby' } as const,
    ]).flat();
    expect(essential(dated(boot('n1'), production('n1'), ...year), NODES).length).toBeLessThan(10);
  });
});
