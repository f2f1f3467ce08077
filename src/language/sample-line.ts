/**
 * A line that a pattern takes, as short as can be: what a console might show. Used for stories, where
 * the world has to say what a script waits for. Pure.
 */
import { linesOf } from './check/line-automaton.ts';
import { lineOutside, someLine } from './check/line-search.ts';
import type { Match } from './program.ts';
import { escapeLiteral, matchSource, type Values } from './regex.ts';

/** Null where there is none that is short enough to be found. */
export function sampleLine(match: Match, values: Values = {}): string | null {
  const found = someLine(linesOf(matchSource(match, values)));
  return found.kind === 'line' ? found.line : null;
}

/** A line that shows this identity: `value` stands where the pattern's one group is. */
export function identityLine(match: Match, value: string): string | null {
  const literal = value.replaceAll(/[^A-Za-z0-9]/g, (char) => `\\x${hex(char)}`);
  const source = matchSource(match, {});
  const group = groupAt(source);
  if (group === null) return null;
  const found = someLine(
    linesOf(`${source.slice(0, group.from)}${literal}${source.slice(group.to)}`),
  );
  return found.kind === 'line' ? found.line : null;
}

/** What an identity's one group takes, as RE2 source; null: there is none. */
export function identityGroup(match: Match): string | null {
  const source = matchSource(match, {});
  const group = groupAt(source);
  return group === null ? null : source.slice(group.from, group.to);
}

/** Values that the identity of two machines may have, by this pattern: as short as can be. */
export function identityValues(match: Match): string[] {
  const group = identityGroup(match);
  if (group === null) return [];
  const values = linesOf(`^(?:${group})$`);
  const first = someLine(values);
  if (first.kind !== 'line') return [];
  const second = lineOutside(values, [linesOf(`^${escapeLiteral(first.line)}$`)]);
  return second.kind === 'line' ? [first.line, second.line] : [first.line];
}

/** Where the inside of the one group that is not `(?:` begins and ends. */
function groupAt(source: string): { readonly from: number; readonly to: number } | null {
  let depth = 0;
  let from = -1;
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at += 1;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = true;
    else if (char === '(') {
      if (from < 0 && source[at + 1] !== '?') [from, depth] = [at + 1, 0];
      else depth += 1;
    } else if (char === ')') {
      if (from >= 0 && depth === 0) return { from, to: at };
      depth -= 1;
    }
  }
  return null;
}

function hex(char: string): string {
  return (char.charCodeAt(0) & 0xff).toString(16).padStart(2, '0');
}
