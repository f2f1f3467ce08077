import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DatedRecord,
  formatHeader,
  formatRecord,
  formatRecords,
  readJournal,
} from '../../src/cluster/journal.ts';
import { compacted, HISTORY_MS } from '../../src/cluster/journal-compaction.ts';
import { recollect, strangers } from '../../src/cluster/recollection.ts';
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
  return Buffer.from(formatRecords(records, 'demo', null).text);
}
/** The records that are not doubts. */
function believed(bytes: Uint8Array): readonly DatedRecord[] {
  return readJournal(bytes).records.filter(({ record }) => record.kind !== 'doubt');
}
const doubtful = (bytes: Uint8Array) => recollect(readJournal(bytes).records, NODES).ownerDoubt;

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
/** The line of `STORY` with the boot in it, and the one after it. */
const BOOT_LINE = 7;
const LINES = text(STORY).toString().split('\n').slice(0, -1);
const joined = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''));

describe('a journal', () => {
  it('can be read by eye', () => {
    const header = formatHeader('demo', WALL);
    expect(header.text).toMatch(
      /^clusterd journal, format 2, cluster demo, begun 2001-03-04T03:12:44\.120Z crc32=[0-9a-f]{8}\n$/,
    );
    const line = formatRecord(boot('n2', { pathIndex: 0 }), WALL, header.end);
    expect(line.text).toMatch(
      /^1 2001-03-04T03:12:44\.120Z intent \{"verb":"boot","node":"n2","pathIndex":0\} after=[0-9a-f]{8} crc32=[0-9a-f]{8}\n$/,
    );
    expect(line.text).toContain(`after=${header.end.checksum}`);
  });

  it('has the checksum that gzip has', () => {
    const end = { sequence: 0, checksum: '01234567' };
    expect(formatRecord({ kind: 'released', by: 'ann' }, 0, end).text).toBe(
      '1 1970-01-01T00:00:00.000Z released {"by":"ann"} after=01234567 crc32=8918e7d0\n',
    );
  });

  it('holds no character that a terminal would obey', () => {
    const by = '\u001b[2J\u009b2J\u007f\u202e\u2028';
    const bytes = text(dated({ kind: 'released', by }));
    expect(bytes.toString()).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]/);
    expect(believed(bytes)).toEqual(dated({ kind: 'released', by }));
  });

  it('brings back what was written, and what to go on from', () => {
    const { end } = formatRecords(STORY, 'demo', null);
    expect(readJournal(text(STORY))).toEqual({
      format: 'current',
      cluster: 'demo',
      records: STORY,
      damaged: [],
      end,
      wholeBytes: text(STORY).length,
      tornBytes: 0,
    });
    expect(end.sequence).toBe(STORY.length);
  });

  it('goes on in several pieces as in one', () => {
    const begin = formatRecords(STORY.slice(0, 3), 'demo', null);
    const rest = formatRecords(STORY.slice(3), 'demo', begin.end);
    expect(Buffer.from(begin.text + rest.text)).toEqual(text(STORY));
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
      expect(reading.records).toEqual(STORY.slice(0, Math.max(0, lines - 1)));
      expect(reading.end?.sequence ?? -1).toBe(lines - 1);
      expect([reading.wholeBytes, reading.tornBytes]).toEqual([whole, cut - whole]);
    }
  });
});

describe('a journal with one wrong bit', () => {
  const bytes = text(STORY);
  const places = Array.from({ length: bytes.length }, (_, at) => at);

  it('reports the line, wherever it is, believes no wrong record, and every other', () => {
    for (const at of places) {
      for (let bit = 0; bit < 8; bit++) {
        const wrong = Buffer.from(bytes);
        wrong[at] = (wrong[at] ?? 0) ^ (1 << bit);
        const line = bytes.subarray(0, at).toString('latin1').split('\n').length;
        const { format, damaged } = readJournal(wrong);
        if (format === 'newer') {
          expect(at).toBeLessThan(LINES[0]?.length ?? 0);
          continue;
        }
        expect(damaged[0]?.line).toBe(line);
        const hidden = bytes[at] === 0x0a ? [line, line + 1] : [line];
        const others = STORY.filter((_, index) => !hidden.includes(index + 2));
        expect(believed(wrong)).toEqual(others);
      }
    }
  });

  it('leaves the owner in doubt unless a later record names it', () => {
    for (const at of places) {
      const wrong = Buffer.from(bytes);
      wrong[at] = (wrong[at] ?? 0) ^ 0x01;
      const line = bytes.subarray(0, at).toString('latin1').split('\n').length;
      const known = line < BOOT_LINE - (bytes[at] === 0x0a ? 1 : 0);
      if (readJournal(wrong).format === 'newer') continue;
      expect([line, doubtful(wrong) === null]).toEqual([line, known]);
      const named = recollect(readJournal(wrong).records, NODES).owner;
      expect(known ? named : null).toBe(known ? 'n2' : null);
    }
  });
});

