/**
 * Parses the lines of a state one after the other, remembering what may still come (first the
 * bound, then what may interrupt, then actions, then the ending) and which line `and`, `done` and
 * `failed` belong to. Made by parse/states.ts.
 */
import { type DiagnosticSink, didYouMean, suggest } from '../diagnostics.ts';
import type * as Tree from '../tree.ts';
import { STATE_WORDS, STEP_WORDS } from '../words.ts';
import { OUTCOME_HINT, parseAction, parseAfter, parseEvery } from './actions.ts';
import { BrokenLine, type Cursor, mentionWords } from './cursor.ts';
import { parseEffect, parseGo, startsEffect } from './effects.ts';
import { type Attempt, type AttemptAbove, attachOutcome, parseOutcome } from './outcomes.ts';
import { condition, count, duration } from './phrases.ts';
import { parseReaction } from './reactions.ts';

type StateWord = (typeof STATE_WORDS)[number] | '->';
type Effects = Tree.Effect[];
/** What an `and` line adds to; `unknown`: a line that could not be read. */
type EffectsAbove = Effects | 'unknown' | null;
type OpenAttempt = Attempt<readonly Tree.Effect[]>;

/** The order of a state: nothing may stand above what has a lower number. */
const ORDER = { start: 0, bound: 1, meanwhile: 2, action: 3, ending: 4 } as const;
type Phase = keyof typeof ORDER;

export class StateParser {
  readonly #reactions: Tree.Reaction[] = [];
  readonly #afters: Tree.After[] = [];
  readonly #everies: Tree.Every[] = [];
  readonly #actions: Tree.Action[] = [];
  readonly #sink: DiagnosticSink;
  #bound: Tree.Bound | null = null;
  #ending: Tree.Ending | null = null;
  #phase: Phase = 'start';
  #above: AttemptAbove<readonly Tree.Effect[]> = null;
  #effects: EffectsAbove = null;
  #unreachableReported = false;
  #boundDamaged = false;
  readonly #mentioned: Set<string>;

  constructor(sink: DiagnosticSink, mentioned: Set<string>) {
    this.#sink = sink;
    this.#mentioned = mentioned;
  }

  finish(): Pick<
    Tree.State,
    'bound' | 'boundDamaged' | 'reactions' | 'afters' | 'everies' | 'actions' | 'ending'
  > {
    return {
      bound: this.#bound,
      boundDamaged: this.#boundDamaged,
      reactions: this.#reactions,
      afters: this.#afters,
      everies: this.#everies,
      actions: this.#actions,
      ending: this.#ending,
    };
  }

  line(cursor: Cursor): void {
    try {
      this.#parseLine(cursor, firstWord(cursor));
    } catch (error) {
      if (error instanceof BrokenLine) this.#takeBroken(cursor);
      throw error;
    }
  }

