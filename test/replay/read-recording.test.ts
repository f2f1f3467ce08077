import { describe, expect, test } from 'vitest';
import { readRecording } from '../../src/replay/read-recording.ts';
import type { Item } from '../../src/replay/recording.ts';
import { PACE } from './recorded-world.ts';

function shown(items: readonly Item[]): string[] {
  const start = items[0]?.wall ?? 0;
  return items.map((item) => {
    const what = 'data' in item ? JSON.stringify(item.data) : '';
    const status = item.kind === 'channel' ? item.status : '';
    return `${item.line} +${item.wall - start} ${item.kind} ${what}${status}`.trim();
  });
}

test('a transcript of clusterd keeps times, typing, BREAKs, connections and line numbers', () => {
  const text = `2026-11-22T16:20:31.000Z ! connected
2026-11-22T16:20:31.100Z > "\\r"
half a lin
2026-11-22T16:20:31.200Z < "\\r\\nok "
2026-11-22T16:20:32.000Z ! BREAK
2026-11-22T16:20:31.500Z > [hidden]
2026-11-22T16:20:33.000Z ! lost: closed
2026-11-22T16:20:34.000Z ! some remark
2026-11-22T16:20:3`;
  const recording = readRecording('x', text, PACE);
  expect(recording).toMatchObject({ form: 'clusterd', timing: 'recorded', badLines: [3, 9] });
  expect(shown(recording.items)).toEqual([
    '1 +0 channel connected',
    '2 +100 typed "\\r"',
    '4 +200 received "\\r\\nok "',
    '5 +1000 break',
    '6 +1000 hidden',
    '7 +2000 channel lost',
  ]);
});

describe('a log without clusterd', () => {
  test('is paced line by line, and waits at a prompt', () => {
    const isPrompt = (line: string) => line === 'login: ';
    const recording = readRecording('x', 'one\nlogin: \r\ntwo', { ...PACE, isPrompt });
    expect(recording).toMatchObject({ form: 'text', timing: 'none', lineCount: 3 });
    expect(shown(recording.items)).toEqual([
      '1 +0 received "one\\n"',
      '2 +100 received "login: "',
      '2 +1100 received "\\r\\n"',
      '3 +1200 received "two"',
    ]);
  });

  test('takes times and connections from the marks of conserver', () => {
    const text = `before
[-- Console up -- Sat Nov 22 10:00:00 2025]
[-- MARK -- Sat Nov 22 10:10:00 2025]
panic
[-- Console down -- Sat Nov 22 10:10:05 2025]
[-- ann break #0(\\z) sent -- Sat Nov 22 10:10:06 2025]
`;
    const recording = readRecording('x', text, PACE);
    expect(recording.timing).toBe('marks');
    const up = new Date(2025, 10, 22, 10).getTime();
    const items = recording.items.map(({ kind, wall, line }) => [kind, wall - up, line]);
    expect(items).toEqual([
      ['received', -100, 1],
      ['channel', 0, 2],
      ['received', 600_000, 4],
      ['channel', 605_000, 5],
      ['break', 606_000, 6],
    ]);
  });

  test('knows a typescript and lines that begin with a date', () => {
    const text = `Script started on 2025-11-22 10:00:00+00:00 [COMMAND="cu"]
one
[Sat Nov 22 10:00:07 2025] two
Script done on 2025-11-22 10:05:00+00:00 [COMMAND_EXIT_CODE="0"]
`;
    const recording = readRecording('x', text, PACE);
    const data = recording.items.map((item) => ('data' in item ? item.data : ''));
    expect(data).toEqual(['one\n', 'two\n']);
    expect(recording.items[0]?.wall).toBe(Date.UTC(2025, 10, 22, 10));
  });

  test.each(['', '\n', '\0\0\xff', '2026-11-22T16:20:31.000Z hello'])('%j is read', (text) => {
    expect(readRecording('x', text, PACE).form).toBe('text');
  });
});
