/**
 * Tries patterns on lines with the engine that the machine uses. Compiled patterns are kept for
 * the length of one check. Used by the checks of patterns and of typing.
 */
import { RE2JS } from 're2js';
import { lowerTemplate } from '../lower.ts';
import { fillTemplate, matchSource, type Values } from '../regex.ts';
import type { Quoted } from '../token.ts';
import type * as Tree from '../tree.ts';
import { variablesOf } from './walk.ts';

export class Judge {
  readonly #compiled = new Map<string, RE2JS | null>();

  /** RE2 source; variables without a value become `x`. */
  source(match: Tree.Match, prompt: boolean, values: Values): string {
    const template = lowerTemplate(match.quoted);
    return matchSource({ form: match.form, template, prompt }, withDefaults(match.quoted, values));
  }

  /** Null when RE2 refuses it. */
  compile(source: string): RE2JS | null {
    const known = this.#compiled.get(source);
    if (known !== undefined) return known;
    let compiled: RE2JS | null = null;
    try {
      compiled = RE2JS.compile(source);
    } catch {
      // Reported where patterns are checked; here it simply matches nothing.
    }
    this.#compiled.set(source, compiled);
    return compiled;
  }

  finds(match: Tree.Match, prompt: boolean, values: Values, line: string): boolean {
    // The plain form is compiled anyway, and a prompt never matches where it does not.
    const plain = this.compile(this.source(match, false, values))?.test(line) ?? false;
    if (!prompt || !plain) return plain;
    return this.compile(this.source(match, true, values))?.test(line) ?? false;
  }

  /** Judged as the machine does: the first finding must be the whole line. */
  findsWhole(match: Tree.Match, line: string): boolean {
    const matcher = this.compile(this.source(match, false, {}))?.matcher(line);
    return matcher?.find() === true && matcher.start() === 0 && matcher.end() === line.length;
  }
}

/** The text with its holes filled; those without a value become `x`. */
export function fillQuoted(quoted: Quoted, values: Values): string {
  return fillTemplate(lowerTemplate(quoted), withDefaults(quoted, values));
}

function withDefaults(quoted: Quoted, values: Values): Values {
  const filled: Record<string, string> = {};
  for (const { text } of variablesOf(quoted)) {
    filled[text] = Object.hasOwn(values, text) ? (values[text] ?? 'x') : 'x';
  }
  return filled;
}
