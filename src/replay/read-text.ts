/**
 * A console log without clusterd's times -> a recording. Lines come one after the other at a made-up
 * pace, unless the file has times: the marks of conserver (`[-- MARK -- date]`, or a date before
 * each line) and the head of a typescript. Called by read-recording.ts.
 */
import type { ChannelStatus } from '../machine/protocol.ts';
import type { Item, Recording, Timing } from './recording.ts';

export interface TextPace {
  /** Between two lines, ms. */
  readonly paceMs: number;
  /**
   * Is this whole line a prompt? It is taken to have been waited at for `promptPauseMs`, since
   * nobody can see any more whether what follows was typed.
   */
  isPrompt(line: string): boolean;
  readonly promptPauseMs: number;
}

interface Reading {
  readonly items: Item[];
  wall: number;
  timing: Timing;
}

/** Where a file without any time begins. */
const EPOCH = Date.UTC(2001, 0, 1);
const LINES = /[^\n]*\n|[^\n]+$/g;
const MARK = /^\[-- (.*) -- (.*)\]\r*\n?$/;
const STAMP = /^\[((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} +\d+ \d\d:\d\d:\d\d \d{4})\] ?/;
const TYPESCRIPT = /^Script (?:started|done) on (.*?)(?: \[.*\])?\r*\n?$/;

export function readText(name: string, latin1: string, pace: TextPace): Recording {
  const reading: Reading = { items: [], wall: EPOCH, timing: 'none' };
  const lines = latin1.match(LINES) ?? [];
  lines.forEach((text, index) => {
    readLine(reading, text, index + 1, pace);
  });
  const { items, timing } = reading;
  return { name, form: 'text', timing, items, lineCount: lines.length, badLines: [] };
}

function readLine(reading: Reading, text: string, line: number, pace: TextPace): void {
  const mark = MARK.exec(text);
  if (mark !== null) return takeMark(reading, mark[1] ?? '', mark[2] ?? '', line);
  const typescript = TYPESCRIPT.exec(text);
  if (typescript !== null) return takeTime(reading, typescript[1] ?? '');
  const stamp = STAMP.exec(text);
  if (stamp !== null) takeTime(reading, stamp[1] ?? '');
  takeText(reading, text.slice(stamp?.[0].length ?? 0), line, pace);
}

function takeText(reading: Reading, text: string, line: number, pace: TextPace): void {
  const end = text.search(/[\r\n]*$/);
  const waits = end < text.length && pace.isPrompt(text.slice(0, end));
  const push = (data: string) => {
    reading.items.push({ kind: 'received', wall: reading.wall, line, data });
  };
  if (waits) {
    push(text.slice(0, end));
    reading.wall += pace.promptPauseMs;
  }
  push(waits ? text.slice(end) : text);
  reading.wall += pace.paceMs;
}

/** Time never goes back: lines that took longer than the mark says were paced too slowly. */
function takeTime(reading: Reading, date: string): void {
  const wall = Date.parse(date);
  if (Number.isNaN(wall)) return;
  const isFirst = reading.timing === 'none' && reading.items.length === 0;
  reading.timing = 'marks';
  reading.wall = isFirst ? wall : Math.max(reading.wall, wall);
}

function takeMark(reading: Reading, what: string, date: string, line: number): void {
  if (reading.timing === 'none') startClock(reading, date);
  takeTime(reading, date);
  const { wall } = reading;
  const status = channelOf(what);
  if (status !== null) reading.items.push({ kind: 'channel', wall, line, status, detail: what });
  else if (/\bbreak\b/i.test(what)) reading.items.push({ kind: 'break', wall, line });
}

/** What stood above the first mark happened shortly before it. */
function startClock(reading: Reading, date: string): void {
  const wall = Date.parse(date);
  if (Number.isNaN(wall)) return;
  const shift = wall - reading.wall;
  reading.items.forEach((item, index) => {
    reading.items[index] = { ...item, wall: item.wall + shift };
  });
  reading.wall = wall;
}

function channelOf(what: string): ChannelStatus | null {
  if (/^Console up\b/i.test(what)) return 'connected';
  return /^Console down\b/i.test(what) ? 'lost' : null;
}
