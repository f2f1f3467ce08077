/** What `clusterd history` calls a new beginning and a night in shadow mode: neither is a fault. */
import { expect, it } from 'vitest';
import { formatHistory } from '../../src/commands/history-text.ts';
import type { What } from '../../src/history/happening.ts';
import { entriesOf } from '../../src/history/incident.ts';

const CALM: What = { kind: 'state', state: 'watch', why: 'the active node answers' };

function told(...whats: readonly (readonly [number, What])[]): string {
  const happenings = whats.map(
    ([wall, what]) => ({ wall, what, source: 'both', evidence: '' }) as const,
  );
  const entries = entriesOf(happenings);
  return formatHistory({ cluster: 'demo', entries, gaps: [], unconfirmed: [] });
}

const note = (what: string): What => ({ kind: 'note', what });
const state = (name: string): What => ({ kind: 'state', state: name, why: 'x' });

it('says of a start that it looks anew, not that a fault was seen', () => {
  const begun = note('the daemon starts: every node is unknown until proven again');
  const text = told([0, begun], [0, state('start')], [2_000, CALM], [99_000, CALM]);
  expect(text).toMatch(/looks anew +start/);
  expect(text).not.toContain('fault seen');
});

it('knows a start of the daemon also without the records', () => {
  const why = '(shadow) the daemon starts';
  const text = told([5, { kind: 'state', state: 'start', why }], [2_000, CALM], [99_000, CALM]);
  expect(text).toMatch(/looks anew +start/);
});

it('names shadow mode, and what a console showed in words', () => {
  const seen: What = { kind: 'seen', node: 'n1', what: 'n1 is now firmware (was leaving)' };
  const would = note('WOULD NOW: prove on n1 (proves it)');
  const text = told([0, CALM], [90_000, state('crash')], [91_000, seen], [92_000, would]);
  expect(text).toMatch(/SHADOW MODE, nothing was sent: has not ended/);
  expect(text).toMatch(/fault seen +crash/);
  expect(text).toMatch(/at its prompt +n1 showed its firmware prompt/);
});
