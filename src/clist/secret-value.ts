/**
 * Reads a value that may be a secret: `@file:PATH`, `@env:NAME`, or plain, with a warning when its
 * name says that it is one. Called by the keys of nodes and of the site. Must never quote the value.
 */
import type { Secret } from './cluster.ts';
import type { LineReader } from './line-reader.ts';
import { looksSecret } from './masking.ts';
import type { Word } from './words.ts';

/** `word`: where it stands; `name`: what it is. Null: wrong, and reported. */
export function readSecretValue(
  line: LineReader,
  word: Word,
  name: string,
  text: string,
): string | Secret | null {
  if (text.startsWith('@')) {
    const file = /^@file:(\/.+)$/.exec(text)?.[1];
    if (file !== undefined) return { kind: 'file', path: file };
    const variable = /^@env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(text)?.[1];
    if (variable !== undefined) return { kind: 'environment', name: variable };
    const hint = 'write @file:/path/of/the/file or @env:NAME';
    line.fail('bad-secret', word.span, 'this tells no place where the value is kept', hint);
    return null;
  }
  if (/[\n\r\0]/.test(text)) {
    line.fail('bad-option', word.span, 'an option may not hold a line end');
    return null;
  }
  if (looksSecret(name)) {
    const message = `'${name}' looks like a secret, and everybody who reads CList can read it`;
    line.warn('plaintext-secret', word.span, message, `write ${name}=@file:PATH`);
  }
  return text;
}
