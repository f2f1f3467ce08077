/**
 * The keys of a node: what may stand below `node NAME`.
 * A key reads its own line into the draft; called by `parseClist`. To add one, add a row.
 */
import type { BreakMethod, ConsoleAddress, PowerDevice, Secret } from './cluster.ts';
import { type Key, readSetting } from './cluster-keys.ts';
import type { NodeDraft } from './draft.ts';
import type { LineReader } from './line-reader.ts';
import { readSecretValue } from './secret-value.ts';
import { readDuration, readHostPort, readNumber, readTypable } from './values.ts';
import type { Word } from './words.ts';

export const NODE_KEYS: Readonly<Record<string, Key<NodeDraft>>> = {
  console: {
    usage: 'console telnet HOST:PORT, or tcp HOST:PORT, or serial /dev/ttyS0 9600',
    repeatable: false,
    read: readConsole,
  },
  identity: { usage: 'identity VALUE', repeatable: false, read: readIdentity },
  'boot-path': {
    usage: 'boot-path /pci@1f,4000/scsi@3/disk@0,0:a',
    repeatable: true,
    read: readBootPath,
  },
  break: {
    usage: 'break line, or iac-brk, or rfc2217, or line 500ms, or bytes "\\x0f" 500ms "b"',
    repeatable: false,
    read: readBreak,
  },
  pace: { usage: 'pace 2ms', repeatable: false, read: readPace },
  power: {
    usage: 'power AGENT name=value ..., for example power fence_apc ip=10.0.0.5 plug=3',
    repeatable: true,
    read: readPower,
  },
  set: { usage: 'set NAME VALUE', repeatable: true, read: readSetting },
};

function readConsole(line: LineReader, draft: NodeDraft): void {
  const kind = line.choice(['telnet', 'tcp', 'serial'] as const);
  if (kind === null) return;
  const value = kind === 'serial' ? readSerial(line) : readNetworkConsole(line, kind);
  if (value !== null) draft.console = { value, span: line.valueSpan };
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

function readIdentity(line: LineReader, draft: NodeDraft): void {
  const value = line.read('the identity', (text) => readTypable(text, 'the identity'));
  if (value !== null) draft.identity = { value, span: line.valueSpan };
}

function readBootPath(line: LineReader, draft: NodeDraft): void {
  const word = line.next('a boot path');
  const value = word === null ? null : line.accept(word, readTypable(word.text, 'a boot path'));
  if (word === null || value === null) return;
  const before = draft.bootPaths.find((path) => path.value === value);
  if (value.startsWith('-') || value.trim() !== value) {
    const message = 'a boot path begins with a device, not with an option or a blank';
    line.fail('bad-path', word.span, message);
  } else if (before !== undefined) {
    const message = `this boot path already stands in line ${before.span.line}`;
    line.fail('duplicate-boot-path', word.span, message, 'remove one of the lines');
  } else {
    draft.bootPaths.push({ value, span: word.span });
  }
}

function readBreak(line: LineReader, draft: NodeDraft): void {
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

function readPace(line: LineReader, draft: NodeDraft): void {
  const value = line.read('a length of time', readDuration);
  if (value !== null && value > 1000) {
    line.fail('bad-duration', line.valueSpan, 'expected at most 1s between two characters');
  }
  draft.paceMs = value ?? draft.paceMs;
}

function readPower(line: LineReader, draft: NodeDraft): void {
  const agent = line.read('the name of a fence agent', (text) =>
    /^(\/[^\0]*)?[A-Za-z0-9_.-]+$/.test(text)
      ? { ok: true, value: text }
      : {
          ok: false,
          code: 'bad-name',
          message: 'this is no fence agent',
          hint: 'its name, for example fence_apc, or its whole path',
        },
  );
  if (agent === null) return;
  const options = new Map<string, string | Secret>();
  for (const word of line.rest()) readPowerOption(line, word, options);
  const value: PowerDevice = {
    agent,
    options: [...options].map(([name, option]) => ({ name, value: option })),
  };
  draft.power.push({ value, span: line.valueSpan });
}

function readPowerOption(
  line: LineReader,
  word: Word,
  options: Map<string, string | Secret>,
): void {
  const parts = /^([A-Za-z][A-Za-z0-9_-]*)=(.+)$/s.exec(word.text);
  const [, name = '', text = ''] = parts ?? [];
  if (parts === null) {
    const message = 'expected an option as name=value';
    line.fail('bad-option', word.span, message, 'for example plug=3 or password=@file:PATH');
  } else if (name === 'action') {
    const message = 'the action is added by clusterd';
    line.fail('bad-option', word.span, message, 'leave it out');
  } else if (options.has(name)) {
    const message = `the option '${name}' stands here twice`;
    line.fail('duplicate-option', word.span, message, 'remove one');
  } else {
    const value = readSecretValue(line, word, name, text);
    if (value !== null) options.set(name, value);
  }
}
