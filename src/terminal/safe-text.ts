/**
 * Console text as it may be shown on a person's terminal. A console needs to move the cursor, erase
 * and colour; everything by which text could make the terminal answer, rename, copy, reprogram itself
 * or change its character set is left out, because what a terminal answers would be typed on the
 * console. What passes is listed; all else is dropped. Used by attached-terminal.ts.
 *
 * Bytes above 0x7f are UTF-8 where they are that, else Latin-1; controls among them are dropped.
 */

/** CSI finals that pass: cursor, erasing, inserting, scrolling region, colours. */
const CSI_FINALS = new Set('@ABCDEFGHIJKLMPSTXZ`adefmrsu');
/** Modes that pass: cursor keys, wrapping, cursor shown; insert mode. */
const MODES = /^(\?(1|7|25)|4)$/;
/** `ESC x`: save and restore the cursor, line moves, tabulator, keypad. */
const SHORT = new Set('78DEMH=>');
/** `ESC x ... end`: strings for the terminal itself. Dropped as a whole. */
const STRINGS = new Set(']P_^X');
/** A sequence that does not end by then was none. */
const SEQUENCE_CHARS_MAX = 64;
const STRING_CHARS_MAX = 4096;
/** Back to a usual terminal, without moving the cursor: colours, region, modes. */
const RESET = '\x1b[0m\x1b7\x1b[r\x1b8\x1b[?25h\x1b[?7h\x1b[?1l\x1b[4l\x1b>';

type Mode = 'text' | 'escape' | 'csi' | 'string' | 'string-escape' | 'skip-one';

export class SafeText {
  #mode: Mode = 'text';
  #held = '';
  #stringChars = 0;
  /** Bytes of an unfinished UTF-8 character. */
  #character = '';
  #hasChanged = false;

  /** `latin1`: one character per byte. Gives text for a UTF-8 terminal. */
  filter(latin1: string): string {
    let out = '';
    for (const byte of latin1) out += this.#take(byte);
    return out;
  }

  /** What puts the terminal back to where it was; '' when nothing was changed. */
  reset(): string {
    return this.#hasChanged ? RESET : '';
  }

  #take(byte: string): string {
    switch (this.#mode) {
      case 'text':
        return this.#takeText(byte);
      case 'escape':
        return this.#takeEscape(byte);
      case 'csi':
        return this.#takeCsi(byte);
      case 'string':
      case 'string-escape':
        return this.#takeString(byte);
      case 'skip-one':
        this.#mode = 'text';
        return byte < ' ' ? this.#takeText(byte) : '';
    }
  }

  #takeText(byte: string): string {
    const code = byte.charCodeAt(0);
    if (code >= 0x80) return this.#takeHigh(byte, code);
    const before = this.#endCharacter();
    if (code === 0x1b) {
      this.#mode = 'escape';
      return before;
    }
    const passes = code >= 0x20 ? code !== 0x7f : PASSING_CONTROLS.has(byte);
    return passes ? before + byte : before;
  }

  // ---- bytes above ASCII ----

  #takeHigh(byte: string, code: number): string {
    if (code >= 0xc2 && code <= 0xf4) {
      const before = this.#endCharacter();
      this.#character = byte;
      return before;
    }
    if (this.#character === '' || code > 0xbf) return this.#endCharacter() + latin(byte);
    this.#character += byte;
    if (this.#character.length < lengthOf(this.#character)) return '';
    const character = this.#character;
    this.#character = '';
    const decoded = Buffer.from(character, 'latin1').toString('utf8');
    if (decoded.includes('\ufffd')) return latin(character);
    return /[\p{Cc}\p{Cf}]/u.test(decoded) ? '' : decoded;
  }

  /** What began as UTF-8 and was none. */
  #endCharacter(): string {
    const begun = this.#character;
    this.#character = '';
    return latin(begun);
  }

  // ---- escape sequences ----

  #takeEscape(byte: string): string {
    if (byte === '[') return this.#enter('csi');
    if (STRINGS.has(byte)) return this.#enter('string');
    this.#mode = 'text';
    // A character set: its name follows.
    if (/[ #%()*+./-]/.test(byte)) return this.#enter('skip-one');
    if (!SHORT.has(byte)) return byte < ' ' ? this.#takeText(byte) : '';
    this.#hasChanged = true;
    return `\x1b${byte}`;
  }

  #takeCsi(byte: string): string {
    if (byte < ' ') {
      // Terminals act on controls within a sequence; a new ESC begins another one.
      if (byte === '\x1b') return this.#enter('escape');
      this.#mode = byte === '\x18' || byte === '\x1a' ? 'text' : 'csi';
      return PASSING_CONTROLS.has(byte) ? byte : '';
    }
    if (byte >= '@' || this.#held.length >= SEQUENCE_CHARS_MAX) {
      this.#mode = 'text';
      return byte >= '@' && byte <= '~' ? this.#endCsi(byte) : '';
    }
    this.#held += byte;
    return '';
  }

  #endCsi(final: string): string {
    const parameters = this.#held;
    const isPlain = /^[0-9;]*$/.test(parameters);
    const isMode = final === 'h' || final === 'l';
    if (isMode ? !MODES.test(parameters) : !isPlain || !CSI_FINALS.has(final)) return '';
    this.#hasChanged = true;
    return `\x1b[${parameters}${final}`;
  }

  /** Until BEL or ESC \; a line end ends it too, so that noise cannot swallow a console. */
  #takeString(byte: string): string {
    this.#stringChars += 1;
    if (byte === '\n' || byte === '\r') {
      this.#mode = 'text';
      return byte;
    }
    const isOver =
      byte === '\x07' ||
      this.#stringChars > STRING_CHARS_MAX ||
      (this.#mode === 'string-escape' && byte === '\\');
    if (isOver) this.#mode = 'text';
    else this.#mode = byte === '\x1b' ? 'string-escape' : 'string';
    return '';
  }

  #enter(mode: Mode): string {
    this.#mode = mode;
    this.#held = '';
    this.#stringChars = 0;
    return '';
  }
}

const PASSING_CONTROLS = new Set('\x07\b\t\n\x0b\x0c\r');

/** Bytes of Latin-1 as text; C1 controls are dropped. */
function latin(bytes: string): string {
  return bytes.replace(/[\x80-\x9f\xad]/g, '');
}

function lengthOf(character: string): number {
  const lead = character.charCodeAt(0);
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
