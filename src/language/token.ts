/**
 * What the lexer makes of one line: tokens with their places, and how they are called in messages.
 * Used by the lexer and the parser only.
 */
import { assertNever } from './assert-never.ts';
import type { Span } from './program.ts';

/** Content of a string or regex; a variable's span covers `$name`. */
export type QuotedPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly span: Span };

export interface Quoted {
  readonly parts: readonly QuotedPart[];
  readonly span: Span;
  /** `false`: the lexer has already complained about it. */
  readonly sound: boolean;
}

/** A word with its place: a name, or a keyword. */
export interface Word {
  readonly text: string;
  readonly span: Span;
}

export type Token = { readonly span: Span } & TokenBody;
export type TokenBody =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  /** `ms` null: badly written, already reported. */
  | { readonly kind: 'duration'; readonly ms: number | null }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'string'; readonly quoted: Quoted }
  | { readonly kind: 'regex'; readonly quoted: Quoted }
  | { readonly kind: 'arrow' }
  | { readonly kind: 'comma' }
  /** A character that begins nothing; already reported, the line is given up there. */
  | { readonly kind: 'junk' };

/** How a token is called in `expected ..., found ...`. */
export function describeToken(token: Token | null): string {
  if (token === null) return 'the end of the line';
  switch (token.kind) {
    case 'word':
      return `'${token.text}'`;
    case 'number':
      return `the number ${token.value}`;
    case 'duration':
      return 'a duration';
    case 'variable':
      return `$${token.name}`;
    case 'string':
      return 'a string';
    case 'regex':
      return 'a regex';
    case 'arrow':
      return "'->'";
    case 'comma':
      return 'a comma';
    case 'junk':
      return 'a stray character';
    default:
      return assertNever(token);
  }
}

/** From the beginning of `first` to the end of `last`, both in one line. */
export function joinSpans(first: Span, last: Span): Span {
  return { ...first, endColumn: Math.max(first.endColumn, last.endColumn) };
}
