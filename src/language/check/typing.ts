/**
 * What may be typed where: only harmless lines and keys, except in the blocks that the engine
 * guards itself; no repetition of anything else; and no pattern that what we type would satisfy.
 * Called by check.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { HowTo, Key } from '../program.ts';
import type { Values } from '../regex.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { fillQuoted, type Judge } from './judge.ts';
import { checkCharacters } from './patterns.ts';
import { Samples, UNLIKELY } from './samples.ts';
import { inlineMatches, variablesOf } from './walk.ts';

type Send = Extract<Tree.Step, { kind: 'send' }>;
type Press = Extract<Tree.Step, { kind: 'press' }>;

/** Blocks whose lines the engine lets through one by one, by the law of evidence. */
const MAY_SEND: ReadonlySet<HowTo> = new Set<HowTo>(['write', 'reset', 'boot', 'resume']);
/** Single keys are not looked at in `write` and `boot`: there the whole line decides. */
const MAY_PRESS: ReadonlySet<HowTo> = new Set<HowTo>(['reset', 'resume']);
/** Stand-ins for settings whose value only CList knows: one harmless line among these will do. */
const GUESSES = ['x', '1', '/x', 'X1'];

export function checkTyping(scope: Scope, judge: Judge, sink: DiagnosticSink): void {
  const checker = new TypingChecker(scope, judge, sink);
  for (const dialogue of scope.tree.dialogues) checker.check(dialogue);
  checker.checkOwnSends();
}

class TypingChecker {
  readonly #scope: Scope;
  readonly #judge: Judge;
  readonly #sink: DiagnosticSink;
  readonly #samples: Samples;
  /** Without a full list of what is harmless nothing can be said. */
  readonly #knowsHarmless: boolean;

  constructor(scope: Scope, judge: Judge, sink: DiagnosticSink) {
    this.#scope = scope;
    this.#judge = judge;
    this.#sink = sink;
    this.#samples = new Samples(scope);
    const { tree } = scope;
    const compiles = (match: Tree.Match): boolean =>
      match.quoted.sound && judge.compile(judge.source(match, false, {})) !== null;
    this.#knowsHarmless =
      !tree.incomplete &&
      !tree.libraryMissing &&
      !tree.harmlessDamaged &&
      tree.harmless.every((one) => one.kind === 'key' || compiles(one.match));
  }

  check(dialogue: Tree.Dialogue): void {
    let typed: { readonly step: Send | Press; readonly harmful: string | null }[] = [];
    const harmless = new Set<Send>();
    for (const step of dialogue.steps) {
      switch (step.kind) {
        case 'send':
        case 'press': {
          const harmful = this.#judgeStep(dialogue, step);
          if (harmful === null && step.kind === 'send') harmless.add(step);
          const allowed = this.#reportHarmful(dialogue, step, harmful);
          if (allowed) typed.push({ step, harmful });
          break;
        }
        case 'expect': {
          const repeated = typed.find((one) => one.harmful !== null);
          if (repeated?.harmful != null) this.#reportRepeated(step, repeated.harmful);
          typed = [];
          break;
        }
        case 'do':
        case 'verb':
        case 'run':
        case 'broken':
          typed = [];
          break;
      }
    }
    this.#checkGuarded(dialogue, harmless);
  }

