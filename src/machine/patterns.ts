/**
 * Matches console lines against all patterns of a program at once: linear in the bytes, however
 * many patterns there are and however hostile the text is: by tables that are made before any text
 * is read, and by RE2 for the few patterns that have none (the checker bounds their cost). One set
 * serves all clusters that run the same script. Patterns that contain a setting are tried one by
 * one, only where a dialogue waits for them.
 */
import { RE2JS } from 're2js';
import { type LineTable, lineTable, matchesLine } from '../language/line-table.ts';
import type { Match, Program } from '../language/program.ts';
import { matchSource } from '../language/regex.ts';
import { LineMatcher } from './line-matcher.ts';

export interface Found {
  readonly start: number;
  readonly end: number;
  /** The first capture group, or null. */
  readonly group: string | null;
}

/** What patterns are compiled of: a program, or as much of an access library. */
export type Matched = Pick<Program, 'matches' | 'harmless'>;

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
/** Sources that are kept compiled, in all programs of the process together. */
const COMPILED_MAX = 4000;

function isStatic(match: Match): boolean {
  return match.template.every((part) => part.kind === 'text');
}

/** One pattern with its values filled in. Those with values of one cluster never get a table. */
class Compiled {
  readonly #source: string;
  #regex: RE2JS | null = null;
  #table: LineTable | null | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  /** Null: RE2 must be asked for each line. */
  get table(): LineTable | null {
    if (this.#table === undefined) this.#table = lineTable(this.#source);
    return this.#table;
  }

  matches(line: string): boolean {
    const { table } = this;
    return table === null ? this.#compile().test(line) : matchesLine(table, line);
  }

  find(line: string): Found | null {
    if (this.#table && !matchesLine(this.#table, line)) return null;
    const matcher = this.#compile().matcher(line);
    if (!matcher.find()) return null;
    const group = matcher.groupCount() > 0 ? (matcher.group(1) as string | null) : null;
    return { start: matcher.start(), end: matcher.end(), group };
  }

  #compile(): RE2JS {
    this.#regex ??= RE2JS.compile(this.#source);
    return this.#regex;
  }
}

const compiled = new Map<string, Compiled>();

function compile(source: string): Compiled {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  const made = new Compiled(source);
  compiled.set(source, made);
  return made;
}

/** Patterns that are looked for together. */
class MatchGroup {
  readonly #ids: readonly number[];
  readonly #matcher: LineMatcher;
  /** Those without a table. */
  readonly #others: readonly { readonly id: number; readonly compiled: Compiled }[];

  constructor(matches: readonly Match[]) {
    const all = matches.map(({ id, ...match }) => ({
      id,
      compiled: compile(matchSource(match, {})),
    }));
    const tables = all.flatMap(({ id, compiled: { table } }) =>
      table === null ? [] : [{ id, table }],
    );
    this.#ids = tables.map(({ id }) => id);
    this.#matcher = new LineMatcher(tables.map(({ table }) => table));
    this.#others = all.filter(({ compiled: { table } }) => table === null);
  }

  hits(line: string): readonly number[] {
    const found = this.#matcher.matching(line);
    const others = this.#others.filter((other) => other.compiled.matches(line));
    if (found.length + others.length === 0) return NONE;
    const ids = found.map((position) => this.#ids[position] ?? -1);
    return [...ids, ...others.map(({ id }) => id)].sort((a, b) => a - b);
  }
}

class CompiledPatterns implements PatternSet {
  readonly #matches: readonly Match[];
  readonly #plain: MatchGroup;
  readonly #prompts: MatchGroup;

  constructor(program: Matched) {
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
    if (kind !== 'unfinished' || hits.length === 0) return hits;
    return hits.filter((id) => {
      const match = this.#matches[id];
      return match !== undefined && !needsLineEnd(match);
    });
  }

  find(match: Match, line: string, values: Readonly<Record<string, string>>): Found | null {
    return compile(matchSource(match, values)).find(line);
  }
}

/** Compiles all patterns of a program. Costs milliseconds: do it once per script. */
export function compilePatterns(program: Matched): PatternSet {
  return new CompiledPatterns(program);
}