describe('a journal that lacks lines, or has them twice, or elsewhere', () => {
  const without = (line: number) => joined(LINES.filter((_, index) => index !== line - 1));

  it.each(LINES.map((_, index) => index + 1).slice(0, -1))('line %i is gone', (line) => {
    const reading = readJournal(without(line));
    expect(reading.damaged).toEqual([
      { line, what: `a line is missing before number ${line === 1 ? 1 : line}` },
    ]);
    expect(doubtful(without(line)) === null).toBe(line < BOOT_LINE);
  });

  it('says how many', () => {
    expect(readJournal(joined([...LINES.slice(0, 2), ...LINES.slice(5)])).damaged).toEqual([
      { line: 3, what: '3 lines are missing before number 5' },
    ]);
  });

  it('does not believe a line for the second time', () => {
    const twice = joined([...LINES, LINES[1] ?? '']);
    expect(readJournal(twice).damaged).toEqual([
      { line: 9, what: 'number 1 after 7: twice there, or out of its place' },
    ]);
    expect(recollect(readJournal(twice).records, NODES)).toMatchObject({
      owner: 'n2',
      ownerDoubt: expect.stringContaining('line 9'),
    });
  });

  it('finds two that changed places', () => {
    const [header = '', one = '', two = '', ...rest] = LINES;
    const swapped = joined([header, two, one, ...rest]);
    expect(readJournal(swapped).damaged.map(({ line }) => line)).toEqual([2, 3]);
    const last = joined([...LINES.slice(0, 6), LINES[7] ?? '', LINES[6] ?? '']);
    expect(doubtful(last)).not.toBeNull();
  });

  it('finds a line of another journal, whole as it is', () => {
    const other = formatRecords([...STORY.slice(0, 2), ...dated(boot('n1'))], 'demo', null);
    const foreign = other.text.split('\n')[3] ?? '';
    const reading = readJournal(joined([...LINES.slice(0, 3), foreign, ...LINES.slice(4)]));
    expect(reading.damaged.map(({ what }) => what)).toEqual([
      'number 4 does not follow from the line before it',
    ]);
  });

  it('finds a last line of which only the line end is wrong', () => {
    const bytes = text(STORY);
    bytes[bytes.length - 1] = 0x20;
    expect(readJournal(bytes)).toMatchObject({
      damaged: [{ line: 8, what: 'its line end is damaged' }],
    });
    expect(doubtful(bytes)).not.toBeNull();
  });

  it('goes on behind a damaged line without calling that damaged, too', () => {
    const wrong = joined(LINES.map((line, index) => (index === 7 ? line.replace('d', 'D') : line)));
    const { end } = readJournal(wrong);
    const more = formatRecords(dated(boot('n1')), 'demo', end);
    const reading = readJournal(Buffer.concat([wrong, Buffer.from(more.text)]));
    expect(reading.damaged.map(({ line }) => line)).toEqual([8]);
    expect(recollect(reading.records, NODES)).toMatchObject({ owner: 'n1', ownerDoubt: null });
  });
});

/** Lines as `formatRecord` seals them, with any body. */
async function sealed(...bodies: string[]): Promise<Buffer> {
  const { crc32 } = await import('../../src/cluster/crc32.ts');
  const lines = bodies.map((body) => {
    const checksum = crc32(Buffer.from(body)).toString(16).padStart(8, '0');
    return `${body} crc32=${checksum}`;
  });
  return joined(lines);
}

