/**
 * Parses the lines of a dialogue one after the other, remembering which expectation `or` and
 * `after` belong to and which step `done` and `failed` belong to. Made by parse/dialogues.ts.
 */
import { type DiagnosticSink, didYouMean, suggest } from '../diagnostics.ts';
import type { NodeVerb, Span } from '../program.ts';
import { joinSpans } from '../token.ts';
import type * as Tree from '../tree.ts';
import { RESERVED, STATE_WORDS, STEP_WORDS } from '../words.ts';
import { BrokenLine, type Cursor } from './cursor.ts';
import { alternative, refuseOutside, result, sendStep, timeout } from './expectation.ts';
import { type AttemptAbove, attachOutcome, parseOutcome } from './outcomes.ts';
import { condition, key } from './phrases.ts';
import { parseRun } from './run.ts';

type StepWord = (typeof STEP_WORDS)[number];

interface OpenExpect {
  readonly kind: 'expect';
  readonly alternatives: Tree.Alternative[];
  timeout: Tree.Expect['timeout'];
  damaged: boolean;
  readonly span: Span;
}

/** What can follow a condition, and what outcomes can follow. */
interface StepBase {
  readonly condition: Tree.Condition | null;
  readonly outcomes: Tree.StepOutcome[];
  damaged: boolean;
}

export class StepsParser {
  readonly #steps: Tree.Step[] = [];
  readonly #sink: DiagnosticSink;
  readonly #kind: Tree.Tree['kind'];
  #expect: OpenExpect | 'unknown' | null = null;
  #above: AttemptAbove<Tree.Result> = null;

  constructor(sink: DiagnosticSink, kind: Tree.Tree['kind'] = 'script') {
    this.#sink = sink;
    this.#kind = kind;
  }

  finish(): readonly Tree.Step[] {
    this.#closeExpect();
    return this.#steps;
  }

  line(cursor: Cursor): void {
    try {
      const word = firstWord(cursor);
      if (this.#kind === 'access') refuseOutside(cursor, word);
      this.#parseLine(cursor, word);
    } catch (error) {
      if (error instanceof BrokenLine) this.#takeBroken(cursor);
      throw error;
    }
  }

  #parseLine(cursor: Cursor, word: StepWord): void {
    switch (word) {
      case 'or':
        return this.#or(cursor);
      case 'after':
        return this.#after(cursor);
      case 'done':
      case 'failed':
        this.#closeExpect();
        attachOutcome(cursor, this.#above, "a 'do', 'run' or verb line", () => {
          const outcome = parseOutcome(cursor, () => result(cursor, this.#kind));
          cursor.finish();
          return outcome;
        });
        if (this.#above === null) {
          // Reported; what stands below it belongs to it.
          this.#above = 'unknown';
          this.#steps.push({ kind: 'broken', span: cursor.lineSpan() });
        }
        return;
      case 'expect':
        return this.#openExpect(cursor);
      default:
        this.#closeExpect();
        this.#above = null;
        this.#step(cursor, word);
    }
  }

  #step(
    cursor: Cursor,
    word: Exclude<StepWord, 'or' | 'after' | 'done' | 'failed' | 'expect'>,
  ): void {
    const span = cursor.lineSpan();
    switch (word) {
      case 'send':
        cursor.take();
        this.#steps.push(sendStep(cursor, this.#kind, span));
        return cursor.finish();
      case 'press':
        cursor.take();
        this.#steps.push({ kind: 'press', key: key(cursor), span });
        return cursor.finish("one key per line; write 'send' for a whole line");
      case 'break':
        cursor.take();
        this.#steps.push({ kind: 'break', span });
        return cursor.finish();
      case 'succeed':
      case 'continue':
      case 'fail':
        this.#steps.push({ kind: 'result', result: result(cursor, this.#kind), span });
        return cursor.finish();
      case 'if':
        return this.#conditional(cursor, span);
      default:
        return this.#tried(cursor, null, span);
    }
  }

