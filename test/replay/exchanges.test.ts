import { describe, expect, test } from 'vitest';
import { Exchanges } from '../../src/replay/exchanges.ts';
import type { Item } from '../../src/replay/recording.ts';

const judge = {
  isHarmless: (line: string) => line === '' || line === 'banner',
  isKnown: (line: string) => line.includes('panic'),
};

/** `12 > RETURN`, `12.5 < text`, `13 ! break`: seconds, and what happened. */
function exchanges(...script: string[]): Exchanges {
  const items = script.map((text, index): Item => {
    const [, at, mark, data = ''] = /^([\d.]+) ([<>!]) (.*)$/.exec(text) ?? [];
    const place = { wall: Number(at) * 1000, line: index + 1 };
    if (mark === '!') return { ...place, kind: 'break' };
    const bytes = data.replaceAll('RETURN', '\r').replaceAll('NL', '\r\n');
    return { ...place, kind: mark === '<' ? 'received' : 'typed', data: bytes };
  });
  return new Exchanges(items, judge);
}

function answer(of: Exchanges, typed: string, seconds: number): string | null {
  const found = of.answerTo(typed, seconds * 1000);
  return found === null ? null : found.chunks.map(({ data }) => data).join('');
}

const LOGIN = ['100 > RETURN', '100.1 < NLlogin: '];

describe('an answer counts for another moment', () => {
  const later = ['700 > RETURN', '700.1 < NLlogin: '];

  test.each([
    ['shortly after it, when nothing came between', [...LOGIN], 150, 'login'],
    ['shortly before it', [...LOGIN], 60, 'login'],
    ['not long after it', [...LOGIN], 200, null],
    ['not when something came between', [...LOGIN, '120 < NLNOTICE: xNL'], 150, null],
    ['but then between two that are the same', [...LOGIN, '120 < xNL', ...later], 400, 'login'],
    ['not between two that differ', [...LOGIN, '140 > RETURN', '140.1 < NLok '], 120, null],
    ['not across a text that is known', [...LOGIN, '120 < panicNL', ...later], 400, null],
    ['not across a BREAK', [...LOGIN, '120 ! ', ...later], 400, null],
    ['not across a line that acts', [...LOGIN, '120 > bootRETURN', ...later], 400, null],
    ['not when the answer holds a known text', ['100 > RETURN', '100.1 < NLpanicNL'], 110, null],
  ] as const)('%s', (_name, script, seconds, expected) => {
    const got = answer(exchanges(...script), '', seconds);
    expect(got === null ? null : got.trim().replace(': ', '').replace(':', '')).toBe(expected);
  });
});

test('silence is an answer when it was waited for', () => {
  expect(answer(exchanges('100 > RETURN', '110 > RETURN'), '', 105)).toBe('');
  expect(answer(exchanges('100 > RETURN', '101 > banner'), '', 100.5)).toBeNull();
});

test('a line is known by what was typed, its echo is no answer', () => {
  const asked = exchanges('100 > banner', '100.1 < banner', '100.2 > RETURN', '100.3 < NLHost');
  expect(answer(asked, 'banner', 110)).toBe('\r\nHost');
  expect(answer(asked, '', 110)).toBeNull();
  expect(answer(asked, 'printenv x', 110)).toBeNull();
});

test('a wiped line was never asked', () => {
  const asked = exchanges('100 > bann\x15RETURN', '100.1 < NLlogin: ');
  expect(answer(asked, '', 110)).toContain('login');
  expect(answer(asked, 'bann', 110)).toBeNull();
});
