/**
 * The text of a file -> a recording. Knows clusterd's own transcripts, console logs of conserver with
 * their marks, typescripts of script(1), and any other text. Never throws: what it cannot read it
 * counts. Called by the command `replay`.
 */
import { parseTranscript, type TranscriptRecord } from '../log/read-transcript.ts';
import type { ChannelStatus } from '../machine/protocol.ts';
import { readText, type TextPace } from './read-text.ts';
import type { Item, Recording } from './recording.ts';

/** `latin1`: one character per byte. */
export function readRecording(name: string, latin1: string, pace: TextPace): Recording {
  return isTranscript(latin1) ? readTranscript(name, latin1) : readText(name, latin1, pace);
}

/** The head of a file may be damaged; half of it is enough to tell. */
const HEAD_LINES = 20;

function isTranscript(latin1: string): boolean {
  const head = latin1.split('\n', HEAD_LINES);
  const { records } = parseTranscript(`${head.join('\n')}\n`);
  return records.length > 0 && records.length * 2 >= head.length - 1;
}

function readTranscript(name: string, latin1: string): Recording {
  const { records, badLines } = parseTranscript(latin1);
  const bad = new Set(badLines);
  const items: Item[] = [];
  let line = 0;
  let wall = Number.NEGATIVE_INFINITY;
  for (const record of records) {
    do line += 1;
    while (bad.has(line));
    // A clock that was set back must not stop the replay.
    wall = Math.max(wall, record.wall);
    const item = itemOf(record, wall, line);
    if (item !== null) items.push(item);
  }
  const lineCount = records.length + badLines.length;
  return { name, form: 'clusterd', timing: 'recorded', items, lineCount, badLines };
}

function itemOf(record: TranscriptRecord, wall: number, line: number): Item | null {
  switch (record.kind) {
    case 'received':
    case 'typed':
      return { kind: record.kind, wall, line, data: record.data };
    case 'hidden':
      return { kind: 'hidden', wall, line };
    case 'remark':
      return itemOfRemark(record.text, wall, line);
  }
}

/** The first word of a remark about the connection. */
const STATUS = /^(connected|stale|lost|busy)(?:: (.*))?$/;

function itemOfRemark(text: string, wall: number, line: number): Item | null {
  if (text === 'BREAK') return { kind: 'break', wall, line };
  const [, status, detail = ''] = STATUS.exec(text) ?? [];
  if (status === undefined) return null;
  return { kind: 'channel', wall, line, status: status as ChannelStatus, detail };
}
