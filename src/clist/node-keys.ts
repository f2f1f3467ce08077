/**
 * The keys of a node: what may stand below `node NAME`.
 * A key reads its own line into the draft; called by `parseClist`. To add one, add a row.
 */
import { readLogin } from './access-keys.ts';
import { type Key, readSetting } from './cluster-keys.ts';
import { readBreak, readConsole } from './console-keys.ts';
import type { NodeDraft } from './draft.ts';
import type { LineReader } from './line-reader.ts';
import { readPower } from './power-keys.ts';
import { readAdmin } from './ssh-keys.ts';
import { readDuration, readTypable } from './values.ts';

export const NODE_KEYS: Readonly<Record<string, Key<NodeDraft>>> = {
  console: {
    usage:
      'console telnet HOST:PORT, or tcp HOST:PORT, or serial /dev/ttyS0 9600, or unix PATH, or exec PROGRAM ARG..., or ssh USER@HOST',
    repeatable: false,
    read: readConsole,
  },
  login: {
    usage: 'login LIBRARY name=value ..., for example login alom password=@file:PATH',
    repeatable: false,
    read: readLogin,
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
    usage:
      'power AGENT name=value ..., for example power fence_apc ip=10.0.0.5 plug=3; ' +
      'before the agent, each as needed: level 2, within 60s, shares power, network or nothing',
    repeatable: true,
    read: readPower,
  },
  admin: {
    usage: 'admin ssh USER@HOST key=/path/of/the/private/key',
    repeatable: false,
    read: readAdmin,
  },
  set: { usage: 'set NAME VALUE', repeatable: true, read: readSetting },
};

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

function readPace(line: LineReader, draft: NodeDraft): void {
  const value = line.read('a length of time', readDuration);
  if (value !== null && value > 1000) {
    line.fail('bad-duration', line.valueSpan, 'expected at most 1s between two characters');
  }
  draft.paceMs = value ?? draft.paceMs;
}
