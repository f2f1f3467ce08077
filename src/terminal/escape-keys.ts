/**
 * Keys of a person, apart into what is for the console and what is for clusterd: two escape keys (^E
 * and c, as conserver has them) and a command key. Used by attached-terminal.ts. Keeps at most the
 * beginning of a command.
 */

export type EscapeCommand =
  | 'leave'
  | 'help'
  | 'write'
  | 'force'
  | 'spy'
  | 'break'
  | 'who'
  | 'replay'
  | 'info'
  | 'suspend'
  | 'nothing';

export type Key =
  /** Latin1, for the console. */
  | { readonly kind: 'typed'; readonly data: string }
  | { readonly kind: 'command'; readonly command: EscapeCommand }
  | { readonly kind: 'escape-changed' }
  | { readonly kind: 'unknown'; readonly key: string };

const COMMANDS: ReadonlyMap<string, EscapeCommand> = new Map([
  ['.', 'leave'],
  ['d', 'leave'],
  ['?', 'help'],
  ['a', 'write'],
  ['f', 'force'],
  ['s', 'spy'],
  ['w', 'who'],
  ['u', 'who'],
  ['r', 'replay'],
  ['i', 'info'],
  ['z', 'suspend'],
  ['\r', 'nothing'],
  ['\n', 'nothing'],
]);

type Mode = 'plain' | 'first' | 'command' | 'break' | 'new-first' | 'new-second';

export class EscapeKeys {
  #first: string;
  #second: string;
  #newFirst = '';
  #mode: Mode = 'plain';

  constructor(escape: readonly [string, string]) {
    [this.#first, this.#second] = escape;
  }

  /** As people write it: `^Ec`. */
  get name(): string {
    return `${keyName(this.#first)}${keyName(this.#second)}`;
  }

  get help(): readonly string[] {
    return helpLines([this.#first, this.#second]);
  }

  take(latin1: string): readonly Key[] {
    const keys: Key[] = [];
    let typed = '';
    for (const byte of latin1) {
      const wasPlain = this.#mode === 'plain';
      if (wasPlain && byte !== this.#first) {
        typed += byte;
        continue;
      }
      const key = this.#step(byte);
      if (key === null) continue;
      if (key.kind === 'typed') typed += key.data;
      else {
        if (typed !== '') keys.push({ kind: 'typed', data: typed });
        typed = '';
        keys.push(key);
      }
    }
    if (typed !== '') keys.push({ kind: 'typed', data: typed });
    return keys;
  }

  #step(byte: string): Key | null {
    const mode = this.#mode;
    this.#mode = 'plain';
    switch (mode) {
      case 'plain':
        this.#mode = 'first';
        return null;
      case 'first':
        return this.#afterFirst(byte);
      case 'command':
        return this.#command(byte);
      case 'break':
        return byte === '0'
          ? { kind: 'command', command: 'break' }
          : { kind: 'unknown', key: `l${keyName(byte)}` };
      case 'new-first':
        this.#newFirst = byte;
        this.#mode = 'new-second';
        return null;
      case 'new-second':
        this.#first = this.#newFirst;
        this.#second = byte;
        return { kind: 'escape-changed' };
    }
  }

  #afterFirst(byte: string): Key | null {
    if (byte === this.#second) {
      this.#mode = 'command';
      return null;
    }
    if (byte !== this.#first) return { kind: 'typed', data: this.#first + byte };
    // The second one may be the real one.
    this.#mode = 'first';
    return { kind: 'typed', data: this.#first };
  }

  #command(byte: string): Key | null {
    if (byte === 'l') this.#mode = 'break';
    else if (byte === 'e') this.#mode = 'new-first';
    else if (byte === this.#first) return { kind: 'typed', data: this.#first + this.#second };
    else {
      const command = COMMANDS.get(byte);
      if (command === undefined) return { kind: 'unknown', key: keyName(byte) };
      return { kind: 'command', command };
    }
    return null;
  }
}

/** `^Ec` as its two keys; null: it is not two keys. */
export function parseEscape(text: string): readonly [string, string] | null {
  const keys = [...text.matchAll(/\^([@-_a-z?])|([\x21-\x7e])/g)];
  if (keys.map(([all]) => all).join('') !== text || keys.length !== 2) return null;
  const [first = '', second = ''] = keys.map(([, control, plain]) =>
    control === undefined ? (plain ?? '') : controlKey(control),
  );
  return [first, second];
}

function controlKey(letter: string): string {
  return letter === '?' ? '\x7f' : String.fromCharCode(letter.toUpperCase().charCodeAt(0) & 0x1f);
}

export function keyName(key: string): string {
  const code = key.charCodeAt(0);
  if (code === 0x7f) return '^?';
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  return code < 0x7f ? key : `\\x${code.toString(16)}`;
}

/** What `?` shows. */
export function helpLines([first, second]: readonly [string, string]): readonly string[] {
  const escape = `${keyName(first)}${keyName(second)}`;
  return [
    `${escape} and then:`,
    '  .  leave                      ?  this list',
    '  a  type: clusterd stops acting in this cluster until you give it back',
    '  f  type, and take it from who has it',
    '  s  only watch again           l0 send a BREAK (asks first)',
    '  w  who is here                i  about this console',
    '  r  the last lines again       z  suspend this command',
    `  e  two other keys for these   ${keyName(first).padEnd(2)} types ${escape} itself`,
    'What starts, stops or resets a system or destroys data is held and asked about.',
    'Text that would make your terminal answer, rename or copy is left out; --raw shows all.',
  ];
}
