/**
 * Reads a transcript back, for `replay` and the tests. The inverse of transcript.ts.
 * Lines that it cannot read (the last one after a power failure, a loss of text) are counted and
 * passed over; it never throws.
 */
import { unquoteBytes } from './escape.ts';
import { HIDDEN } from './transcript.ts';

export type TranscriptRecord =
  /** `data`: one character per byte. */
  | { readonly kind: 'received' | 'typed'; readonly wall: number; readonly data: string }
  | { readonly kind: 'hidden'; readonly wall: number }
  | { readonly kind: 'remark'; readonly wall: number; readonly text: string };

export interface ParsedTranscript {
  readonly records: readonly TranscriptRecord[];
  /** Numbers of the lines that are no records, from 1. */
  readonly badLines: readonly number[];
}

export function parseTranscript(text: string): ParsedTranscript {
  const records: TranscriptRecord[] = [];
  const badLines: number[] = [];
  const lines = text.split('\n');
  // What follows the last line end is half a record, or nothing.
  const rest = lines.pop() ?? '';
  lines.forEach((line, index) => {
    const record = parseRecord(line);
    if (record !== null) records.push(record);
    else badLines.push(index + 1);
  });
  if (rest !== '') badLines.push(lines.length + 1);
  return { records, badLines };
}

const RECORD = /^(\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([<>!]) (.*)$/;

function parseRecord(line: string): TranscriptRecord | null {
  const [, time = '', mark, payload = ''] = RECORD.exec(line) ?? [];
  const wall = Date.parse(time);
  if (mark === undefined || Number.isNaN(wall)) return null;
  if (mark === '!') return { kind: 'remark', wall, text: payload };
  if (mark === '>' && payload === HIDDEN) return { kind: 'hidden', wall };
  const data = unquoteBytes(payload);
  return data === null ? null : { kind: mark === '<' ? 'received' : 'typed', wall, data };
}
