/**
 * What is wrong with a text that people wrote: place, words, hint, stable code.
 * Filled by the lexer, parser and checker of chat scripts and by the reader of CList; printed by
 * `check` and by the daemon when it refuses an edit. Collects everything, never throws, and
 * never stops at the first mistake.
 */
import type { Span } from './program.ts';

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable, kebab-case; tests and callers match on it. */
  readonly code: string;
  /** One clause without a full stop. */
  readonly message: string;
  readonly span: Span;
  /** What to write instead, or null. */
  readonly hint: string | null;
}

/** Collects diagnostics; the same code at the same place counts once, the first wins. */
export class DiagnosticSink {
  readonly #byPlace = new Map<string, Diagnostic>();

  error(code: string, span: Span, message: string, hint: string | null = null): void {
    this.#add({ severity: 'error', code, message, span, hint });
  }

  warning(code: string, span: Span, message: string, hint: string | null = null): void {
    this.#add({ severity: 'warning', code, message, span, hint });
  }

  hasErrors(): boolean {
    return [...this.#byPlace.values()].some((diagnostic) => diagnostic.severity === 'error');
  }

  /** By file in the order of first use, then by line and column. */
  list(): readonly Diagnostic[] {
    const all = [...this.#byPlace.values()];
    const files = [...new Set(all.map((diagnostic) => diagnostic.span.file))];
    return all.sort(
      (a, b) =>
        files.indexOf(a.span.file) - files.indexOf(b.span.file) ||
        a.span.line - b.span.line ||
        a.span.column - b.span.column,
    );
  }

  #add(diagnostic: Diagnostic): void {
    const { file, line, column } = diagnostic.span;
    const key = `${file}\n${line}:${column} ${diagnostic.code}`;
    if (!this.#byPlace.has(key)) this.#byPlace.set(key, diagnostic);
  }
}

/** `file:line:column: error: message [code]`, without the source line. */
export function formatHeadline(diagnostic: Diagnostic): string {
  const { file, line, column } = diagnostic.span;
  return `${file}:${line}:${column}: ${diagnostic.severity}: ${diagnostic.message} [${diagnostic.code}]`;
}

/** Headline, the source line, carets under the span and the hint; `sourceLine` null: not shown. */
export function formatDiagnostic(diagnostic: Diagnostic, sourceLine: string | null): string {
  const lines = [formatHeadline(diagnostic)];
  if (sourceLine !== null) lines.push(...formatExcerpt(diagnostic.span, sourceLine));
  if (diagnostic.hint !== null) lines.push(`  hint: ${diagnostic.hint}`);
  return lines.join('\n');
}

const EXCERPT_WIDTH = 120;
const EXCERPT_LEAD = 40;

function formatExcerpt(span: Span, sourceLine: string): string[] {
  const first =
    sourceLine.length <= EXCERPT_WIDTH ? 0 : Math.max(0, span.column - 1 - EXCERPT_LEAD);
  // Control characters would move the carets or, worse, the reader's terminal.
  const shown = sourceLine
    .slice(first, first + EXCERPT_WIDTH)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
  const start = Math.max(0, span.column - 1 - first);
  const end = Math.min(EXCERPT_WIDTH, Math.max(start + 1, span.endColumn - 1 - first));
  return [`  ${shown.trimEnd()}`, `  ${' '.repeat(start)}${'^'.repeat(Math.max(1, end - start))}`];
}

/** The line of a text that a span lies in, for `formatDiagnostic`; null when there is none. */
export function sourceLineAt(text: string, line: number): string | null {
  return text.split(/\r?\n/)[line - 1] ?? null;
}

/**
 * The candidate that was probably meant, or null. A third of the letters may be wrong; two swapped
 * neighbours count as one mistake. Ties go to the first candidate.
 */
export function suggest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase().replaceAll('_', '-'), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `did you mean 'x'?`, or null when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  const best = suggest(word, candidates);
  return best === null ? null : `did you mean '${best}'?`;
}

/** Damerau-Levenshtein with adjacent swaps. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (current[column - 1] ?? 0) + 1,
        (last[column] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? cost) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
