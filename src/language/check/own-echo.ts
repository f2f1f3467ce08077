/**
 * What we type stands on the console behind the prompt. The machine drops the echo of its own line,
 * but not one that came late or damaged, nor the same line typed by a person. So no text that a
 * proof rests on may fit such a line or, for a prompt, its beginning; nor may an expectation take
 * the question for its answer. Texts that end proofs, such as `boot` typed by hand, may.
 * Called by lint.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Fact } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { fillQuoted } from './judge.ts';
import { followedBy, type LineAutomaton } from './line-automaton.ts';
import { commonLine, WITHIN } from './line-search.ts';
import { Samples, UNLIKELY } from './samples.ts';
import type { Look, TextLines } from './text-lines.ts';

const PROVING: ReadonlySet<Fact> = new Set<Fact>(['firmware', 'held', 'ended', 'reset', 'running']);

interface Typed {
  readonly line: string;
  readonly step: Extract<Tree.Step, { kind: 'send' }>;
}

export function checkOwnEcho(scope: Scope, lines: TextLines, sink: DiagnosticSink): void {
  const prompts = scope.tree.texts
    .filter(({ prompt, means }) => prompt && means === 'firmware')
    .flatMap((text) => lines.ofText(text));
  const samples = new Samples(scope);
  const typed = scope.tree.dialogues.flatMap((one) => typedIn(samples, one, one.steps));
  const whole = echoesOf(prompts, typed, false);
  const begun = echoesOf(prompts, typed, true);
  for (const text of scope.tree.texts) {
    if (text.means === null || !PROVING.has(text.means)) continue;
    for (const look of lines.ofText(text)) {
      if (!lines.wrong.has(look.match)) report(sink, look, text.prompt ? begun : whole, typed);
    }
  }
  checkAllAnswers(scope, lines, prompts, sink);
}

/** No expectation may take what was typed for it, behind one of these prompts, for its answer. */
export function checkAllAnswers(
  scope: Scope,
  lines: TextLines,
  prompts: readonly Look[],
  sink: DiagnosticSink,
): void {
  const samples = new Samples(scope);
  for (const dialogue of scope.tree.dialogues) {
    checkAnswers(scope, lines, sink, { dialogue, samples, prompts });
  }
}

function typedIn(samples: Samples, dialogue: Tree.Dialogue, steps: readonly Tree.Step[]): Typed[] {
  return steps.flatMap((step) => {
    if (step.kind !== 'send' || !step.text.sound) return [];
    const values = samples.values(dialogue, step.text, UNLIKELY);
    const texts = new Set(values.map((one) => fillQuoted(step.text, one)));
    return [...texts].filter((line) => line !== '').map((line) => ({ line, step }));
  });
}

interface Place {
  readonly dialogue: Tree.Dialogue;
  readonly samples: Samples;
  readonly prompts: readonly Look[];
}

/** Each expectation against the lines that were typed for it. */
function checkAnswers(scope: Scope, lines: TextLines, sink: DiagnosticSink, place: Place): void {
  const { dialogue, samples, prompts } = place;
  let asked: Tree.Step[] = [];
  for (const step of dialogue.steps) {
    if (step.kind === 'send') asked.push(step);
    if (step.kind !== 'expect') continue;
    const typed = typedIn(samples, dialogue, asked);
    const echoes = echoesOf(prompts, typed, false);
    for (const { seen } of step.alternatives) {
      for (const look of looksOf(scope, lines, seen)) {
        if (!look.open && !look.prompt) report(sink, look, echoes, typed);
      }
    }
    asked = [];
  }
}

function looksOf(scope: Scope, lines: TextLines, seen: Tree.Seen): Look[] {
  if (seen.kind === 'match') return [lines.of(seen.match, false)].filter((look) => look !== null);
  const text = seen.kind === 'text' ? scope.texts.get(seen.name.text) : undefined;
  return text === undefined ? [] : lines.ofText(text);
}

/** For each prompt all that our typing makes of it; `partly`: also while it is being typed. */
function echoesOf(
  prompts: readonly Look[],
  typed: readonly Typed[],
  partly: boolean,
): LineAutomaton[] {
  if (typed.length === 0) return [];
  const texts = [...new Set(typed.map(({ line }) => line))];
  return prompts.map((prompt) => followedBy(prompt.lines, texts, partly));
}

function report(
  sink: DiagnosticSink,
  look: Look,
  echoes: readonly LineAutomaton[],
  typed: readonly Typed[],
): void {
  const line = echoes.map((echo) => lineOfBoth(echo, look)).find((found) => found !== null);
  if (line === undefined || line === null) return;
  const step = typed.find((one) => line.endsWith(one.line))?.step ?? nearest(typed, line);
  const where = step === undefined ? '' : ` at ${step.span.file}:${step.span.line}`;
  const message = `this matches ${JSON.stringify(line)}, the echo of what is typed${where}`;
  const hint = 'make the pattern tell the answer from the question, for example with ^';
  sink.error('pattern-matches-own-send', look.match.quoted.span, message, hint);
}

function lineOfBoth(echo: LineAutomaton, look: Look): string | null {
  // Not by what may stand in front of an unanchored prompt.
  const answer = commonLine(look.lines, echo, WITHIN);
  return answer.kind === 'line' ? answer.line : null;
}

/** The line that was only begun. */
function nearest(typed: readonly Typed[], line: string): Typed['step'] | undefined {
  const begins = ({ line: whole }: Typed) =>
    [...whole].some((_, index) => line.endsWith(whole.slice(0, index + 1)));
  return typed.find(begins)?.step;
}
