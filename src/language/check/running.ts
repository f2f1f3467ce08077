/**
 * Do the `to ...-running` blocks make sense? Who writes must be able to read; a value is confirmed by
 * whole lines only; which machine answers is one value; patterns are ones that RE2 takes. Called by
 * check.ts. Variables are looked at with all others, in variables.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { RunningTo } from '../program.ts';
import { PATTERN_LENGTH_MAX, patternProblem } from '../regex.ts';
import { reportTwice, type Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { RUNNING_PARAMETERS } from '../words.ts';
import type { Judge } from './judge.ts';
import { checkCharacters, isAnchored, mentions } from './patterns.ts';

export function checkRunning(scope: Scope, judge: Judge, sink: DiagnosticSink): void {
  const { tree } = scope;
  const first = new Map<RunningTo, Tree.RunningBlock>();
  for (const block of tree.running) {
    const known = first.get(block.to);
    if (known === undefined) first.set(block.to, block);
    else reportTwice(sink, block.name, `a second block '${block.name.text}'`, known.name.span);
    for (const { answers } of block.commands) {
      for (const { match } of answers) checkAnswer(judge, sink, match);
    }
  }
  checkIdentify(judge, sink, first.get('identify-running'));
  checkRead(sink, first.get('read-running'));
  if (!tree.incomplete && !tree.libraryMissing) checkTogether(sink, first);
}

function checkAnswer(judge: Judge, sink: DiagnosticSink, match: Tree.Match): void {
  const { quoted, form } = match;
  if (!quoted.sound) return;
  if (!checkCharacters(sink, quoted, form === 'regex' ? 'bad-regex' : 'bad-string')) return;
  const length = quoted.span.endColumn - quoted.span.column - 2;
  if (length > PATTERN_LENGTH_MAX) {
    const message = `the text has ${length} characters, more than ${PATTERN_LENGTH_MAX}`;
    return sink.error('too-long', quoted.span, message, 'split it into alternatives: or /.../');
  }
  const source = judge.source(match, false, {});
  const problem = patternProblem(source);
  if (problem !== null) return sink.error('bad-regex', quoted.span, problem.message, problem.hint);
  if (!judge.compile(source)?.test('')) return;
  const hint = 'demand at least one character that tells the answer apart';
  sink.error('empty-match', quoted.span, 'this matches the empty line', hint);
}

function fitting(block: Tree.RunningBlock): Tree.Match[] {
  const answers = block.commands.flatMap((command) => command.answers);
  return answers.flatMap(({ match, result }) => (result.kind === 'fits' ? [match] : []));
}

/** The value of its group is compared with the identity in CList. */
function checkIdentify(
  judge: Judge,
  sink: DiagnosticSink,
  block: Tree.RunningBlock | undefined,
): void {
  if (block === undefined || block.damaged) return;
  const matches = fitting(block);
  if (matches.length === 0) {
    const message = "'to identify-running' never waits for the identity";
    const hint = 'write: expect /^([0-9a-f]{8})$/';
    sink.error('missing-identity', block.name.span, message, hint);
  }
  for (const match of matches) {
    if (!match.quoted.sound) continue;
    const groups = judge.compile(judge.source(match, false, {}))?.groupCount() ?? 1;
    if (groups === 1 && isAnchored(match)) continue;
    const message =
      groups === 1
        ? 'the line that shows which machine it is must match as a whole, from ^ to $'
        : `the identity needs exactly one group, here are ${groups}`;
    const code = groups === 1 ? 'read-not-anchored' : 'capture-group';
    sink.error(code, match.quoted.span, message, 'write: expect /^([0-9a-f]{8})$/');
  }
}

/** As with `to read`: `parked disk` must not pass for `parked`. */
function checkRead(sink: DiagnosticSink, block: Tree.RunningBlock | undefined): void {
  const [name, value] = block?.parameters ?? [];
  if (block === undefined || name === undefined || value === undefined || block.damaged) return;
  const hint = `write: expect /^$${name.text}=$${value.text}$/`;
  const matches = fitting(block);
  if (!matches.some((match) => mentions(match, value.text))) {
    const message = `no expectation confirms the value $${value.text}`;
    sink.error('read-not-anchored', block.name.span, message, hint);
  }
  for (const match of matches) {
    if (!match.quoted.sound || (isAnchored(match) && mentions(match, value.text))) continue;
    const message = `the line that confirms a value must match as a whole and show $${value.text}`;
    sink.error('read-not-anchored', match.quoted.span, message, hint);
  }
}

/** What is written is read back, on the machine that was meant. */
function checkTogether(
  sink: DiagnosticSink,
  blocks: ReadonlyMap<RunningTo, Tree.RunningBlock>,
): void {
  const write = blocks.get('write-running');
  if (write === undefined) return;
  for (const to of ['identify-running', 'read-running'] as const) {
    if (blocks.has(to)) continue;
    const message = `a running system is written to, and nothing says how to ${to}`;
    const hint = `write in the library: to ${[to, ...RUNNING_PARAMETERS[to]].join(' ')}`;
    sink.error('missing-how-to', write.name.span, message, hint);
  }
}
