/**
 * Matches console lines against all patterns of a program at once: linear in the bytes, however
 * many patterns there are and however hostile the text is (RE2). One set serves all clusters that
 * run the same script. Patterns that contain a setting are tried one by one, only where a dialogue
 * waits for them.
 */
import { RE2JS, RE2Set } from 're2js';
import type { Match, Program } from '../language/program.ts';
import { matchSource } from '../language/regex.ts';

export interface Found {
  readonly start: number;
  readonly end: number;
  /** The first capture group, or null. */
  readonly group: string | null;
}

export interface PatternSet {
  /** Ids of what matches this line, settings aside. */
  lookup(line: string, kind: LineKind): readonly number[];
  /** Where one match stands in the line; `values` for its settings and parameters. */
  find(match: Match, line: string, values: Readonly<Record<string, string>>): Found | null;
}

/**
 * `finished`: patterns on a whole line. `unfinished`: patterns on the quiet end of the text; one that
 * asks for the end of the line cannot match there. `prompts`: prompts, on the same text.
 */
export type LineKind = 'finished' | 'unfinished' | 'prompts';

/** Does this pattern speak of the end of the line? Then only a finished line can show it. */
export function needsLineEnd(match: Match): boolean {
  const last = match.template.at(-1);
  return (
    !match.prompt && match.form === 'regex' && last?.kind === 'text' && last.text.endsWith('$')
  );
}

const NONE: readonly number[] = [];
const DYNAMIC_MAX = 2000;
/**
 * Memory of the automaton, bytes. It is built while text is read, some 20 us for each state: a text
 * made for the purpose could ask for a new one with each character. Past the bound RE2 goes on
 * without it, slower but steady. A script of fifty patterns needs a third of this.
 */
const AUTOMATON_BYTES_MAX = 512 * 1024;

function isStatic(match: Match): boolean {
  return match.template.every((part) => part.kind === 'text');
}

/**
 * Word boundaries would make the set fall back to a slower engine. Without them it can only match
 * more, and every hit is checked again.
 */
function looseSource(match: Match): string {
  return matchSource(match, {}).replace(/(^|[^\\])((?:\\\\)*)\\b/g, '$1$2');
}

class MatchGroup {
  readonly #set = new RE2Set(RE2Set.UNANCHORED, 0, AUTOMATON_BYTES_MAX);
  readonly #ids: number[] = [];

  constructor(matches: readonly Match[]) {
    for (const match of matches) {
      this.#set.add(looseSource(match));
      this.#ids.push(match.id);
    }
    if (this.#ids.length > 0) this.#set.compile();
  }

  hits(line: string): readonly number[] {
    if (this.#ids.length === 0) return NONE;
    const found = this.#set.match(line) as number[];
    if (found.length === 0) return NONE;
    return found.map((index) => this.#ids[index] ?? -1).sort((a, b) => a - b);
  }
}

class CompiledPatterns implements PatternSet {
  readonly #matches: readonly Match[];
  readonly #plain: MatchGroup;
  readonly #prompts: MatchGroup;
  readonly #single = new Map<string, RE2JS>();

  constructor(program: Program) {
    this.#matches = program.matches;
    const typed = new Set(
      program.harmless.flatMap((line) => (line.kind === 'line' ? [line.match.id] : [])),
    );
    const seen = program.matches.filter((match) => isStatic(match) && !typed.has(match.id));
    this.#plain = new MatchGroup(seen.filter((match) => !match.prompt));
    this.#prompts = new MatchGroup(seen.filter((match) => match.prompt));
  }

  lookup(line: string, kind: LineKind): readonly number[] {
    if (line === '') return NONE;
    const hits = (kind === 'prompts' ? this.#prompts : this.#plain).hits(line);
    if (hits.length === 0) return NONE;
    return hits.filter((id) => {
      const match = this.#matches[id];
      if (match === undefined || (kind === 'unfinished' && needsLineEnd(match))) return false;
      return this.find(match, line, {}) !== null;
    });
  }

  find(match: Match, line: string, values: Readonly<Record<string, string>>): Found | null {
    const matcher = this.#compiled(match, values).matcher(line);
    if (!matcher.find()) return null;
    const group = matcher.groupCount() > 0 ? (matcher.group(1) as string | null) : null;
    return { start: matcher.start(), end: matcher.end(), group };
  }

  #compiled(match: Match, values: Readonly<Record<string, string>>): RE2JS {
    const source = matchSource(match, values);
    const known = this.#single.get(source);
    if (known !== undefined) return known;
    if (this.#single.size >= DYNAMIC_MAX) this.#single.clear();
    const compiled = RE2JS.compile(source);
    this.#single.set(source, compiled);
    return compiled;
  }
}

/** Compiles all patterns of a program. Costs milliseconds: do it once per script. */
export function compilePatterns(program: Program): PatternSet {
  return new CompiledPatterns(program);
}