  #parseLine(cursor: Cursor, word: StateWord): void {
    switch (word) {
      case 'and':
        return this.#and(cursor);
      case 'done':
      case 'failed':
        return this.#outcome(cursor);
      case 'at':
        return this.#parseBound(cursor);
      case 'on':
      case 'after':
      case 'every':
        return this.#meanwhile(cursor, word);
      case 'rest':
      case 'wait':
        return this.#end(cursor, word);
      default:
        return this.#action(cursor, word);
    }
  }

  #and(cursor: Cursor): void {
    const span = cursor.here();
    cursor.take();
    const above = this.#effects;
    const effect = parseEffect(cursor);
    if (above === null) {
      const hint = "'and' adds to a line with '->', alarm, clear or log right above it";
      cursor.report('and-without-effect', span, 'no effect above to add to', hint);
    }
    if (above === null || above === 'unknown') mentionWords(cursor.line, this.#mentioned);
    else {
      if (above.at(-1)?.kind === 'go') {
        const hint = "put this above, and '->' last";
        cursor.report('order', span, "nothing happens after '->'", hint);
        return;
      }
      above.push(effect);
      this.#noteGo(effect, above);
    }
  }

  /** An unconditional action that has grown a `->` ends the state. */
  #noteGo(effect: Tree.Effect, effects: Effects): void {
    const last = this.#actions.at(-1);
    if (effect.kind !== 'go' || last?.kind !== 'effects' || last.effects !== effects) return;
    if (last.condition === null) this.#setEnding({ kind: 'go', span: last.span });
  }

  #outcome(cursor: Cursor): void {
    const above = this.#above;
    this.#effects = 'unknown';
    attachOutcome(cursor, above, "a 'do', 'run', 'boot' or verb line", () => {
      const effects: Effects = [];
      const outcome = parseOutcome<readonly Tree.Effect[]>(cursor, () => {
        effects.push(parseEffect(cursor));
        return effects;
      });
      this.#effects = effects;
      return outcome;
    });
    if (above === null || above === 'unknown') {
      mentionWords(cursor.line, this.#mentioned);
      this.#above = 'unknown';
    }
  }

  #parseBound(cursor: Cursor): void {
    this.#enter(cursor, 'bound', "'at most' is the first line of a state");
    cursor.take();
    cursor.needWord('most', BOUND_HINT);
    const entries = count(cursor, 'how many entries, from 1');
    cursor.needWord('in', BOUND_HINT);
    const within = duration(cursor);
    cursor.needWord('else', BOUND_HINT);
    if (cursor.peek()?.kind !== 'arrow') cursor.failExpected("'->'", BOUND_HINT);
    const otherwise = parseGo(cursor);
    this.#bound ??= { kind: 'bound', entries, within, otherwise, span: cursor.lineSpan() };
    this.#effects = null;
  }

  #meanwhile(cursor: Cursor, word: 'on' | 'after' | 'every'): void {
    this.#enter(cursor, 'meanwhile', MEANWHILE_ORDER);
    if (word === 'every') {
      const attempt: OpenAttempt = { outcomes: [], damaged: false };
      const every = Object.assign(attempt, parseEvery(cursor));
      this.#everies.push(every);
      this.#above = attempt;
      return;
    }
    const effects: Effects = [];
    if (word === 'on') this.#reactions.push(parseReaction(cursor, effects));
    else this.#afters.push(parseAfter(cursor, effects));
    this.#effects = effects;
  }

  #action(cursor: Cursor, word: StateWord): void {
    this.#enter(cursor, 'action', '');
    const span = cursor.lineSpan();
    const when = word === 'if' ? neededCondition(cursor) : null;
    const then = when !== null && cursor.skipWord('then');
    if (!then && startsEffect(cursor)) return this.#effectsAction(cursor, when);
    if (when !== null && !then) failThen(cursor);
    if (then && startsEffect(cursor)) {
      cursor.failExpected('something to do', 'without \'then\': if ... is ... -> STATE "reason"');
    }
    const attempt: OpenAttempt = { outcomes: [], damaged: false };
    const action = Object.assign(attempt, parseAction(cursor, when, span));
    cursor.finish(OUTCOME_HINT);
    this.#actions.push(action);
    this.#above = attempt;
  }

  #effectsAction(cursor: Cursor, when: Tree.Condition | null): void {
    const effects: Effects = [parseEffect(cursor)];
    const span = cursor.lineSpan();
    this.#actions.push({ kind: 'effects', condition: when, effects, span });
    this.#effects = effects;
    if (when === null && effects[0]?.kind === 'go') this.#setEnding({ kind: 'go', span });
  }

  #end(cursor: Cursor, kind: 'rest' | 'wait'): void {
    this.#enter(cursor, 'ending', '');
    const span = cursor.here();
    cursor.take();
    cursor.finish(`'${kind}' stands alone`);
    this.#setEnding({ kind, span });
  }

  #setEnding(ending: Tree.Ending): void {
    this.#ending ??= ending;
    this.#phase = 'ending';
  }

  /** A line of this phase begins; complains when it stands too low. */
  #enter(cursor: Cursor, phase: Phase, rule: string): void {
    this.#above = null;
    this.#effects = null;
    if (this.#ending !== null && ORDER[phase] >= ORDER.action) {
      this.#reportUnreachable(cursor);
    } else if (ORDER[phase] < ORDER[this.#phase] || (phase === 'bound' && this.#bound !== null)) {
      const message =
        phase === 'bound' ? 'this must stand at the top' : 'this must stand above the actions';
      cursor.report('order', cursor.here(), message, rule);
    }
    if (ORDER[phase] > ORDER[this.#phase]) this.#phase = phase;
  }

  #reportUnreachable(cursor: Cursor): void {
    if (this.#unreachableReported) return;
    this.#unreachableReported = true;
    const message = `never reached: the state ended at line ${this.#ending?.span.line}`;
    const hint = 'remove it, or put it above that line';
    this.#sink.error('unreachable-line', cursor.lineSpan(), message, hint);
  }

  /** What stood on a line that could not be read must not make its neighbours look wrong. */
  #takeBroken(cursor: Cursor): void {
    this.#effects = 'unknown';
    const word = cursor.word() ?? '';
    const first = cursor.tokens[0]?.kind === 'word' ? cursor.tokens[0].text : word;
    if (first === 'done' || first === 'failed' || first === 'and') return;
    const isKnown = first === '' || STATE_WORDS.some((one) => one === first);
    if (first === 'at' || (this.#phase === 'start' && !isKnown)) this.#boundDamaged = true;
    // It may have been one of the outcomes.
    if (!isKnown && this.#above !== null && this.#above !== 'unknown') this.#above.damaged = true;
    this.#above = 'unknown';
    this.#actions.push({ kind: 'broken', span: cursor.lineSpan() });
  }
}

const BOUND_HINT = 'write: at most 2 in 2h else -> STATE "reason"';
const MEANWHILE_ORDER =
  "'on', 'after' and 'every' hold while the actions run, so they stand above them";

function firstWord(cursor: Cursor): StateWord {
  if (cursor.peek()?.kind === 'arrow') return '->';
  const word = cursor.word();
  if (word === null) return cursor.failExpected('a line of a state', 'begin with on, do, -> ...');
  const known = STATE_WORDS.find((candidate) => candidate === word);
  if (known !== undefined) return known;
  if (STEP_WORDS.some((step) => step === word)) {
    const hint = 'write it in a dialogue, and here: do DIALOGUE on active';
    return cursor.fail('unexpected-token', `'${word}' stands in dialogues only`, hint);
  }
  const meant = STATE_WORDS.find((candidate) => candidate === suggest(word, STATE_WORDS));
  const hint = didYouMean(word, STATE_WORDS) ?? `lines begin with -> or ${STATE_WORDS.join(', ')}`;
  if (meant === undefined) {
    return cursor.fail('unknown-word', `no line of a state begins with '${word}'`, hint);
  }
  cursor.reportMisspelt(`no line of a state begins with '${word}'`, hint);
  return meant;
}

function neededCondition(cursor: Cursor): Tree.Condition {
  const when = condition(cursor);
  if (when === null) throw new BrokenLine();
  return when;
}

function failThen(cursor: Cursor): never {
  const word = cursor.word();
  const hint =
    word === null
      ? 'write: if ... is ... -> STATE "reason", or: if ... is ... then do ...'
      : `write: if ... then ${word}`;
  return cursor.failExpected("'then', '->', 'alarm', 'clear' or 'log'", hint);
}
