/**
 * Would this line, when its RETURN goes out, start, resume or reset a system, or destroy data?
 * Asked by writer.ts before each RETURN, with what was typed and what the screen shows: a command
 * called back from a history was never typed. Judges words, so it asks once too often rather than
 * once too little; it stops nothing that a person confirms, and it is no law: what a person types is
 * the person's.
 */
import type { HowTo, Program, Step } from '../language/program.ts';
import type { PatternSet } from '../machine/patterns.ts';
import { CARRIERS, FIRMWARE_WORDS, REMOVES_TREES, SHELL_WORDS } from './danger-words.ts';

export interface Danger {
  /** The line as it will act. */
  readonly line: string;
  readonly word: string;
  /** A clause that begins with a verb: what the word does. */
  readonly what: string;
}

const STARTING: ReadonlyMap<HowTo, string> = new Map([
  ['boot', 'starts an operating system'],
  ['resume', 'lets the stopped system go on, writing to the disk'],
  ['reset', 'resets the machine; it may boot by itself'],
]);
/** `host# `, `$ `, `user@host> `, `sc> `: what stands before a command. */
const SHELL_PROMPT = /^[^#$%>]{0,80}[#$%>] *(?=\S)/;
const DEBUGGER_PROMPT = /^\[[0-9]+\]> /;
const PROMPT_CHARS_MAX = 40;
const BREAKS_LINE = /[;&|(){}`]+/;

/** The script that tells how these machines talk. */
export interface Judged {
  readonly program: Program;
  readonly patterns: PatternSet;
}

type Context = 'firmware' | 'shell' | 'unknown';

export class DangerousLines {
  readonly #program: Program;
  readonly #patterns: PatternSet;
  /** First words of what the library itself types to boot, resume and reset. */
  readonly #ownWords: ReadonlyMap<string, string>;
  /** Matches of prompts of the firmware. */
  readonly #prompts: Program['matches'];
  /** Matches of lines that show a system being started by hand. */
  readonly #leaving: ReadonlySet<number>;

  constructor({ program, patterns }: Judged) {
    this.#program = program;
    this.#patterns = patterns;
    this.#ownWords = ownWords(program);
    const texts = (fact: 'firmware' | 'leaving', isPrompt: boolean) =>
      program.texts.filter((text) => text.means === fact && text.prompt === isPrompt);
    this.#prompts = texts('firmware', true)
      .flatMap(({ matches }) => matches)
      .filter(({ template }) => template.every(({ kind }) => kind === 'text'));
    this.#leaving = new Set(
      texts('leaving', false).flatMap(({ matches }) => matches.map(({ id }) => id)),
    );
  }

  isOf({ program }: Judged): boolean {
    return program === this.#program;
  }

  /** `shown`: the line of the screen with the cursor. Null: nothing to ask about. */
  judge(typed: string, shown: string): Danger | null {
    const prompt = this.#promptOf(shown);
    const lines = [shown.slice(prompt.length), typed].map((line) => line.trim());
    for (const line of lines) {
      const found = this.#find(line, prompt.context);
      if (found !== null) return found;
    }
    return this.#startsByHand(shown, lines[0] ?? '');
  }

  #promptOf(shown: string): { readonly context: Context; readonly length: number } {
    const debug = DEBUGGER_PROMPT.exec(shown)?.[0].length ?? this.#firmwarePrompt(shown);
    if (debug !== null) return { context: 'firmware', length: debug };
    const shell = SHELL_PROMPT.exec(shown)?.[0] ?? '';
    return { context: shell === '' ? 'unknown' : 'shell', length: shell.length };
  }

  /** A prompt is known by its end, so each beginning of the line is tried. */
  #firmwarePrompt(shown: string): number | null {
    for (let length = 1; length <= Math.min(shown.length, PROMPT_CHARS_MAX); length++) {
      const head = shown.slice(0, length);
      const isPrompt = this.#prompts.some((match) => this.#patterns.find(match, head, {}));
      if (isPrompt) return length;
    }
    return null;
  }

  #find(line: string, context: Context): Danger | null {
    const firmware = context === 'shell' ? null : this.#findAtFirmware(line);
    if (firmware !== null || context === 'firmware') return firmware;
    return findAtShell(line);
  }

  #findAtFirmware(line: string): Danger | null {
    for (const word of line.toLowerCase().split(/\s+/)) {
      const what = this.#ownWords.get(word) ?? FIRMWARE_WORDS.get(word);
      if (what !== undefined) return { line, word, what };
    }
    return null;
  }

  /** As the library itself recognises what people type. */
  #startsByHand(shown: string, line: string): Danger | null {
    const hit = this.#patterns
      .lookup(shown, 'finished')
      .find((id) => this.#leaving.has(this.#program.matches[id]?.id ?? -1));
    if (hit === undefined) return null;
    return { line, word: line.split(/\s+/)[0] ?? '', what: 'starts or resumes a system' };
  }
}

function findAtShell(line: string): Danger | null {
  for (const part of line.split(BREAKS_LINE)) {
    const words = part.trim().split(/\s+/).map(bare);
    const command = words.find((word) => !/^\w+=/.test(word)) ?? '';
    const isCarried = CARRIERS.has(command);
    for (const word of isCarried ? words : [command]) {
      const what = SHELL_WORDS.get(word) ?? (/^mkfs\b/.test(word) ? SHELL_WORDS.get('mkfs') : null);
      if (what) return { line, word, what };
    }
    const removes = words.indexOf('rm');
    if (
      removes >= 0 &&
      (isCarried || command === 'rm') &&
      words.some((word) => RECURSIVE.test(word))
    )
      return { line, word: 'rm', what: REMOVES_TREES };
  }
  return null;
}

const RECURSIVE = /^-[A-Za-z]*[rR]|^--recursive$/;

/** Without its directory, quotes and the backslash that evades an alias. */
function bare(word: string): string {
  const plain = word.replace(/["'\\]/g, '');
  return plain.startsWith('-') ? plain : plain.slice(plain.lastIndexOf('/') + 1);
}

function ownWords(program: Program): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const { howTo, steps } of program.dialogues) {
    const what = howTo === null ? undefined : STARTING.get(howTo);
    if (what === undefined) continue;
    for (const step of steps) {
      const word = firstWord(step);
      if (word !== '') words.set(word.toLowerCase(), what);
    }
  }
  return words;
}

function firstWord(step: Step): string {
  if (step.kind !== 'send') return '';
  const [first] = step.text;
  return first?.kind === 'text' ? (/^\S+/.exec(first.text)?.[0] ?? '') : '';
}
