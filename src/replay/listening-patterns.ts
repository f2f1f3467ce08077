/**
 * The patterns of a program, with an ear: notes which line of a console the engine looked at and what
 * it found there, so that the replay can say on which text a decision rests. Changes no answer.
 */
import type { LineKind, PatternSet } from '../machine/patterns.ts';

export interface Heard {
  readonly line: string;
  /** The unfinished end of the text, at which the console fell quiet. */
  readonly prompt: boolean;
  /** Ids of matches. */
  readonly hits: readonly number[];
}

export class ListeningPatterns implements PatternSet {
  readonly #patterns: PatternSet;
  #heard: Heard[] = [];

  constructor(patterns: PatternSet) {
    this.#patterns = patterns;
  }

  lookup(line: string, kind: LineKind): readonly number[] {
    const hits = this.#patterns.lookup(line, kind);
    if (hits.length > 0) this.#note(line, kind !== 'finished', hits);
    return hits;
  }

  find(...words: Parameters<PatternSet['find']>): ReturnType<PatternSet['find']> {
    return this.#patterns.find(...words);
  }

  /** What was heard since the last call. */
  take(): readonly Heard[] {
    const heard = this.#heard;
    this.#heard = [];
    return heard;
  }

  /** The engine may look twice at one line: a quick look first, then a thorough one. */
  #note(line: string, prompt: boolean, hits: readonly number[]): void {
    const known = this.#heard.findIndex((one) => one.line === line && one.prompt === prompt);
    const before = this.#heard[known];
    if (before === undefined) this.#heard.push({ line, prompt, hits });
    else this.#heard[known] = { ...before, hits: [...new Set([...before.hits, ...hits])] };
  }
}