describe('a journal of other origin', () => {
  it.each([
    ['newkind {"a":1}', "records of kind 'newkind' are unknown"],
    ['owner {"node":7,"why":"x"}', "field 'node' is not a string"],
    ['owner {"node":"n1"}', "field 'why' is not a string"],
    ['owner {"node"}', 'not JSON'],
    ['constructor {}', "kind 'constructor' are unknown"],
    ['intent {"verb":"boot","node":"n1","pathIndex":"0"}', 'not a number'],
    ['compacted {"remembered":{"owner":"n1"}}', 'not a recollection'],
  ])('%s', async (fields, what) => {
    const body = `1 2001-03-04T03:12:44.120Z ${fields} after=00000000`;
    const reading = readJournal(await sealed(body));
    expect(reading.records.every(({ record }) => record.kind === 'doubt')).toBe(true);
    expect(reading.damaged.at(-1)?.what).toContain(what);
  });

  it('is not read when it is newer, whatever it looks like', async () => {
    const newer = Buffer.concat([Buffer.from('clusterd journal, format 3\0 else\n'), text(STORY)]);
    expect(readJournal(newer)).toMatchObject({ format: 'newer', records: [] });
  });

  it('is read when it is of format 1, and has to be written anew', async () => {
    const body = (index: number, fields: string) => `2001-03-04T03:12:4${index}.000Z ${fields}`;
    const old = await sealed(
      body(1, 'owner {"node":"n1","why":"x"}'),
      body(2, 'intent {"verb":"boot","node":"n2"}'),
    );
    const reading = readJournal(old);
    expect(reading).toMatchObject({ format: 'old', damaged: [], end: null });
    expect(recollect(reading.records, NODES)).toMatchObject({ owner: 'n2', unfinished: 'boot' });
    old[90] = 0x58;
    expect(readJournal(old).damaged).toHaveLength(1);
    expect(doubtful(old)).not.toBeNull();
  });

  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const reading = readJournal(bytes);
        expect(believed(bytes)).toEqual([]);
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
      'a boot that was taken back takes back all that it said',
      [
        boot('n1', { pathIndex: 0, parkedBefore: false }),
        production('n1'),
        boot('n1', { pathIndex: 1, parkedBefore: true }),
        {
          kind: 'owner',
          node: 'n1',
          why: 'not typed',
          pathIndex: 0,
          parkedBefore: false,
          unfinished: 'none',
        },
      ],
      { owner: 'n1', pathIndex: 0, parkedBeforeBoot: false, unfinished: 'none' },
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
      'a hole: nobody owns the disk for certain, and a system may sleep under either prompt',
      [boot('n2', { parkedBefore: true }), production('n2'), { kind: 'doubt', why: 'x' }],
      { owner: 'n2', ownerDoubt: 'x', held: ['n1', 'n2'] },
    ],
    [
      'a hole before the boot that names the owner',
      [{ kind: 'doubt', why: 'x' }, boot('n2')],
      { owner: 'n2', unfinished: 'boot', held: ['n1', 'n2'] },
    ],
    [
      'a hole before production: only an owner that was known is said to have it',
      [{ kind: 'owner', node: 'n1', why: 'x' }, { kind: 'doubt', why: 'x' }, production('n2')],
      { owner: 'n2', held: ['n1', 'n2'] },
    ],
    [
      'a hole, and the machine that saw what the prompts hide',
      [
        { kind: 'doubt', why: 'x' },
        { kind: 'held', node: 'n1', held: false },
        { kind: 'owner', node: 'n1', why: 'ann' },
      ],
      { owner: 'n1', held: ['n2'] },
    ],
    [
      'what was compacted, and what came after it',
      [
        boot('n1'),
        {
          kind: 'compacted',
          remembered: { ...EMPTY_RECOLLECTION, owner: 'n2', unfinished: 'takeover' },
        },
        production('n2'),
      ],
      { owner: 'n2' },
    ],
    [
      'armed: the last word',
      [
        { kind: 'armed', armed: true, by: 'ann' },
        { kind: 'armed', armed: false, by: 'ann' },
        { kind: 'armed', armed: true, by: 'bob' },
      ],
      { armed: true },
    ],
    [
      'armed: what was damaged later does not disarm',
      [
        { kind: 'armed', armed: true, by: 'ann' },
        { kind: 'doubt', why: 'x' },
      ],
      { armed: true, ownerDoubt: 'x', held: ['n1', 'n2'] },
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
    const seen = recollect(dated(boot('old')), NODES);
    expect(strangers(seen, NODES)).toEqual(['old']);
    expect(seen.ownerDoubt).toContain("'old'");
    expect(strangers(recollect(dated(boot('old'), boot('n1')), NODES), NODES)).toEqual([]);
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
  fc.record({ kind: fc.constant('doubt'), why: fc.string() }),
  fc.record({
    kind: fc.constant('alarm'),
    name: fc.constantFrom('a', 'b'),
    text: fc.string(),
    type: fc.string(),
  }),
  fc.record({ kind: fc.constant('cleared'), name: fc.constantFrom('a', 'b') }),
) as fc.Arbitrary<JournalRecord>;

describe('compaction', () => {
  const anyHistory = fc.array(anyRecord, { maxLength: 60 });

  it('says the same with any history, and again with what comes after it', () => {
    fc.assert(
      fc.property(anyHistory, anyHistory, (before, after) => {
        const all = dated(...before);
        const kept = compacted(all, NODES, WALL);
        expect(recollect(kept, NODES)).toEqual(recollect(all, NODES));
        const later = dated(...after);
        expect(recollect([...kept, ...later], NODES)).toEqual(recollect([...all, ...later], NODES));
      }),
    );
  });

  it('comes back from its text', () => {
    fc.assert(
      fc.property(anyHistory, (records) => {
        const kept = compacted(dated(...records), NODES, WALL);
        const reading = readJournal(text(kept));
        expect([reading.damaged, reading.records]).toEqual([[], kept]);
      }),
    );
  });

  it('keeps the story of takeovers for 400 days, and bounds it', () => {
    const long = Array.from({ length: 3000 }, (_, index) =>
      dated(state('watch'), { ...production('n1'), why: `${index}` }),
    ).flat();
    const kept = compacted([...dated(boot('n2')), ...long], NODES, WALL);
    expect(kept).toHaveLength(251);
    expect(kept.at(-2)?.record).toEqual({ ...production('n1'), why: '2999' });
    expect(kept.some(({ record }) => record.kind === 'state')).toBe(false);
    const later = compacted(long, NODES, WALL + HISTORY_MS + 3_600_000);
    expect(later.map(({ record }) => record.kind)).toEqual(['compacted']);
  });
});
