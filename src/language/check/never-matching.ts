/**
 * Patterns that no line of a console can ever satisfy: what they wait for is never news. Judged on
 * the lines as the machine cuts them. Called by lint.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Scope } from '../scope.ts';
import type { TextLines } from './text-lines.ts';
import { allMatches, type PlacedMatch } from './walk.ts';

export function checkNeverMatching(scope: Scope, lines: TextLines, sink: DiagnosticSink): void {
  for (const { match, prompt, place } of allMatches(scope)) {
    const look = lines.of(match, prompt, place.kind === 'identity');
    if (look === null || look.sample !== null) continue;
    lines.wrong.add(match);
    const { span } = match.quoted;
    sink.error('never-matches', span, `no ${whatIn(place)} can match this`, hintFor(match));
  }
}

function whatIn(place: PlacedMatch['place']): string {
  return place.kind === 'harmless' ? 'line that is typed' : 'line of a console';
}

function hintFor({ quoted }: PlacedMatch['match']): string {
  const text = quoted.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  return /\\(?:[nrabefv0]|x1b|x0[0-9a-d])/i.test(text)
    ? 'a line is cut at CR and LF, and has no NUL, BEL, backspace or escape sequence in it'
    : '`^` and `$` are the ends of the line: nothing stands before or behind them';
}
