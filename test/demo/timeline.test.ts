import { expect, test } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { parseRecord } from '../../src/demo/daemon-record.ts';
import { Timeline } from '../../src/demo/timeline.ts';
import {
  entryOfHappening,
  entryOfRecord,
  type TimelineEntry,
} from '../../src/demo/timeline-entry.ts';
import { formatTimelineEntry, type Look, wrap } from '../../src/demo/timeline-text.ts';

const START = Date.parse('2026-11-22T17:00:00.000Z');
const PLAIN: Look = { columns: 80, isColoured: false };

const RECORD = { level: 'info', time: '2026-11-22T17:00:12.345Z', cluster: 'demo', node: null };

function textOf(record: object, look = PLAIN): string | null {
  const parsed = parseRecord(JSON.stringify({ ...RECORD, ...record }));
  const entry = parsed === null ? null : entryOfRecord(parsed);
  return entry === null ? null : formatTimelineEntry(entry, START, look);
}

const records: readonly [name: string, record: object, lines: readonly string[] | null][] = [
  [
    'a transition, its reason and what comes next',
    {
      topic: 'transition',
      state: 'alone',
      what: 'cold -> alone',
      why: 'boots it itself',
      next: 'stops it',
    },
    [
      '  12.3  clusterd  ==> cold -> alone',
      '                      why       boots it itself',
      '                      next      stops it',
    ],
  ],
  [
    'a reason that stands in its evidence is said once',
    {
      topic: 'transition',
      state: 'crash',
      what: 'watch -> crash',
      why: 'panic[cpu0]',
      evidence: 'n1 wrote "panic[cpu0]"',
    },
    [
      '  12.3  clusterd  ==> watch -> crash',
      '                      evidence  n1 wrote "panic[cpu0]"',
    ],
  ],
  [
    'evidence that stands in its reason is said once',
    {
      topic: 'transition',
      state: 'mute',
      what: 'watch -> mute',
      why: 'no prompt: silent',
      evidence: 'tap on n1 failed: silent',
    },
    ['  12.3  clusterd  ==> watch -> mute', '                      why       no prompt: silent'],
  ],
  [
    'a reason that is all of the evidence',
    {
      topic: 'transition',
      state: 'mute',
      what: 'watch -> mute',
      why: 'silent',
      evidence: 'tap on n1 failed: silent',
    },
    [
      '  12.3  clusterd  ==> watch -> mute',
      '                      evidence  tap on n1 failed: silent',
    ],
  ],
  [
    'an alarm with the command to type',
    {
      level: 'alarm',
      topic: 'alarm',
      event: 'raised',
      name: 'production',
      text: 'n1 is down',
      type: 'clusterd status demo',
    },
    [
      '  12.3  clusterd  ALARM production: n1 is down',
      '                      type      clusterd status demo',
    ],
  ],
  [
    'an alarm that is over',
    { topic: 'alarm', event: 'cleared', name: 'production' },
    ['  12.3  clusterd  cleared: production'],
  ],
  [
    'a verb that names its node',
    { topic: 'verb', node: 'n1', what: 'fence n1: prove it' },
    ['  12.3  clusterd  fence n1: prove it'],
  ],
  [
    'a verb that does not',
    { topic: 'verb', node: 'n2', what: 'write auto-boot? = false' },
    ['  12.3  clusterd  n2: write auto-boot? = false'],
  ],
  [
    'what a console said cannot move the cursor',
    { topic: 'script', what: 'said \u001b[2J\rok' },
    ['  12.3  clusterd  said \\x1b[2J\\rok'],
  ],
  ['debug is noise', { level: 'debug', topic: 'verb', what: 'x' }, null],
  ['dialogues are noise', { topic: 'dialogue', what: 'tap on n1: failed' }, null],
  ['modem lines are noise', { topic: 'console', what: 'modem line dsr came up' }, null],
  ['a record without a topic is none', { what: 'x' }, null],
];

test.each(records)('%s', (_, record, lines) => {
  expect(textOf(record)).toBe(lines === null ? null : lines.map((line) => `${line}\n`).join(''));
});

