/** Diagnostics as `check` and `run` print them, and how many there are. */

import type { ShownDiagnostic } from '../home/load-script.ts';
import { formatDiagnostic } from '../language/diagnostics.ts';
import { formatStory } from '../proof/story.ts';

export interface Counts {
  readonly errors: number;
  readonly warnings: number;
}

export function formatDiagnostics(shown: readonly ShownDiagnostic[]): string {
  return shown
    .map(({ diagnostic, sourceLine, story }) => {
      const told = story === undefined ? [] : formatStory(story);
      return [formatDiagnostic(diagnostic, sourceLine), ...told, ''].join('\n');
    })
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
