/**
 * A line that a pattern takes, as short as can be: what a console might show. Used for stories, where
 * the world has to say what a script waits for. Pure.
 */
import { linesOf } from './check/line-automaton.ts';
import { someLine } from './check/line-search.ts';
import type { Match } from './program.ts';
import { matchSource, type Values } from './regex.ts';

/** Null where there is none that is short enough to be found. */
export function sampleLine(match: Match, values: Values = {}): string | null {
  const found = someLine(linesOf(matchSource(match, values)));
  return found.kind === 'line' ? found.line : null;
}

const GROUP = /\((?!\?)(?:[^()\\]|\\.)*\)/;

/** A line that shows this identity: `value` stands where the pattern's one group is. */
export function identityLine(match: Match, value: string): string | null {
  const literal = value.replaceAll(/[^A-Za-z0-9]/g, (char) => `\\x${hex(char)}`);
  const source = matchSource(match, {}).replace(GROUP, () => literal);
  const found = someLine(linesOf(source));
  return found.kind === 'line' ? found.line : null;
}

function hex(char: string): string {
  return (char.charCodeAt(0) & 0xff).toString(16).padStart(2, '0');
}
