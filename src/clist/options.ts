/**
 * The options `name=value` that end a line, each once. Called by the keys of power devices and of
 * ssh. Must never quote a value: it may be a secret.
 */
import type { LineReader } from './line-reader.ts';
import type { Word } from './words.ts';

export interface OptionWord {
  readonly name: string;
  /** Behind the `=`; never empty. */
  readonly text: string;
  readonly word: Word;
}

/**
 * Reads all that is left of the line. `example` completes "for example"; `read` gives the value, or
 * null when it is wrong, which it reports.
 */
export function readOptions<T>(
  line: LineReader,
  example: string,
  read: (option: OptionWord) => T | null,
): ReadonlyMap<string, T> {
  const options = new Map<string, T>();
  for (const word of line.rest()) {
    const parts = /^([A-Za-z][A-Za-z0-9_-]*)=(.+)$/s.exec(word.text);
    const [, name = '', text = ''] = parts ?? [];
    if (parts === null) {
      const message = 'expected an option as name=value';
      line.fail('bad-option', word.span, message, `for example ${example}`);
    } else if (options.has(name)) {
      const message = `the option '${name}' stands here twice`;
      line.fail('duplicate-option', word.span, message, 'remove one');
    } else {
      const value = read({ name, text, word });
      if (value !== null) options.set(name, value);
    }
  }
  return options;
}
