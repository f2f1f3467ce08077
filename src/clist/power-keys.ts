/**
 * `power`: a node's power devices and what they are told. Called by `NODE_KEYS`.
 */
import type { PowerDevice, Secret } from './cluster.ts';
import type { NodeDraft } from './draft.ts';
import type { LineReader } from './line-reader.ts';
import { readSecretValue } from './secret-value.ts';
import type { Word } from './words.ts';

export function readPower(line: LineReader, draft: NodeDraft): void {
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
