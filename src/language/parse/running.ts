/**
 * Parses the lines of a `to ...-running` block: commands for a node whose system runs, and what they
 * answer. Made by parse/dialogues.ts, one for each block.
 */
import type { RunningTo } from '../program.ts';
import type { Quoted } from '../token.ts';
import type * as Tree from '../tree.ts';
import { RUNNING_WORDS } from '../words.ts';
import type { Cursor } from './cursor.ts';
import { checkShape, duration, match, string } from './phrases.ts';

const WITHIN_HINT = 'every wait has an end: command "/path/program" "argument" within 20s';

export class RunningParser {
  readonly commands: Tree.NodeCommand[] = [];
  readonly #to: RunningTo;
  #expects = false;

  constructor(to: RunningTo) {
    this.#to = to;
  }

  line(cursor: Cursor): void {
    const start = cursor.here();
    const word = cursor.needOneOf(RUNNING_WORDS, "'command', 'expect' or 'or'");
    if (word === 'command') return this.#command(cursor);
    const above = this.commands.at(-1);
    const belongs = above !== undefined && (word === 'expect') !== this.#expects;
    if (!belongs) {
      const what = word === 'expect' ? "no 'command' stands above it" : "no 'expect' above it";
      const hint = "one 'expect' below each command, and 'or' lines below that";
      cursor.report('lone-outcome', start, `'${word}' belongs to nothing: ${what}`, hint);
    }
    this.#expects = true;
    const answer = this.#answer(cursor);
    above?.answers.push(answer);
  }

  #command(cursor: Cursor): void {
    const span = cursor.lineSpan();
    const argv: Quoted[] = [string(cursor, 'a program in quotes', WITHIN_HINT)];
    while (cursor.peek()?.kind === 'string') argv.push(string(cursor, 'an argument'));
    if (cursor.atEnd()) {
      cursor.report('missing-timeout', cursor.here(), 'the command has no time limit', WITHIN_HINT);
    } else cursor.needWord('within', WITHIN_HINT);
    const within: Tree.Duration = cursor.atEnd()
      ? { kind: 'unknown', span: cursor.here() }
      : duration(cursor);
    cursor.finish('each argument stands in quotes, before within');
    this.#expects = false;
    this.commands.push({ argv, within, answers: [], span });
  }

  #answer(cursor: Cursor): Tree.CommandAnswer {
    const span = cursor.lineSpan();
    const looked = match(cursor);
    const result = this.#result(cursor);
    cursor.finish('behind the text may stand: means unset, or fail NAME');
    return { match: looked, result, span };
  }

  #result(cursor: Cursor): Tree.CommandAnswer['result'] {
    if (cursor.skipWord('fail')) {
      const name = cursor.needName('the name of a failure');
      checkShape(cursor, name);
      return { kind: 'fail', name: name.text };
    }
    if (cursor.word() !== 'means') return { kind: 'fits' };
    const place = cursor.here();
    cursor.take();
    cursor.needWord('unset', 'only this can be meant: a variable without a value');
    if (this.#to !== 'read-running') {
      const message = `'to ${this.#to}' reads no variable`;
      cursor.report('unexpected-token', place, message, "'means unset' stands in to read-running");
    }
    return { kind: 'unset' };
  }
}
