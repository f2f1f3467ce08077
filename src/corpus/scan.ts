/**
 * Which texts of a script stand in a recording, and where. The bytes are cut into lines, and the
 * lines matched, by what the machine itself uses; what clusterd typed is passed over as the machine
 * does. All of a recording counts: nothing is old news here. Called by tally.ts.
 */
import type { Program } from '../language/program.ts';
import { type ConsoleText, emptyConsole, splitPieces, takePiece } from '../machine/console.ts';
import type { LineKind, PatternSet } from '../machine/patterns.ts';
import type { Item, Recording } from '../replay/recording.ts';

export interface Sighting {
  /** Index into `Program.texts`. */
  readonly text: number;
  /** In the recording's file, from 1. */
  readonly line: number;
  /** The line as the machine saw it. */
  readonly shown: string;
}

/** A console that was silent so long shows the end of its unfinished line. */
export const PROMPT_QUIET_MS = 500;

export interface Scanned {
  readonly sightings: readonly Sighting[];
  /** Lines that were looked at, without empty ones. */
  readonly lines: number;
}

export class Scanner {
  readonly #patterns: PatternSet;
  /** By match id. */
  readonly #textOf: readonly number[];

  constructor(program: Program, patterns: PatternSet) {
    this.#patterns = patterns;
    const textOf = program.matches.map(() => -1);
    program.texts.forEach((text, index) => {
      for (const match of text.matches) textOf[match.id] = index;
    });
    this.#textOf = textOf;
  }

  /** Would this whole line be taken for a prompt? */
  isPrompt = (line: string): boolean => this.#patterns.lookup(line, 'prompts').length > 0;

  scan(recording: Recording): Scanned {
    const reading = new Reading((line, kind) => this.#textsIn(line, kind));
    for (const item of recording.items) reading.take(item);
    reading.end();
    return { sightings: reading.sightings, lines: reading.lines };
  }

  #textsIn(line: string, kind: LineKind): number[] {
    const texts = this.#patterns.lookup(line, kind).map((id) => this.#textOf[id] ?? -1);
    return [...new Set(texts)].filter((text) => text >= 0);
  }
}

type TextsIn = (line: string, kind: LineKind) => readonly number[];

/** One recording on its way through. */
class Reading {
  readonly sightings: Sighting[] = [];
  lines = 0;
  readonly #textsIn: TextsIn;
  #console: ConsoleText = emptyConsole(0);
  #escape = '';
  #wall = 0;
  #line = 0;
  /** Seen already in the line that is not finished. */
  #seen = new Set<number>();
  /** What stands on the unfinished line by our own typing. */
  #echo: string | null = null;

  constructor(textsIn: TextsIn) {
    this.#textsIn = textsIn;
  }

  take(item: Item): void {
    if (item.wall - this.#wall >= PROMPT_QUIET_MS) this.#lookAtTail();
    this.#wall = item.wall;
    switch (item.kind) {
      case 'received':
        this.#line = item.line;
        return this.#receive(item.data);
      case 'typed':
        return this.#type(item.data);
      case 'channel':
        if (item.status === 'connected') this.#restart();
        return;
      case 'hidden':
      case 'break':
        return;
    }
  }

  end(): void {
    this.#lookAtTail();
  }

  #restart(): void {
    this.#console = emptyConsole(0);
    this.#escape = '';
    this.#beginLine();
  }

  #receive(data: string): void {
    const { pieces, escape } = splitPieces(this.#escape, data);
    this.#escape = escape;
    for (const first of pieces) {
      let piece: typeof first | null = first;
      while (piece !== null) {
        const taken = takePiece(this.#console, piece);
        if (taken.line !== null) this.#finish(taken.line);
        piece = taken.rest;
      }
    }
  }

  #finish(line: string): void {
    if (line !== '' && line.trim() !== this.#echo?.trim()) this.#note(line, 'finished');
    if (line !== '') this.lines += 1;
    this.#beginLine();
  }

  #beginLine(): void {
    this.#seen = new Set();
    this.#echo = null;
  }

  #lookAtTail(): void {
    const { tail } = this.#console;
    if (tail === '' || tail === this.#echo) return;
    this.#note(tail, 'prompts');
    this.#note(tail, 'unfinished');
  }

  #note(line: string, kind: LineKind): void {
    for (const text of this.#textsIn(line, kind)) {
      if (this.#seen.has(text)) continue;
      this.#seen.add(text);
      this.sightings.push({ text, line: this.#line, shown: line });
    }
  }

  /** Keys such as RETURN leave no echo of their own. */
  #type(data: string): void {
    const printed = data.replace(/[\0-\x1f\x7f]/g, '');
    if (printed !== '') this.#echo = (this.#echo ?? this.#console.tail) + printed;
    else if (!data.includes('\r')) this.#echo = null;
  }
}
