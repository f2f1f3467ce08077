/**
 * Runs a dialogue of an access library over a conversation, step by step, with the meaning that the
 * steps have in scripts: alternatives from top to bottom, tries, failures that pass through `do`.
 * Every dialogue ends, within its limit as a whole. Patterns are looked for by the machine's matcher.
 */

import type {
  AccessExpect,
  AccessOutcome,
  AccessProgram,
  AccessResult,
  AccessSeen,
  AccessStep,
} from '../language/access/access-program.ts';
import { assertNever } from '../language/assert-never.ts';
import type { Match, Span } from '../language/program.ts';
import { needsLineEnd, type PatternSet } from '../machine/patterns.ts';
import { keyBytes } from '../machine/typing.ts';
import { asLatin1, type BoundLogin } from './bound-login.ts';
import type { Conversation, HeardLine } from './conversation.ts';

export type Ended =
  | { readonly kind: 'succeed'; readonly answer: 'off' | 'on' | null }
  /** `detail`: one clause, without secrets. */
  | { readonly kind: 'fail'; readonly name: string; readonly detail: string };

export interface DialogueParts {
  readonly conversation: Conversation;
  readonly login: BoundLogin;
  readonly patterns: PatternSet;
  readonly now: () => number;
  /** A secret was typed. */
  readonly onSecret: () => void;
}

/** What a step leads to: the end, or the number of the next one. */
type Led = Ended | { readonly kind: 'next'; readonly step: number };

interface Place {
  readonly steps: readonly AccessStep[];
  index: number;
  /** What is done again by the next try. */
  retryFrom: number;
  tries: number;
}

export class DialogueRun {
  readonly #parts: DialogueParts;
  readonly #program: AccessProgram;
  readonly #deadline: number;

  constructor(parts: DialogueParts, withinMs: number) {
    this.#parts = parts;
    this.#program = parts.login.program;
    this.#deadline = parts.now() + withinMs;
  }

  /** Never rejects for anything that the other end does. */
  async run(dialogue: number): Promise<Ended> {
    const steps = this.#program.dialogues[dialogue]?.steps ?? [];
    const place: Place = { steps, index: 0, retryFrom: 0, tries: 0 };
    for (;;) {
      const step = steps[place.index];
      if (step === undefined) return { kind: 'succeed', answer: null };
      const cut = this.#cut(step.span);
      if (cut !== null) return cut;
      const led = await this.#step(step, place);
      if (led.kind !== 'next') return led;
      place.index = led.step;
    }
  }

  /** Why it cannot go on at all. */
  #cut(span: Span): Ended | null {
    const { conversation, now } = this.#parts;
    if (conversation.ended !== null) return this.#fail('unreachable', conversation.ended, span);
    if (now() < this.#deadline) return null;
    return this.#fail('too-long', 'the dialogue took too long as a whole', span);
  }

