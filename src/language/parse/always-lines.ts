/**
 * Parses the lines of an `always` block: reactions and their `and` lines. Made by parse/states.ts.
 */
import type * as Tree from '../tree.ts';
import { type Cursor, mentionWords } from './cursor.ts';
import { parseEffect } from './effects.ts';
import { parseReaction } from './reactions.ts';

/** What an `and` line adds to; `unknown`: a line that could not be read. */
type Above = Tree.Effect[] | 'unknown' | null;

export class AlwaysParser {
  readonly reactions: Tree.Reaction[] = [];
  readonly #mentioned: Set<string>;
  #effects: Above = null;

  constructor(mentioned: Set<string>) {
    this.#mentioned = mentioned;
  }

  line(cursor: Cursor): void {
    const above = this.#effects;
    this.#effects = 'unknown';
    if (cursor.word() === 'and') return this.#and(cursor, above);
    const effects: Tree.Effect[] = [];
    this.reactions.push(parseReaction(cursor, effects));
    this.#effects = effects;
  }

  #and(cursor: Cursor, above: Above): void {
    const span = cursor.here();
    cursor.take();
    const effect = parseEffect(cursor);
    this.#effects = above;
    if (above === null) {
      const hint = "'and' adds to an 'on' line right above it";
      cursor.report('and-without-effect', span, 'no effect above to add to', hint);
    }
    if (above === null || above === 'unknown') {
      mentionWords(cursor.line, this.#mentioned);
      return;
    }
    if (above.at(-1)?.kind === 'go') {
      cursor.report('order', span, "nothing happens after '->'", "put this above, and '->' last");
    } else above.push(effect);
  }
}
