/**
 * `clusterd history` on what a real run of the demo left behind (a first boot, a panic, a planned
 * switchover, a hold, a hang), whole, halved, torn and full of garbage.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatRecords, readJournal } from '../../src/cluster/journal.ts';
import { compacted } from '../../src/cluster/journal-compaction.ts';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { processTerminal } from '../../src/commands/terminal.ts';

const JOURNAL = readFileSync(join(import.meta.dirname, 'demo.journal'), 'utf8');
const RECORDS = readFileSync(join(import.meta.dirname, 'demo.jsonl'), 'utf8');
const NODES = ['n1', 'n2'] as const;

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'history-'));
  mkdirSync(join(home, 'state'));
  mkdirSync(join(home, 'Logs'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function keep(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text);
}

const place = processTerminal(join(import.meta.dirname, '../..'));

async function history(...words: string[]) {
  let out = '';
  let err = '';
  const terminal = {
    ...place,
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const status = await runCommandLine(['history', '--home', home, ...words], terminal);
  return { status, out, err };
}

interface Shown {
  readonly missing: readonly string[];
  readonly unconfirmed: readonly { readonly text: string }[];
  readonly entries: readonly {
    readonly kind: string;
    readonly incident?: string;
    readonly from?: string | null;
    readonly to?: string | null;
    readonly startWall: number;
    readonly endWall: number;
    readonly text?: string;
    readonly phases?: Readonly<Record<string, number | null>>;
    readonly steps?: readonly { readonly text: string; readonly source: string }[];
  }[];
}

async function shown(...words: string[]): Promise<Shown> {
  const { out } = await history('demo', '--json', ...words);
  return JSON.parse(out) as Shown;
}

const incidents = ({ entries }: Shown) =>
  entries.filter(({ kind }) => kind === 'incident').map((one) => [one.incident, one.from, one.to]);

const ALL = [
  ['boot', null, 'n1'],
  ['takeover', 'n1', 'n2'],
  ['switchover', 'n2', 'n1'],
  ['hold', 'n1', 'n1'],
  ['takeover', 'n1', 'n2'],
];

describe('with journal and records', () => {
  beforeEach(() => keep({ 'state/demo.journal': JOURNAL, 'Logs/demo.jsonl': RECORDS }));

  it('tells every incident, and misses nothing', async () => {
    const all = await shown();
    expect(incidents(all)).toEqual(ALL);
    expect([all.missing, all.unconfirmed]).toEqual([[], []]);
  });
  it('knows the phases of the panic to the millisecond', async () => {
    const { entries } = await shown();
    const [panic] = entries.filter(({ incident }) => incident === 'takeover');
    const begun = Date.parse('2026-11-22T22:54:08.178Z');
    const since = (time: string) => Date.parse(`2026-11-22T22:54:${time}Z`) - begun;
    expect(panic?.startWall).toBe(begun);
    expect(panic?.endWall).toBe(begun + since('25.635'));
    expect(panic?.phases).toEqual({
      atPromptMs: since('13.573'),
      provenMs: since('20.696'),
      bootWrittenMs: since('21.950'),
      bootTypedMs: since('22.036'),
      serviceMs: since('24.532'),
      loginMs: since('25.635'),
    });
  });
  it('prints a takeover as a block with its proofs', async () => {
    const { out } = await history('demo');
    expect(out).toMatch(
      /TAKEOVER n1 -> n2: 17\.5 s until it was calm again\n +\+0\.0 s +fault seen +crash: panic/,
    );
    expect(out).toMatch(
      /\+12\.5 s +proven stopped +n1 is fenced\n +on: reset banner 2 s ago, identity/,
    );
    expect(out).toMatch(/boot written down +n2 may boot.*\n +on: n1 is fenced: reset banner/);
    expect(out).toMatch(/SWITCHOVER, planned n2 -> n1/);
    expect(out).toMatch(/operator root \(as they say\): hold: accepted/);
    expect(out).not.toMatch(/[^\n\x20-\x7e]|What is missing/);
  });
  it.each([
    [['--last', '1'], [ALL[4]]],
    [
      ['--since', '2026-11-22T22:56:30Z'],
      [ALL[3], ALL[4]],
    ],
    [['--since', '2026-11-22T22:54:20Z'], ALL.slice(1)],
    [['--since', '9999w'], ALL],
  ])('%s', async (words, expected) => {
    expect(incidents(await shown(...words))).toEqual(expected);
  });
  it.each([
    [['demo', '--since', 'yesterday'], 2, /expected a length of time like 7d/],
    [['demo', '--last', '0'], 2, /expected a number/],
    [['dmeo'], 1, /no past of 'dmeo'.*\n.*[Dd]id you mean/],
    [['../demo'], 1, /no past of/],
  ])('refuses %s', async (words, status, said) => {
    const finished = await history(...words);
    expect([finished.status, finished.err]).toEqual([status, expect.stringMatching(said)]);
  });
});

describe('with the journal alone', () => {
  it('tells the same incidents; a switchover by its reason, and without what only records know', async () => {
    keep({ 'state/demo.journal': JOURNAL });
    const all = await shown();
    expect(incidents(all)).toEqual([
      ALL[0],
      ALL[1],
      ['takeover', 'n2', 'n1'],
      ['inquiry', 'n1', 'n1'],
      ALL[4],
    ]);
    expect(all.missing).toEqual([expect.stringMatching(/there are no records .*demo\.jsonl/)]);
    const [panic] = all.entries.filter(({ incident }) => incident === 'takeover');
    expect(panic?.phases).toMatchObject({ atPromptMs: null, provenMs: 12_518, loginMs: 17_457 });
    expect((await history('demo')).out).toMatch(/moving: root \(as they say\) asked for it/);
  });
  it('after it was compacted: the takeovers, their proofs, and that the rest is not kept', async () => {
    const { records } = readJournal(Buffer.from(JOURNAL));
    const wall = (records.at(-1)?.wall ?? 0) + 1_000;
    const { text } = formatRecords(compacted(records, NODES, wall), 'demo', null);
    keep({ 'state/demo.journal': text });
    const all = await shown();
    expect(incidents(all)).toEqual([
      ALL[0],
      ALL[1],
      ['takeover', 'n2', 'n1'],
      ['inquiry', 'n1', 'n1'],
      ALL[4],
    ]);
    expect(all.missing[0]).toMatch(/before .* the journal keeps decisions only/);
    const { out } = await history('demo');
    expect(out).toMatch(/\+13\.8 s +boot written down +n2 may boot.*\n +on: n1 is fenced/);
  });
  it('damaged and torn: tells the rest and says where', async () => {
    const lines = JOURNAL.split('\n');
    lines[21] = (lines[21] ?? '').replace('crashed', 'Crashed');
    keep({ 'state/demo.journal': `${lines.join('\n')}71 2026-11-22T22:5` });
    const { missing, entries } = await shown();
    expect(missing).toEqual([
      expect.stringMatching(/demo\.journal:22: damaged line: the checksum does not fit/),
      expect.stringMatching(/ends in the middle of a line/),
      expect.stringMatching(/no records/),
    ]);
    const texts = entries.flatMap(({ steps = [] }) => steps.map(({ text }) => text));
    expect(texts).toContainEqual(expect.stringMatching(/^OWNER IN DOUBT: line 22/));
  });
});

describe('with records', () => {
  const lines = RECORDS.trimEnd().split('\n');

  it('reads rotated and packed files, in the order of their times', async () => {
    const part = (from: number, to: number) => `${lines.slice(from, to).join('\n')}\n`;
    keep({
      'state/demo.journal': JOURNAL,
      'Logs/demo.jsonl.2.gz': gzipSync(part(0, 30)),
      'Logs/demo.jsonl.1': part(30, 60),
      'Logs/demo.jsonl': part(60, lines.length),
      'Logs/demo.jsonl.orig': 'not ours',
      'Logs/demo2.jsonl': 'not ours',
    });
    const all = await shown();
    expect(incidents(all)).toEqual(ALL);
    expect(all.missing).toEqual([]);
  });
  it('says from when on there are any', async () => {
    keep({ 'state/demo.journal': JOURNAL, 'Logs/demo.jsonl': `${lines.slice(60).join('\n')}\n` });
    expect((await shown()).missing).toEqual([
      expect.stringMatching(/^the records begin at .*: what was before is told from the journal/),
    ]);
  });
  it('bears torn lines, garbage, strangers and bytes that are no text', async () => {
    const garbage = Buffer.from([0xff, 0xfe, 0, 0x0a, 0x7b, 0x0a]);
    const foreign = '{"cluster":"other","time":"2026-11-22T22:54:00.000Z","topic":"alarm"}';
    const odd = '[]\n"x"\nnull\n{"cluster":"demo"}\n{"cluster":"demo","time":"never"}\n';
    const torn = (lines.at(-1) ?? '').slice(0, 40);
    const text = Buffer.concat([garbage, Buffer.from(`${foreign}\n${odd}${RECORDS}${torn}`)]);
    keep({ 'state/demo.journal': JOURNAL, 'Logs/demo.jsonl': text });
    const all = await shown();
    expect(incidents(all)).toEqual(ALL);
    expect(all.missing).toEqual([expect.stringMatching(/demo\.jsonl: 9 lines torn or garbage/)]);
  });
  it('says what cannot be unpacked or read', async () => {
    const packed = gzipSync(RECORDS);
    keep({
      'state/demo.journal': JOURNAL,
      'Logs/demo.jsonl': RECORDS,
      'Logs/demo.jsonl.1.gz': packed.subarray(0, packed.length / 2),
    });
    mkdirSync(join(home, 'Logs/demo.jsonl.2'));
    const { missing } = await shown();
    expect(missing).toHaveLength(2);
    for (const one of missing) expect(one).toMatch(/demo\.jsonl\.[12].* cannot be read to its end/);
  });
  it('marks what the journal should have and has not; the journal counts', async () => {
    const false_ = (lines.find((line) => line.includes('"taking-over"')) ?? '')
      .replace(/"time":"[^"]*"/, '"time":"2026-11-22T22:55:30.000Z"')
      .replaceAll('taking-over', 'made-up');
    const text = `${[...lines.slice(0, 62), false_, ...lines.slice(62)].join('\n')}\n`;
    keep({ 'state/demo.journal': JOURNAL, 'Logs/demo.jsonl': text });
    const all = await shown();
    expect(all.unconfirmed.map((one) => one.text)).toEqual([expect.stringMatching(/^made-up/)]);
    expect((await history('demo')).out).toMatch(/not in the journal, which counts: .*made-up/);
  });
  it('without a journal: tells what they have, and that the journal is not there', async () => {
    keep({ 'Logs/demo.jsonl': RECORDS });
    const { missing, entries } = await shown();
    expect(missing).toEqual([expect.stringMatching(/demo\.journal is not there/)]);
    expect(entries.length).toBeGreaterThan(2);
  });
  it('leaves out files that are older than what was asked for', async () => {
    keep({ 'state/demo.journal': JOURNAL, 'Logs/demo.jsonl': RECORDS, 'Logs/demo.jsonl.1': '{' });
    const old = new Date('2026-11-20');
    utimesSync(join(home, 'Logs/demo.jsonl.1'), old, old);
    expect((await shown('--since', '2026-11-21')).missing).toEqual([]);
  });
});

it('makes everything safe to show', async () => {
  const lines = RECORDS.split('\n').map((line) =>
    line.replaceAll('panic[', '\\u001b[2J\\u0007panic['),
  );
  keep({ 'state/demo.journal': JOURNAL, 'Logs/demo.jsonl': lines.join('\n') });
  const { out } = await history('demo');
  expect(out).not.toMatch(/[^\n\x20-\x7e]/);
});