test.each(['', 'x', '{', '{"level":"info"', '[]', 'null'])('%j is no record', (line) => {
  expect(parseRecord(line)).toBeNull();
});

test.each([
  ['n1', 'panics: BAD TRAP', '   0.0  site      n1: panics: BAD TRAP\n', 'fault'],
  ['n1', 'power off', '   0.0  site      n1: power off\n', 'fault'],
  ['n2', 'login prompt', '   0.0  site      n2: login prompt\n', 'good'],
  ['n2', 'reset', '   0.0  site      n2: reset\n', 'plain'],
  [null, 'REFEREE: double-mount: x', '   0.0  site      REFEREE: double-mount: x\n', 'alarm'],
] as const)('the site: %s %s', (node, what, text, tone) => {
  const entry = entryOfHappening({ at: 5, wall: START, node, what });
  expect(formatTimelineEntry(entry, START, PLAIN)).toBe(text);
  expect(entry.tone).toBe(tone);
});

test('no line is wider than the terminal, and no word is lost', () => {
  const what = `${'word '.repeat(40)}${'x'.repeat(150)}`;
  for (const columns of [60, 80, 100]) {
    const text = textOf(
      { topic: 'transition', state: 'a', what, why: what },
      {
        columns,
        isColoured: false,
      },
    );
    const lines = (text ?? '').trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(text?.match(/word/g)).toHaveLength(80);
    expect(text?.match(/x/g)).toHaveLength(300);
  }
});

test('wrapped lines together are the text', () => {
  for (const text of ['', 'a', 'a b', `${'ab '.repeat(30)}c`]) {
    expect(wrap(text, 30).join(' ')).toBe(text);
  }
});

test('colours only where they are wanted, and never instead of words', () => {
  const alarm = { topic: 'alarm', event: 'raised', name: 'a', text: 'b', type: 'c' };
  const coloured = textOf(alarm, { columns: 80, isColoured: true }) ?? '';
  expect(coloured).toContain('\u001b[31m');
  // biome-ignore lint/complexity/useRegexLiterals: a control character
  const bare = coloured.replace(new RegExp('\u001b\\[\\d+m', 'g'), '');
  expect(bare).toBe(textOf(alarm));
});

function entry(wall: number, text: string): TimelineEntry {
  return { wall, source: 'site', mark: text, tone: 'plain', text, details: [] };
}

test('what comes late is printed where it belongs', () => {
  const clock = new SimulatedClock();
  const printed: string[] = [];
  const timeline = new Timeline(clock, ({ text }) => printed.push(text));
  const { wall } = clock.now();
  timeline.add(entry(wall + 500, 'second'));
  clock.advance(1_000);
  timeline.add(entry(wall + 100, 'first'));
  timeline.add(entry(wall + 900, 'third'));
  expect(printed).toEqual([]);
  clock.advance(5_000);
  expect(printed).toEqual(['first', 'second', 'third']);
});

test('flush prints what is kept back, once', () => {
  const clock = new SimulatedClock();
  const printed: string[] = [];
  const timeline = new Timeline(clock, ({ text }) => printed.push(text));
  timeline.add(entry(clock.now().wall, 'only'));
  timeline.flush();
  clock.advance(5_000);
  expect(printed).toEqual(['only']);
});

test('waiting ends with the entry, with time, or with a failure', async () => {
  const clock = new SimulatedClock();
  const timeline = new Timeline(clock, () => {});
  const late = () => new Error('late');
  const wait = () => timeline.next(({ mark }) => mark === 'b', 1_000, late);
  const found = wait();
  timeline.add(entry(0, 'a'));
  timeline.add(entry(0, 'b'));
  expect((await found).mark).toBe('b');
  const missed = wait();
  clock.advance(1_001);
  await expect(missed).rejects.toThrow('late');
  const broken = wait();
  timeline.fail(new Error('gone'));
  await expect(broken).rejects.toThrow('gone');
  await expect(timeline.pause(10)).rejects.toThrow('gone');
});
