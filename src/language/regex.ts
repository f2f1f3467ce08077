/**
 * From a match of a script to RE2 source text, and what is wrong with a pattern.
 * Called by the checker with sample values and by the machine with the values of its cluster, so
 * that both judge by the same expression. Values are literal text wherever they stand: nothing
 * that CList says can change the meaning of a pattern.
 */
import { RE2JS } from 're2js';
import type { Match, Template } from './program.ts';

/** Values of variables by name. */
export type Values = Readonly<Record<string, string>>;

/** Longest pattern in a script, characters. */
export const PATTERN_LENGTH_MAX = 500;
/** Largest compiled pattern, instructions: `.{90}` has some 90. Time for each character grows with them. */
export const PATTERN_INSTRUCTIONS_MAX = 100;

/**
 * Largest table of one pattern, states. Nearly all patterns have about as many as they have
 * characters; `a.{30}b` would have a thousand million, since it may begin anywhere.
 */
export const PATTERN_STATES_MAX = 300;
/**
 * Instructions of all patterns of a script together that have no table. RE2 follows them one by one
 * for each character: 40 are some 1 us, and the longest line 4 ms, on a machine of 2020.
 */
export const TABLELESS_INSTRUCTIONS_MAX = 40;

/** RE2 source that finds `match` in a line. A variable without a value throws: a broken promise. */
export function matchSource(
  match: Pick<Match, 'form' | 'template' | 'prompt'>,
  values: Values,
): string {
  const source =
    match.form === 'regex'
      ? regexSource(match.template, values)
      : wordsSource(fillTemplate(match.template, values));
  return match.prompt ? `(?:${source}) *$` : source;
}

/** The template as plain text. */
export function fillTemplate(template: Template, values: Values): string {
  return template
    .map((part) => (part.kind === 'text' ? part.text : valueFor(part.name, values)))
    .join('');
}

/** Text in which no character has a meaning of its own in RE2. */
export function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function regexSource(template: Template, values: Values): string {
  return template
    .map((part) =>
      part.kind === 'text' ? part.text : `(?:${escapeLiteral(valueFor(part.name, values))})`,
    )
    .join('');
}

/** Anywhere in the line, as whole words; a blank stands for any run of blanks. */
function wordsSource(text: string): string {
  const source = escapeLiteral(text).replace(/ +/g, ' +');
  const start = /^\w/.test(text) ? '\\b' : '';
  const end = /\w$/.test(text) ? '\\b' : '';
  return start + source + end;
}

function valueFor(name: string, values: Values): string {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) throw new Error(`no value for $${name} in a pattern`);
  return value;
}

/** Why RE2 refuses a pattern. */
export interface PatternProblem {
  readonly message: string;
  /** Where in the source text the fault lies; null: RE2 does not say. */
  readonly fragment: { readonly start: number; readonly length: number } | null;
  readonly hint: string | null;
}

/** Null when RE2 takes the source. */
export function patternProblem(source: string): PatternProblem | null {
  try {
    RE2JS.compile(source);
    return null;
  } catch (error) {
    const fragment =
      /: `([\s\S]*)`$/.exec(error instanceof Error ? error.message : '')?.[1] ?? null;
    const start = fragment === null ? -1 : source.indexOf(fragment);
    const message = (error instanceof Error ? error.message : String(error))
      .replace(/^error parsing regexp: /, '')
      .replace(/: `[\s\S]*`$/, '');
    return {
      message,
      fragment: start < 0 ? null : { start, length: fragment?.length ?? 1 },
      hint: hintFor(source, message),
    };
  }
}

function hintFor(source: string, message: string): string | null {
  if (/\(\?<?[=!]/.test(source)) {
    return 'RE2 has no look-ahead or look-behind: match the whole text, or add another alternative above';
  }
  if (/\\[1-9]/.test(source)) return 'RE2 has no back-references: write the text twice';
  if (/\\[ZcGu]/.test(source)) return 'write `$` for the end of the line, \\x{..} for a character';
  if (message.includes('nested repetition')) {
    return 'one repetition sign at a time; RE2 has no possessive `*+` or `++`';
  }
  if (message.includes('repeat count'))
    return 'repeat at most 1000 times in all, the smaller first';
  if (message.includes('closing )')) return 'add the missing `)`, or write `\\(` for a bracket';
  if (message.includes('unexpected )')) return 'remove it, or write `\\)` for a bracket';
  if (message.includes('closing ]')) return 'add the missing `]`, or write `\\[` for a bracket';
  if (message.includes('repetition operator'))
    return 'write a backslash before it: it repeats nothing';
  return null;
}
