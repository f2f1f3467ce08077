/**
 * Cuts a script into lines. Called first of all for every file; nothing later counts line ends.
 * Reports what concerns a line as such: tabs and too much width.
 */
import type { DiagnosticSink } from './diagnostics.ts';
import type { Span } from './program.ts';

export interface SourceLine {
  readonly file: string;
  /** From 1. */
  readonly number: number;
  /** Tabs are already blanks; no line end. */
  readonly text: string;
  readonly indented: boolean;
  /** As far as it can be seen without tokens; '' for a line without content. */
  readonly firstWord: string;
}

const LINE_WIDTH_MAX = 100;

/** The text without a byte order mark: what lines and columns count in. */
export function normaliseSource(source: string): string {
  return source.startsWith('\uFEFF') ? source.slice(1) : source;
}

/** All lines of a normalised text. */
export function splitLines(file: string, source: string, sink: DiagnosticSink): SourceLine[] {
  return source.split(/\r?\n/).map((raw, index) => {
    const number = index + 1;
    reportWidth({ file, line: number }, raw, sink);
    const text = raw.replaceAll('\t', ' ');
    const content = text.trim();
    const empty = content === '' || content.startsWith('#');
    const firstWord = empty ? '' : (/^[^ #"/]+/.exec(content)?.[0] ?? content);
    return { file, number, text, indented: text.startsWith(' '), firstWord };
  });
}

/** A span in a line; columns from 0, `end` exclusive, both kept inside the line. */
export function spanAt(line: SourceLine, start: number, end: number): Span {
  const last = Math.max(start + 1, Math.min(end, line.text.length));
  return { file: line.file, line: line.number, column: start + 1, endColumn: last + 1 };
}

function reportWidth(
  place: { readonly file: string; readonly line: number },
  raw: string,
  sink: DiagnosticSink,
): void {
  const tab = raw.indexOf('\t');
  if (tab >= 0) {
    const span = { ...place, column: tab + 1, endColumn: tab + 2 };
    sink.error('tab', span, 'a tab', 'use blanks: a tab looks different on every screen');
  }
  if (raw.length > LINE_WIDTH_MAX) {
    const span = { ...place, column: LINE_WIDTH_MAX + 1, endColumn: raw.length + 1 };
    const message = `the line has ${raw.length} columns`;
    sink.warning('line-too-long', span, message, `keep to ${LINE_WIDTH_MAX} columns`);
  }
}
