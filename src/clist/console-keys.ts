/**
 * `console` and `break`: where a node's console is, and how its wire sends a BREAK. Called by
 * `NODE_KEYS`. A new kind of wire is one row here, one in `ConsoleAddress` and one in
 * transport/open.ts.
 */
import { assertNever } from '../language/assert-never.ts';
import type { BreakMethod, ConsoleAddress } from './cluster.ts';
import type { NodeDraft } from './draft.ts';
import type { LineReader } from './line-reader.ts';
import { readExec, readUnix } from './local-console.ts';
import { readSshConsole } from './ssh-keys.ts';
import { readDuration, readHostPort, readNumber } from './values.ts';
import type { Word } from './words.ts';

export function readConsole(line: LineReader, draft: NodeDraft): void {
  const value = readConsoleAddress(line);
  if (value !== null) draft.console = { value, span: line.valueSpan };
}

/** The wire and where it leads, as it stands behind `console` and in `power via`. */
export function readConsoleAddress(line: LineReader): ConsoleAddress | null {
  const kind = line.choice(['telnet', 'tcp', 'serial', 'unix', 'exec', 'ssh'] as const);
  return kind === null ? null : readAddress(line, kind);
}

function readAddress(line: LineReader, kind: ConsoleAddress['kind']): ConsoleAddress | null {
  switch (kind) {
    case 'telnet':
    case 'tcp':
      return readNetworkConsole(line, kind);
    case 'serial':
      return readSerial(line);
    case 'unix':
      return readUnix(line);
    case 'exec':
      return readExec(line);
    case 'ssh':
      return readSshConsole(line);
    default:
      return assertNever(kind);
  }
}

function readNetworkConsole(line: LineReader, kind: 'telnet' | 'tcp'): ConsoleAddress | null {
  const address = line.read('HOST:PORT', readHostPort);
  return address === null ? null : { kind, ...address };
}

function readSerial(line: LineReader): ConsoleAddress | null {
  const path = line.read('the path of a serial line', (text) =>
    /^\/[^\0]+$/.test(text) && !text.endsWith('/')
      ? { ok: true, value: text }
      : {
          ok: false,
          code: 'bad-path',
          message: 'expected the whole path of a serial line',
          hint: 'it starts with /, for example /dev/ttyS0',
        },
  );
  if (path === null) return null;
  const baud = line.read('the speed', (text) => readNumber(text, 50, 4_000_000, 'a speed in baud'));
  return baud === null ? null : { kind: 'serial', path, baud };
}

export function readBreak(line: LineReader, draft: NodeDraft): void {
  const kind = line.choice(['line', 'iac-brk', 'rfc2217', 'bytes'] as const);
  if (kind === null) return;
  const value = kind === 'bytes' ? readBreakBytes(line) : readBreakSignal(line, kind);
  if (value !== null) draft.breakMethod = { value, span: line.valueSpan };
}

function readBreakSignal(
  line: LineReader,
  kind: 'line' | 'iac-brk' | 'rfc2217',
): BreakMethod | null {
  const durationMs = line.isAtEnd ? 500 : line.read('how long', readDuration);
  if (durationMs === null) return null;
  if (durationMs < 100 || durationMs > 5000) {
    line.fail('bad-duration', line.valueSpan, 'a BREAK lasts between 100ms and 5s');
  }
  return { kind: 'line', force: kind === 'line' ? null : kind, durationMs };
}

function readBreakBytes(line: LineReader): BreakMethod | null {
  if (line.isAtEnd) line.next('a text in quotes');
  const sequence: (string | number)[] = [];
  for (const word of line.rest()) {
    const part = word.quoted ? readBytes(line, word) : line.accept(word, readDuration(word.text));
    if (part === null) return null;
    sequence.push(part);
  }
  if (!sequence.some((part) => typeof part === 'string')) {
    line.fail('missing-value', line.valueSpan, 'a pause alone is no BREAK', 'add a text in quotes');
  }
  return { kind: 'bytes', sequence };
}

function readBytes(line: LineReader, word: Word): string | null {
  if (/^[\0-\xff]+$/.test(word.text)) return word.text;
  const message = word.text === '' ? 'this text is empty' : 'one of these characters is no byte';
  line.fail('bad-value', word.span, message, 'write bytes as \\xNN');
  return null;
}
