import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAlarm, formatCleared, formatEntry } from '../../src/log/entry-line.ts';
import { quoteBytes, unquoteBytes } from '../../src/log/escape.ts';
import { visible } from '../../src/log/visible.ts';
import { formatLocal, formatUtc } from '../../src/log/wall-time.ts';
import type { LogEntry } from '../../src/machine/protocol.ts';

const EVERY_BYTE = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
const WALL = Date.UTC(2026, 10, 22, 16, 20, 31, 482);

describe('visible', () => {
  test.each([
    ['plain text \\ "quoted"', 'plain text \\ "quoted"'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\x1b[31mred\x07', '\\x1b[31mred\\x07'],
    ['\x7f\x80\x9b2J\xff', '\\x7f\\x80\\x9b2J\\xff'],
    ['\u202eevil \u{1f600}', '\\u{202e}evil \\u{1f600}'],
    ['', ''],
  ])('%j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('whatever comes in, printable ASCII comes out', () => {
    expect(visible(EVERY_BYTE)).toMatch(/^[\x20-\x7e]*$/);
    void fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => /^[\x20-\x7e]*$/.test(visible(text))),
    );
  });
});

describe('quoted bytes', () => {
  test.each([
    ['ok\r\n', '"ok\\r\\n"'],
    ['"\\"', '"\\"\\\\\\""'],
    ['\0\x1b[K\xff', '"\\x00\\x1b[K\\xff"'],
  ])('%j', (text, quoted) => {
    expect(quoteBytes(text)).toBe(quoted);
    expect(unquoteBytes(quoted)).toBe(text);
  });

  test('every byte comes back', () => {
    expect(unquoteBytes(quoteBytes(EVERY_BYTE))).toBe(EVERY_BYTE);
    const bytes = fc.uint8Array({ maxLength: 64 });
    void fc.assert(
      fc.property(bytes, (array) => {
        const text = Buffer.from(array).toString('latin1');
        const quoted = quoteBytes(text);
        return /^"[\x20-\x7e]*"$/.test(quoted) && unquoteBytes(quoted) === text;
      }),
    );
  });

  test.each(['', '"', 'a', '"a', '"a"b"', '"\\"', '"\\q"', '"\\x0"', '"\\x0G"', '"\n"', '"\xff"'])(
    'refuses %j',
    (quoted) => {
      expect(unquoteBytes(quoted)).toBeNull();
    },
  );
});

test('times keep their milliseconds, whatever was asked before', () => {
  const times = [WALL, WALL + 1, WALL + 999, WALL + 1000, WALL - 5, 0, 999, -1, WALL + 0.7];
  for (const wall of times) {
    const date = new Date(Math.floor(wall));
    expect(formatUtc(wall)).toBe(date.toISOString());
    const local = /^(\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+)\.(\d+)$/.exec(formatLocal(wall)) ?? [];
    const [year, month, day, hour, minute, second, ms] = local.slice(1).map(Number);
    const back = new Date(year ?? 0, (month ?? 0) - 1, day, hour, minute, second, ms);
    expect(back.getTime()).toBe(date.getTime());
  }
});

describe('a line of the readable log', () => {
  const entry: LogEntry = {
    level: 'info',
    topic: 'console',
    state: 'watch',
    node: 0,
    what: 'saw panic',
  };
  const nodes = ['n1', 'node2'];
  const lineOf = (change: Partial<LogEntry>) => {
    const line = formatEntry({ ...entry, ...change }, WALL, nodes);
    expect(line.endsWith('\n')).toBe(true);
    expect(line.slice(0, -1)).toMatch(/^[\x20-\x7e]*$/);
    expect(line).toContain(formatLocal(WALL));
    return line.slice(formatLocal(WALL).length + 2, -1);
  };

  test.each<[string, Partial<LogEntry>, string]>([
    ['plain', {}, 'watch         n1     saw panic'],
    ['no node', { node: null }, 'watch                saw panic'],
    [
      'all parts',
      { node: 1, why: 'w', evidence: 'e', next: 'n' },
      'watch         node2  saw panic | why: w | evidence: e | next: n',
    ],
    [
      'transition',
      { topic: 'transition', what: 'watch -> crash' },
      'watch         n1     ==> watch -> crash',
    ],
    ['parts that say nothing', { why: '', evidence: '' }, 'watch         n1     saw panic'],
    ['warning', { level: 'warn' }, 'watch         n1     warning: saw panic'],
    ['alarm', { level: 'alarm' }, 'watch         n1     ALARM  saw panic'],
    [
      'forgery',
      { what: 'a\n2026-11-22 b\x1b[2J' },
      'watch         n1     a\\n2026-11-22 b\\x1b[2J',
    ],
  ])('%s', (_name, change, expected) => {
    expect(lineOf(change)).toBe(expected);
  });

  test('long parts are shortened in the middle, the longest first, what to do next never', () => {
    const line = formatEntry(
      { ...entry, what: `from${'x'.repeat(500)}to`, why: 'short', next: 'clusterd status' },
      WALL,
      nodes,
    );
    expect(line.length - 1).toBe(160);
    expect(line).toMatch(/from(x+)\.\.\.(x+)to \| why: short \| next: clusterd status\n$/);
  });

  test('decisions, warnings and alarms are whole', () => {
    const what = 'x'.repeat(500);
    for (const topic of [
      'start',
      'transition',
      'evidence',
      'verb',
      'script',
      'operator',
      'reload',
    ]) {
      const line = formatEntry({ ...entry, topic, what, evidence: what }, WALL, nodes);
      expect(line).toContain(`${what} | evidence: ${what}\n`);
    }
    for (const level of ['warn', 'alarm'] as const) {
      expect(formatEntry({ ...entry, level, what }, WALL, nodes)).toContain(what);
    }
  });

  test('alarms end with the command to type', () => {
    expect(formatAlarm('production', 'it\x07 broke', 'clusterd status demo', WALL)).toBe(
      `${formatLocal(WALL)}  ALARM  production: it\\x07 broke | type: clusterd status demo\n`,
    );
    expect(formatCleared('production', WALL)).toBe(`${formatLocal(WALL)}  CLEARED  production\n`);
  });
});