  /**
   * The engine guards only what is not harmless: a line that boots and is declared harmless would
   * pass every law. The line with the path is that line, else one of them must be.
   */
  #checkGuarded(dialogue: Tree.Dialogue, harmless: ReadonlySet<Send>): void {
    const { howTo, damaged, name, parameters } = dialogue;
    if ((howTo !== 'boot' && howTo !== 'resume') || damaged || !this.#knowsHarmless) return;
    const sends = dialogue.steps.filter((step) => step.kind === 'send');
    const presses = dialogue.steps.filter((step) => step.kind === 'press');
    if (sends.some((step) => !step.text.sound)) return;
    const names = parameters.map((parameter) => parameter.text);
    const bare = sends.find(
      (step) =>
        harmless.has(step) && variablesOf(step.text).some(({ text }) => names.includes(text)),
    );
    const guarded =
      sends.some((step) => !harmless.has(step)) ||
      presses.some((step) => this.#judgeStep(dialogue, step) !== null);
    if (bare === undefined && guarded) return;
    const span = bare?.text.span ?? sends.at(-1)?.text.span ?? name.span;
    const what = howTo === 'boot' ? 'starts' : 'resumes';
    const message = `what '${name.text}' types is declared harmless, yet it ${what} a system`;
    const hint = "the line that does so must not match a 'harmless' line";
    this.#sink.error('harmless-boot', span, message, hint);
  }

  /** What of it is not harmless, as it would be typed; null: nothing. */
  #judgeStep(dialogue: Tree.Dialogue, step: Send | Press): string | null {
    if (step.kind === 'press') {
      const isHarmless = this.#scope.tree.harmless.some(
        (one) => one.kind === 'key' && keyName(one.key) === keyName(step.key),
      );
      return isHarmless ? null : keyName(step.key);
    }
    if (!step.text.sound || !checkCharacters(this.#sink, step.text, 'bad-string')) return null;
    const lists = GUESSES.map((guess) => this.#samples.values(dialogue, step.text, guess));
    const [first = []] = lists;
    for (const index of first.keys()) {
      const lines = lists.flatMap((list) =>
        list[index] ? [fillQuoted(step.text, list[index])] : [],
      );
      if (!lines.some((line) => this.#isHarmless(line))) return lines[0] ?? null;
    }
    return null;
  }

  #isHarmless(line: string): boolean {
    return this.#scope.tree.harmless.some(
      (one) => one.kind === 'line' && this.#judge.findsWhole(one.match, line),
    );
  }

  /** True when the step may stand here. */
  #reportHarmful(dialogue: Tree.Dialogue, step: Send | Press, harmful: string | null): boolean {
    if (harmful === null || !this.#knowsHarmless) return harmful === null;
    const guarded = step.kind === 'send' ? MAY_SEND : MAY_PRESS;
    if (dialogue.howTo !== null && guarded.has(dialogue.howTo)) return true;
    const blocks = [...guarded].map((howTo) => `to ${howTo}`).join(', ');
    if (step.kind === 'send') {
      const hint = `declare it harmless /^...$/ if it can neither start nor resume a system; else it stands in ${blocks}`;
      const message = `"${harmful}" is not declared harmless`;
      this.#sink.error('not-harmless', step.text.span, message, hint);
    } else {
      const hint = `declare it: harmless ${harmful}, if it can neither start nor resume a system; else it stands in ${blocks}`;
      const message = `the key ${harmful} is not declared harmless`;
      this.#sink.error('not-harmless', step.span, message, hint);
    }
    return false;
  }

  #reportRepeated(step: Tree.Expect, harmful: string): void {
    if (step.timeout === null || step.timeout.tries === 1 || !this.#knowsHarmless) return;
    const message = `every try types ${JSON.stringify(harmful)} again, which is not harmless`;
    const hint = 'only harmless lines, harmless keys and BREAK may be repeated: write after D';
    this.#sink.error('repeat-not-harmless', step.timeout.span, message, hint);
  }

  // ---- our own typing as seen by patterns ------------------------------------------------------

  checkOwnSends(): void {
    const lines = this.#scope.tree.dialogues.flatMap((dialogue) => this.#typedLines(dialogue));
    for (const text of this.#scope.tree.texts) {
      for (const match of text.matches) this.#checkMatch(match, text.prompt, lines);
    }
    for (const dialogue of this.#scope.tree.dialogues) {
      const own = lines.filter((line) => line.dialogue === dialogue);
      for (const match of inlineMatches(dialogue)) this.#checkMatch(match, false, own);
    }
  }

  #typedLines(dialogue: Tree.Dialogue): TypedLine[] {
    return dialogue.steps.flatMap((step) => {
      if (step.kind !== 'send' || !step.text.sound) return [];
      const samples = this.#samples.values(dialogue, step.text, UNLIKELY);
      return samples.map((values) => ({
        dialogue,
        step,
        values,
        text: fillQuoted(step.text, values),
      }));
    });
  }

  #checkMatch(match: Tree.Match, prompt: boolean, lines: readonly TypedLine[]): void {
    // A pattern that matches the empty line matches any; that was reported.
    if (!match.quoted.sound || this.#judge.finds(match, prompt, {}, '')) return;
    const line = lines.find(
      ({ text, values }) => text !== '' && this.#judge.finds(match, prompt, values, text),
    );
    if (line === undefined) return;
    const { file, line: number } = line.step.span;
    const message = `this matches "${line.text}", which the script itself types at ${file}:${number}`;
    const hint = 'make the pattern tell the answer from the question, for example with ^';
    this.#sink.error('pattern-matches-own-send', match.quoted.span, message, hint);
  }
}

interface TypedLine {
  readonly dialogue: Tree.Dialogue;
  readonly step: Send;
  readonly values: Values;
  readonly text: string;
}

/** As it is written in scripts; the same key has one name. */
function keyName(key: Key): string {
  switch (key.kind) {
    case 'named':
      return key.name;
    case 'control':
      return key.letter === 'M' ? 'RETURN' : `CTRL-${key.letter}`;
    case 'char':
      return key.char === ' ' ? 'SPACE' : JSON.stringify(key.char);
  }
}