  #conditional(cursor: Cursor, span: Span): void {
    const when = condition(cursor);
    if (when === null) throw new BrokenLine();
    if (cursor.skipWord('then')) return this.#tried(cursor, when, span);
    const next = cursor.word() ?? '';
    if (TRIED_WORDS.has(next)) {
      cursor.failExpected("'then'", `write: if ... then ${next}`);
    }
    this.#steps.push({ kind: 'if', condition: when, result: result(cursor, this.#kind), span });
    cursor.finish();
  }

  #tried(cursor: Cursor, when: Tree.Condition | null, span: Span): void {
    const base: StepBase = { condition: when, outcomes: [], damaged: false };
    const step = { ...triedStep(cursor, base, span), outcomes: base.outcomes };
    cursor.finish(ROLE_HINT);
    this.#steps.push(step);
    this.#above = step;
  }

  #openExpect(cursor: Cursor): void {
    this.#closeExpect();
    this.#above = null;
    const span = cursor.lineSpan();
    cursor.take();
    const open: OpenExpect = {
      kind: 'expect',
      alternatives: [alternative(cursor, this.#kind)],
      timeout: null,
      damaged: false,
      span,
    };
    this.#steps.push(open);
    this.#expect = open;
  }

  #or(cursor: Cursor): void {
    if (this.#expect === null) {
      const hint = "an alternative stands below 'expect', above its 'after'";
      cursor.report('lone-outcome', cursor.here(), "no 'expect' above this 'or'", hint);
    }
    cursor.take();
    this.#expect ??= 'unknown';
    const found = alternative(cursor, this.#kind);
    if (this.#expect !== 'unknown') this.#expect.alternatives.push(found);
  }

  #after(cursor: Cursor): void {
    if (this.#expect === null) {
      const hint = "the time limit stands below 'expect' and its 'or' lines, once";
      cursor.report('lone-outcome', cursor.here(), "no 'expect' above this 'after'", hint);
    }
    const found = timeout(cursor, this.#kind);
    if (this.#expect !== null && this.#expect !== 'unknown') this.#expect.timeout = found;
    this.#expect = null;
  }

  #closeExpect(): void {
    const open = this.#expect;
    this.#expect = null;
    if (open === null || open === 'unknown' || open.damaged || open.timeout !== null) return;
    const span = { ...open.span, endColumn: open.span.column + 'expect'.length };
    const hint = 'write below it: after 10s fail NAME  (or: after 3 tries of 10s fail NAME)';
    this.#sink.error(
      'missing-timeout',
      span,
      "'expect' without 'after': it could wait forever",
      hint,
    );
  }

  /** What stood on a line that could not be read must not make its neighbours look wrong. */
  #takeBroken(cursor: Cursor): void {
    const word = cursor.tokens[0]?.kind === 'word' ? cursor.tokens[0].text : '';
    const open = this.#expect;
    if (open !== null && open !== 'unknown') open.damaged = true;
    if (word === 'or') return;
    if (word === 'after') {
      this.#expect = null;
      return;
    }
    this.#expect = word === 'expect' || !isStepWord(word) ? 'unknown' : null;
    if (word === 'done' || word === 'failed') return;
    // It may have been one of the outcomes.
    if (!isStepWord(word) && this.#above !== null && this.#above !== 'unknown') {
      this.#above.damaged = true;
    }
    this.#above = 'unknown';
    this.#steps.push({ kind: 'broken', span: cursor.lineSpan() });
  }
}

const ROLE_HINT = 'a dialogue works on one console, so it names no role';
const TRIED_WORDS: ReadonlySet<string> = new Set([
  ...['do', 'hold', 'identify', 'park', 'check', 'reset', 'fence', 'power', 'trust', 'run'],
]);

function isStepWord(word: string): word is StepWord {
  return STEP_WORDS.some((step) => step === word);
}

