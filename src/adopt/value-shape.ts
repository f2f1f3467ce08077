/**
 * A library says by a whole line how a value is confirmed: `/^$name=$value$/`. The same line shows any
 * other value, too: what stands in the place of `$value`. Called by running-node.ts and shown-values.ts.
 */
import { RE2JS } from 're2js';
import type { Match } from '../language/program.ts';
import { escapeLiteral } from '../language/regex.ts';

type Filled = (name: string) => string;

/**
 * Gives the value in a line, or null when the line does not show it. `fill`: all other variables of the
 * match; `value`: the name of the one that is looked for.
 */
export function valueShape(
  match: Omit<Match, 'id'>,
  value: string,
  fill: Filled,
): (line: string) => string | null {
  const source = match.template
    .map((part) => {
      if (part.kind === 'text') return part.text;
      return part.name === value ? '(?P<value>.*?)' : `(?:${escapeLiteral(fill(part.name))})`;
    })
    .join('');
  const regex = RE2JS.compile(source);
  return (line) => {
    const matcher = regex.matcher(line);
    return matcher.find() ? String(matcher.group('value')) : null;
  };
}
