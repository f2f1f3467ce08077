/**
 * Is every pattern one that RE2 takes, of sensible length, and never fond of the empty line?
 * Also: does the identity show exactly one value, and does `to read` confirm by whole lines?
 * Called by check.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Span } from '../program.ts';
import { PATTERN_INSTRUCTIONS_MAX, PATTERN_LENGTH_MAX, patternProblem } from '../regex.ts';
import type { Scope } from '../scope.ts';
import type { Quoted } from '../token.ts';
import type * as Tree from '../tree.ts';
import type { Judge } from './judge.ts';
import { checkCostTogether } from './pattern-cost.ts';
import { allMatches, expectSteps, type PlacedMatch, variablesOf } from './walk.ts';

export function checkPatterns(scope: Scope, judge: Judge, sink: DiagnosticSink): void {
  const all = allMatches(scope);
  for (const placed of all) checkPattern(judge, sink, placed);
  checkCostTogether(all, judge, sink);
  checkIdentity(scope, judge, sink);
  checkIdentify(scope, sink);
  checkRead(scope, sink);
}

function checkPattern(judge: Judge, sink: DiagnosticSink, placed: PlacedMatch): void {
  const { match, place } = placed;
  const { quoted } = match;
  if (!quoted.sound) return;
  const length = quoted.span.endColumn - quoted.span.column - 2;
  if (match.form === 'regex' && length > PATTERN_LENGTH_MAX) {
    const message = `the regex has ${length} characters, more than ${PATTERN_LENGTH_MAX}`;
    sink.error('too-long', quoted.span, message, 'split it into alternatives: or /.../');
    return;
  }
  if (!checkCharacters(sink, quoted, match.form === 'regex' ? 'bad-regex' : 'bad-string')) return;
  const source = judge.source(match, false, {});
  const compiled = judge.compile(source);
  if (compiled === null) return reportProblem(sink, match, source);
  if (match.form === 'regex' && compiled.programSize() > PATTERN_INSTRUCTIONS_MAX) {
    const message = `the regex is too costly: ${compiled.programSize()} steps, more than ${PATTERN_INSTRUCTIONS_MAX}`;
    return sink.error('too-costly', quoted.span, message, 'repeat less: `+` for `{100}`');
  }
  if (!compiled.test('')) return;
  const what = place.kind === 'harmless' ? 'this lets anything be typed that is empty' : 'this';
  const hint = 'demand at least one character that tells the line apart';
  sink.error('empty-match', quoted.span, `${what} matches the empty line`, hint);
}

/** Consoles carry single bytes. */
export function checkCharacters(
  sink: DiagnosticSink,
  quoted: Quoted,
  code: 'bad-regex' | 'bad-string',
): boolean {
  const strange = quoted.parts.some((part) => part.kind === 'text' && /[^\0-\xff]/.test(part.text));
  if (!strange) return true;
  const hint = 'a console carries single bytes: keep to Latin-1';
  sink.error(code, quoted.span, 'a character that no console can carry', hint);
  return false;
}

function reportProblem(sink: DiagnosticSink, match: Tree.Match, source: string): void {
  const problem = patternProblem(source);
  if (problem === null) return;
  const { span } = match.quoted;
  const isPlain = variablesOf(match.quoted).length === 0;
  const place = isPlain && problem.fragment !== null ? fragmentSpan(span, problem.fragment) : span;
  sink.error('bad-regex', place, problem.message, problem.hint);
}

/** A regex stands in the file as it is, behind its opening slash. */
function fragmentSpan(span: Span, fragment: { start: number; length: number }): Span {
  const column = Math.min(span.column + 1 + fragment.start, span.endColumn - 1);
  return { ...span, column, endColumn: Math.max(column + 1, column + fragment.length) };
}

function checkIdentity(scope: Scope, judge: Judge, sink: DiagnosticSink): void {
  for (const { match } of scope.tree.identities) {
    if (match === null || !match.quoted.sound) continue;
    const groups = judge.compile(judge.source(match, false, {}))?.groupCount() ?? 1;
    if (groups === 1) continue;
    const hint =
      groups === 0
        ? 'put the value that tells the machine in brackets: /Host ID: ([0-9a-f]+)/'
        : 'keep one group, write the others as (?:...)';
    const message = `the identity needs exactly one group, here are ${groups}`;
    sink.error('capture-group', match.quoted.span, message, hint);
  }
}

/** `to identify` proves nothing unless it waits for the line that shows the identity. */
function checkIdentify(scope: Scope, sink: DiagnosticSink): void {
  const identify = scope.howTos.get('identify');
  if (identify === undefined || identify.damaged) return;
  const steps = expectSteps(identify);
  const looks = steps.some((step) =>
    step.alternatives.some(({ seen }) => seen.kind === 'identity'),
  );
  if (looks || steps.some((step) => step.damaged)) return;
  const message = "'to identify' never waits for the identity";
  sink.error('missing-identity', identify.name.span, message, 'write: expect identity');
}

/** A value is confirmed only by a whole line: `parked disk` must not pass for `parked`. */
function checkRead(scope: Scope, sink: DiagnosticSink): void {
  const read = scope.howTos.get('read');
  const value = read?.parameters[1]?.text;
  if (read === undefined || value === undefined || read.damaged) return;
  const confirming = expectSteps(read).flatMap((step) =>
    step.alternatives.flatMap(({ seen, result }) =>
      seen.kind === 'match' && result.kind !== 'fail' && mentions(seen.match, value)
        ? [seen.match]
        : [],
    ),
  );
  const hint = `write: expect /^$${read.parameters[0]?.text} *= *$${value} *$/`;
  if (confirming.length === 0 && !expectSteps(read).some((step) => step.damaged)) {
    const message = `no expectation confirms the value $${value}`;
    sink.error('read-not-anchored', read.name.span, message, hint);
  }
  for (const match of confirming) {
    if (!match.quoted.sound || isAnchored(match)) continue;
    const message = 'the line that confirms a value must match as a whole, from ^ to $';
    sink.error('read-not-anchored', match.quoted.span, message, hint);
  }
}

export function mentions(match: Tree.Match, name: string): boolean {
  return variablesOf(match.quoted).some((variable) => variable.text === name);
}

export function isAnchored(match: Tree.Match): boolean {
  const first = match.quoted.parts[0];
  const last = match.quoted.parts.at(-1);
  if (match.form !== 'regex' || first?.kind !== 'text' || last?.kind !== 'text') return false;
  const ends = first.text.startsWith('^') && /(^|[^\\])(\\\\)*\$$/.test(last.text);
  return ends && !hasTopLevelBar(match.quoted);
}

/** `/^a|b$/` is anchored at neither alternative. */
function hasTopLevelBar(quoted: Quoted): boolean {
  const text = quoted.parts
    .map((part) => (part.kind === 'text' ? part.text : 'x'))
    .join('')
    .replace(/\\./g, 'x')
    .replace(/\[\^?\]?[^\]]*\]/g, 'x');
  let depth = 0;
  for (const char of text) {
    if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (char === '|' && depth === 0) return true;
  }
  return false;
}
