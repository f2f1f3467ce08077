import { describe, expect, test } from 'vitest';
import { findCommonCause } from '../../src/probe/common-cause.ts';

function found(since: readonly (number | null)[]): string {
  const clusters = since.map((second, index) => ({
    cluster: String.fromCharCode(97 + index),
    since: second === null ? null : second * 1000,
  }));
  return [...findCommonCause(clusters).keys()].sort().join('');
}

const WELL = (count: number) => Array.from({ length: count }, () => null);

describe('services that fell silent together', () => {
  test.each<[string, readonly (number | null)[], string]>([
    ['none', [], ''],
    ['nobody', WELL(5), ''],
    ['two of two', [0, 0], ''],
    ['three of three', [0, 10, 60], 'abc'],
    ['three of three, one too late', [0, 10, 61], ''],
    ['three of ten: 30 %', [5, 6, 7, ...WELL(7)], 'abc'],
    ['three of eleven: less', [5, 6, 7, ...WELL(8)], ''],
    ['four of eleven', [5, 6, 7, 8, ...WELL(7)], 'abcd'],
    ['two pairs apart', [0, 1, 500, 501, ...WELL(2)], ''],
    ['two groups', [0, 1, 2, 500, 501, 502], 'abcdef'],
    ['a chain holds those with enough neighbours', [0, 30, 60, 90, ...WELL(1)], 'abcd'],
    ['an old one beside a group', [0, 500, 501, 502, ...WELL(3)], 'bcd'],
    ['unsorted', [60, null, 0, 30], 'acd'],
  ])('%s', (_name, since, expected) => {
    expect(found(since)).toBe(expected);
  });

  test('the reason counts them', () => {
    const clusters = ['a', 'b', 'c', 'd'].map((cluster, index) => ({
      cluster,
      since: index === 3 ? null : 0,
    }));
    expect(findCommonCause(clusters).get('a')).toBe(
      "3 of 4 services fell silent within the same minute: one cause, not this cluster's",
    );
  });
});
