/** Diagnostics as `check` and `run` print them, and how many there are. */
import { formatDiagnostic } from '../language/diagnostics.ts';
import type { ShownDiagnostic } from './load-home.ts';

export interface Counts {
  readonly errors: number;
  readonly warnings: number;
}

export function formatDiagnostics(shown: readonly ShownDiagnostic[]): string {
  return shown
    .map(({ diagnostic, sourceLine }) => `${formatDiagnostic(diagnostic, sourceLine)}\n`)
    .join('');
}

export function countDiagnostics(shown: readonly ShownDiagnostic[]): Counts {
  const errors = shown.filter(({ diagnostic }) => diagnostic.severity === 'error').length;
  return { errors, warnings: shown.length - errors };
}

/** `2 errors, 1 warning`. */
export function formatCounts({ errors, warnings }: Counts): string {
  return `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