  async #step(step: AccessStep, place: Place): Promise<Led> {
    const { conversation, login, onSecret } = this.#parts;
    const next = { kind: 'next', step: place.index + 1 } as const;
    switch (step.kind) {
      case 'send': {
        const text = login.fill(step.text);
        if (await conversation.send(text)) return next;
        const cut = this.#cut(step.span);
        return cut ?? this.#fail('garbled', `the echo of "${text}" was wrong`, step.span);
      }
      case 'secret':
        onSecret();
        await conversation.sendSecret(asLatin1(login.secret(step.name)));
        return next;
      case 'press':
        await conversation.press(keyBytes(step.key));
        return next;
      case 'expect':
        return this.#expect(step, step.span, place);
      case 'do':
        return this.#do(step, place);
      case 'if':
        return login.holds(step.condition) ? this.#led(step.result, place, step.span) : next;
      case 'result':
        return this.#led(step.result, place, step.span);
      default:
        return assertNever(step);
    }
  }

  async #do(step: Extract<AccessStep, { kind: 'do' }>, place: Place): Promise<Led> {
    const { login } = this.#parts;
    const next = { kind: 'next', step: place.index + 1 } as const;
    place.retryFrom = place.index + 1;
    place.tries = 0;
    if (!login.holds(step.condition)) return next;
    const ended = await this.run(step.dialogue);
    const outcome = step.outcomes.find((one) => fits(one, ended) && login.holds(one.condition));
    if (outcome === undefined) return ended.kind === 'succeed' ? next : ended;
    const { result } = outcome;
    if (result.kind !== 'fail' || ended.kind !== 'fail') {
      return this.#led(result, place, step.span);
    }
    return { ...ended, name: result.name };
  }

  async #expect(step: AccessExpect, span: Span, place: Place): Promise<Led> {
    const { conversation, login, now } = this.#parts;
    let found: AccessResult | null = null;
    let said = '';
    const quiet = step.alternatives.find(({ seen }) => seen.kind === 'quiet');
    const quietMs = quiet?.seen.kind === 'quiet' ? login.milliseconds(quiet.seen.duration) : null;
    const withinMs = Math.min(login.milliseconds(step.within), this.#deadline - now());
    await conversation.wait(
      (line) => {
        const alternative = step.alternatives.find(({ seen }) => this.#sees(seen, line));
        if (alternative === undefined) return false;
        found = alternative.result;
        said = line.text;
        return true;
      },
      quietMs === null || quiet === undefined
        ? null
        : {
            ms: quietMs,
            reached: () => {
              found = quiet.result;
            },
          },
      withinMs,
    );
    if (found !== null) {
      place.retryFrom = place.index + 1;
      place.tries = 0;
      return this.#led(found, place, span, said);
    }
    return this.#cut(span) ?? this.#again(step, span, place);
  }

  /** Another try, or given up. */
  #again(step: AccessExpect, span: Span, place: Place): Led {
    place.tries += 1;
    if (place.tries < step.tries) return { kind: 'next', step: place.retryFrom };
    place.retryFrom = place.index + 1;
    place.tries = 0;
    return this.#led(step.onTimeout, place, span);
  }

  #sees(seen: AccessSeen, line: HeardLine): boolean {
    switch (seen.kind) {
      case 'text': {
        const matches = this.#program.texts[seen.text]?.matches ?? [];
        return matches.some((match) => this.#finds(match, line));
      }
      case 'match':
        return this.#finds(seen.match, line);
      case 'quiet':
        return false;
      default:
        return assertNever(seen);
    }
  }

  #finds(match: Match, line: HeardLine): boolean {
    if (match.prompt !== line.unfinished && (match.prompt || needsLineEnd(match))) return false;
    const { patterns, login } = this.#parts;
    const found = patterns.find(match, line.text, login.values);
    return found !== null && found.start >= line.from;
  }

  #led(result: AccessResult, place: Place, span: Span, said = ''): Led {
    switch (result.kind) {
      case 'succeed':
        return { kind: 'succeed', answer: result.answer };
      case 'continue':
        return { kind: 'next', step: place.index + 1 };
      case 'fail':
        return this.#fail(result.name, this.#heard(said), span);
      default:
        return assertNever(result);
    }
  }

  #heard(said: string): string {
    const { login, conversation } = this.#parts;
    const text = login.mask(said === '' ? conversation.last : said).slice(-120);
    if (said !== '') return `it said "${text}"`;
    return text === '' ? 'it said nothing' : `the last that it said is "${text}"`;
  }

  #fail(name: string, detail: string, { line }: Span): Ended {
    const place = `line ${line} of ${this.#program.name}.chat`;
    return { kind: 'fail', name, detail: `${detail} (${name}, ${place})` };
  }
}

function fits({ on, names }: AccessOutcome, ended: Ended): boolean {
  if (on === 'done') return ended.kind === 'succeed';
  return ended.kind === 'fail' && (names.length === 0 || names.includes(ended.name));
}
