/**
 * Watches an open console for the texts that tell that it was left: the prompt of the service
 * processor, or that somebody else took it. Runs for every chunk of a console with a login; looks
 * for nothing else and keeps nothing but the unfinished line. Made by access-transport.ts.
 */
import type { Clock } from '../clock/clock.ts';
import { type AccessProgram, KICKED_OFF, LOGGED_OUT } from '../language/access/access-program.ts';
import { emptyConsole, nextLine, splitPieces, takePiece } from '../machine/console.ts';
import { compilePatterns, type PatternSet } from '../machine/patterns.ts';
import { PROMPT_QUIET_MS } from './conversation.ts';

export type Left = typeof LOGGED_OUT | typeof KICKED_OFF;

const NAMES: readonly Left[] = [KICKED_OFF, LOGGED_OUT];

export class LeftWatch {
  readonly #program: AccessProgram;
  readonly #clock: Clock;
  readonly #patterns: PatternSet;
  readonly #left: (how: Left, said: string) => void;
  readonly #console = emptyConsole(0);
  #cancel: () => void = () => {};

  constructor(program: AccessProgram, clock: Clock, left: (how: Left, said: string) => void) {
    this.#program = program;
    this.#clock = clock;
    this.#left = left;
    const texts = program.texts.filter(({ name }) => NAMES.some((one) => one === name));
    this.#patterns = compilePatterns({
      matches: texts.flatMap(({ matches }) => matches).map((one, id) => ({ ...one, id })),
      harmless: [],
    });
  }

  see(text: string): void {
    this.#cancel();
    const { pieces, escape } = splitPieces(this.#console.escape, text);
    this.#console.escape = escape;
    for (const first of pieces) {
      for (let piece: typeof first | null = first; piece !== null; ) {
        const taken = takePiece(this.#console, piece);
        if (taken.line !== null) {
          this.#judge(taken.line, 'finished');
          nextLine(this.#console);
        }
        piece = taken.rest;
      }
    }
    const { tail } = this.#console;
    if (tail === '' || this.#patterns.lookup(tail, 'prompts').length === 0) return;
    this.#cancel = this.#clock.after(PROMPT_QUIET_MS, () => this.#judge(tail, 'prompts'));
  }

  stop(): void {
    this.#cancel();
  }

  #judge(line: string, kind: 'finished' | 'prompts'): void {
    if (this.#patterns.lookup(line, kind).length === 0) return;
    const how = NAMES.find((name) => this.#means(name, line, kind === 'prompts'));
    if (how !== undefined) this.#left(how, line);
  }

  #means(name: Left, line: string, prompt: boolean): boolean {
    const matches = this.#program.texts.find((text) => text.name === name)?.matches ?? [];
    return matches.some(
      (match) => match.prompt === prompt && this.#patterns.find(match, line, {}) !== null,
    );
  }
}