function firstWord(cursor: Cursor): StepWord {
  const word = cursor.word();
  if (word === null) {
    const hint = "a dialogue ends in 'succeed' or 'fail NAME'; the state that runs it decides";
    const isArrow = cursor.peek()?.kind === 'arrow';
    return cursor.failExpected('a step', isArrow ? hint : 'begin with send, expect, do, ...');
  }
  if (isStepWord(word)) return word;
  if (STATE_WORDS.some((other) => other === word)) {
    const hint = 'steps are: send, press, break, expect, do, run, if, verbs and results';
    return cursor.fail('unexpected-token', `'${word}' stands in states only`, hint);
  }
  const meant = suggest(word, STEP_WORDS);
  const hint = didYouMean(word, STEP_WORDS) ?? `steps begin with ${STEP_WORDS.join(', ')}`;
  if (meant === null || !isStepWord(meant)) {
    return cursor.fail('unknown-word', `no step begins with '${word}'`, hint);
  }
  cursor.reportMisspelt(`no step begins with '${word}'`, hint);
  return meant;
}

/** `do`, `run` or a verb; the first word may be misspelt, then it was already reported. */
function triedStep(
  cursor: Cursor,
  base: StepBase,
  span: Span,
): Extract<Tree.Step, { kind: 'do' | 'verb' | 'run' }> {
  const wordSpan = cursor.here();
  const verbs = [...TRIED_WORDS];
  const meant = suggest(cursor.word() ?? '', verbs);
  const word = TRIED_WORDS.has(cursor.word() ?? '') ? cursor.word() : meant;
  if (word === null) return cursor.failExpected("'do', 'run' or a verb");
  cursor.take();
  if (word === 'do') {
    const dialogue = dialogueName(cursor);
    return { kind: 'do', dialogue, arguments: parseArguments(cursor), ...base, span };
  }
  if (word === 'run') return { kind: 'run', ...parseRun(cursor), ...base, span };
  const verb = nodeVerb(cursor, word);
  const last = cursor.takenSpan();
  return { kind: 'verb', verb, word: joinSpans(wordSpan, last), ...base, span };
}

/** The second word of verbs that have two. */
function nodeVerb(cursor: Cursor, word: string): NodeVerb {
  switch (word) {
    case 'check':
      cursor.needWord('parked', 'write: check parked');
      return 'check-parked';
    case 'power':
      cursor.needWord('off', 'write: power off');
      return 'power-off';
    case 'trust':
      cursor.needWord('silence', 'write: trust silence');
      return 'trust-silence';
    case 'hold':
    case 'identify':
    case 'park':
    case 'reset':
    case 'fence':
      return word;
    default:
      return cursor.failExpected("'do', 'run' or a verb");
  }
}

/** A dialogue's name after `do`; verbs are written without it. */
export function dialogueName(cursor: Cursor): ReturnType<Cursor['needName']> {
  const word = cursor.word();
  if (word !== null && RESERVED.has(word)) {
    const isVerb = TRIED_WORDS.has(word) || word === 'resume' || word === 'boot';
    const hint = isVerb ? `verbs are written without 'do': ${word}` : null;
    cursor.failExpected('the name of a dialogue', hint);
  }
  return cursor.needName('the name of a dialogue');
}

function parseArguments(cursor: Cursor): Tree.Argument[] {
  const list: Tree.Argument[] = [];
  for (let token = cursor.peek(); token !== null; token = cursor.peek()) {
    if (token.kind === 'word' && token.text === 'on') cursor.failExpected('an argument', ROLE_HINT);
    if (token.kind === 'word') list.push({ text: token.text, span: token.span });
    else if (token.kind === 'string') list.push(token.quoted);
    else if (token.kind === 'variable') list.push({ parameter: token.name, span: token.span });
    else if (token.kind === 'number') list.push({ text: String(token.value), span: token.span });
    else return cursor.failExpected('an argument: a name, a "string" or a $parameter');
    cursor.take();
  }
  return list;
}
