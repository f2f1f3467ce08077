/**
 * The readable log: one happening, one line, made for `tail -f` and a tired reader.
 * Called by ClusterLog. Shows nothing raw. Decisions, warnings and alarms stand in full; other long lines
 * lose the middle of their longest parts, the whole text stands in the records (`.jsonl`).
 */
import type { LogEntry } from '../machine/protocol.ts';
import { visible } from './visible.ts';
import { formatLocal } from './wall-time.ts';

const COLUMNS = 160;
const PART_COLUMNS_MIN = 40;
const STATE_COLUMNS = 12;
/** What a person looks for after a bad night. */
const DECISIONS: readonly string[] = [
  'start',
  'transition',
  'evidence',
  'power',
  'verb',
  'script',
  'operator',
  'reload',
];

export function formatEntry(entry: LogEntry, wall: number, nodes: readonly string[]): string {
  const width = Math.max(...nodes.map((name) => name.length));
  const node = entry.node === null ? '' : (nodes[entry.node] ?? '');
  const state = visible(entry.state).padEnd(STATE_COLUMNS);
  const head = `${formatLocal(wall)}  ${state}  ${node.padEnd(width)}  ${markOf(entry)}`;
  const parts = [visible(entry.what)];
  if (entry.why) parts.push(`why: ${visible(entry.why)}`);
  if (entry.evidence) parts.push(`evidence: ${visible(entry.evidence)}`);
  const next = entry.next === undefined ? '' : ` | next: ${visible(entry.next)}`;
  const isMain = ['alarm', 'warn'].includes(entry.level) || DECISIONS.includes(entry.topic);
  const room = isMain ? Number.POSITIVE_INFINITY : COLUMNS - head.length - next.length;
  return `${head}${shorten(parts, room).join(' | ')}${next}\n`;
}

export function formatAlarm(name: string, text: string, type: string, wall: number): string {
  return `${formatLocal(wall)}  ALARM  ${visible(name)}: ${visible(text)} | type: ${visible(type)}\n`;
}

export function formatCleared(name: string, wall: number): string {
  return `${formatLocal(wall)}  CLEARED  ${visible(name)}\n`;
}

function markOf(entry: LogEntry): string {
  if (entry.level === 'alarm') return 'ALARM  ';
  if (entry.topic === 'transition') return '==> ';
  return entry.level === 'warn' ? 'warning: ' : '';
}

/** Cuts the longest part, then the next, until all fit or none may be cut further. */
function shorten(parts: readonly string[], columns: number): readonly string[] {
  const shortened = [...parts];
  for (let round = 0; round < parts.length; round++) {
    const total = shortened.reduce((sum, part) => sum + part.length + 3, -3);
    const longest = Math.max(...shortened.map((part) => part.length));
    if (total <= columns || longest <= PART_COLUMNS_MIN) break;
    const index = shortened.findIndex((part) => part.length === longest);
    const keep = Math.max(PART_COLUMNS_MIN, longest - (total - columns));
    shortened[index] = cutMiddle(shortened[index] ?? '', keep);
  }
  return shortened;
}

function cutMiddle(text: string, columns: number): string {
  const head = Math.ceil((columns - 3) / 2);
  return `${text.slice(0, head)}...${text.slice(text.length - (columns - 3 - head))}`;
}
