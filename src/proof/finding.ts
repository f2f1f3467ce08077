/** What the proof finds wrong: a diagnostic of the script, with the story of how it comes about. */
import type { Diagnostic } from '../language/diagnostics.ts';
import type { Span } from '../language/program.ts';
import type { Story } from './story.ts';

export interface Finding {
  readonly diagnostic: Diagnostic;
  readonly story: Story | null;
}

export function finding(
  severity: 'error' | 'warning',
  code: string,
  span: Span,
  message: string,
  hint: string | null,
  story: Story | null = null,
): Finding {
  return { diagnostic: { severity, code, message, span, hint }, story };
}

/** By file, line and column; one of each kind at each place. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const byPlace = new Map<string, Finding>();
  for (const one of findings) {
    const { span, code } = one.diagnostic;
    const key = `${span.file}:${span.line}:${span.column} ${code}`;
    if (!byPlace.has(key)) byPlace.set(key, one);
  }
  const place = ({ diagnostic: { span } }: Finding) => span.line * 10_000 + span.column;
  return [...byPlace.values()].sort(
    (a, b) => compareText(a.diagnostic.span.file, b.diagnostic.span.file) || place(a) - place(b),
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
