/**
 * Cuts console bytes into lines for matching. NUL, BEL and escape sequences are dropped, CR and LF
 * both end a line, backspace takes a character back. The result does not depend on how the bytes
 * were cut into chunks. Called by step for every chunk; must never interpret what the text means.
 */

/** Longer lines are looked at in pieces of this length; the loss of context is counted. */
export const LINE_CHARS_MAX = 4096;
const ESCAPE_CHARS_MAX = 64;

export interface ConsoleText {
  /** The unfinished line. */
  tail: string;
  /** Its number on this connection, from 0. Empty lines count too. */
  line: number;
  /** An escape sequence whose end has not come yet. */
  escape: string;
  /** When the last byte came, or the connection was made. */
  byteAt: number;
  /** The unfinished line was looked at after the console fell quiet. */
  looked: boolean;
  /** Matches that fired on the unfinished line already. */
  used: readonly number[];
  /** Lines that were longer than LINE_CHARS_MAX. */
  cutLines: number;
}

const NOTHING: readonly number[] = [];

export function emptyConsole(at: number): ConsoleText {
  return { tail: '', line: 0, escape: '', byteAt: at, looked: false, used: NOTHING, cutLines: 0 };
}

export function copyConsole(text: ConsoleText): ConsoleText {
  return {
    tail: text.tail,
    line: text.line,
    escape: text.escape,
    byteAt: text.byteAt,
    looked: text.looked,
    used: text.used,
    cutLines: text.cutLines,
  };
}

const UNUSUAL = /[\0\x07\x08\x1b\x7f]/;

/** A stretch of normalised text, and whether a line ends behind it. */
export interface Piece {
  readonly text: string;
  readonly ends: boolean;
  /** Characters that backspaces take from the text before this piece. */
  readonly erases: number;
}

/** Splits a chunk at line ends. `escape` is what was left of an escape sequence before. */
export function splitPieces(
  escape: string,
  data: string,
): { readonly pieces: readonly Piece[]; readonly escape: string } {
  if (escape === '' && !UNUSUAL.test(data)) return { pieces: splitPlain(data), escape: '' };
  return splitUnusual(escape + data);
}

function splitPlain(data: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (let index = 0; index < data.length; index++) {
    const code = data.charCodeAt(index);
    if (code !== 10 && code !== 13) continue;
    pieces.push({ text: data.slice(from, index), ends: true, erases: 0 });
    from = index + 1;
  }
  if (from < data.length) pieces.push({ text: data.slice(from), ends: false, erases: 0 });
  return pieces;
}

function splitUnusual(data: string): { pieces: Piece[]; escape: string } {
  const pieces: Piece[] = [];
  let text = '';
  let erases = 0;
  const close = (ends: boolean) => {
    if (ends || text !== '' || erases > 0) pieces.push({ text, ends, erases });
    text = '';
    erases = 0;
  };
  let index = 0;
  while (index < data.length) {
    const char = data[index] ?? '';
    if (char === '\x1b') {
      const length = escapeLength(data, index);
      if (length === null) {
        close(false);
        return { pieces, escape: data.slice(index) };
      }
      index += length;
      continue;
    }
    if (char === '\r' || char === '\n') close(true);
    else if (char === '\b' || char === '\x7f') {
      if (text === '') erases += 1;
      else text = text.slice(0, -1);
    } else if (char !== '\0' && char !== '\x07') text += char;
    index += 1;
  }
  close(false);
  return { pieces, escape: '' };
}

/** Length of the escape sequence at `start`, or null when its end has not come yet. */
function escapeLength(data: string, start: number): number | null {
  const rest = data.slice(start, start + ESCAPE_CHARS_MAX);
  const complete =
    /^\x1b\[[0-?]*[ -/]*[@-~]/.exec(rest) ??
    /^\x1b\][^\x07\x1b\r\n]*(?:\x07|\x1b\\)/.exec(rest) ??
    /^\x1b[ -/]+[0-~]/.exec(rest) ??
    /^\x1b[0-Z\\^-~]/.exec(rest);
  if (complete !== null) return complete[0].length;
  const unfinished = /^\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b\r\n]*\x1b?|[ -/]*)$/.test(rest);
  return unfinished && rest.length < ESCAPE_CHARS_MAX ? null : 1;
}

/** What remains of a piece after a line ended within it; null when it is used up. */
export interface Taken {
  readonly line: string | null;
  readonly rest: Piece | null;
}

/**
 * Adds a piece to the unfinished line, up to the first line end. A line that reaches the bound ends
 * there, wherever the chunks were cut.
 */
export function takePiece(console: ConsoleText, piece: Piece): Taken {
  const kept = piece.erases > 0 ? console.tail.slice(0, -piece.erases) : console.tail;
  const room = LINE_CHARS_MAX - kept.length;
  if (piece.text.length >= room) {
    console.cutLines += 1;
    console.tail = '';
    const rest = { text: piece.text.slice(room), ends: piece.ends, erases: 0 };
    const usedUp = rest.text === '' && !rest.ends;
    return { line: kept + piece.text.slice(0, room), rest: usedUp ? null : rest };
  }
  const text = kept + piece.text;
  console.tail = piece.ends ? '' : text;
  return { line: piece.ends ? text : null, rest: null };
}

/** Begins the next line after one has ended and was dealt with. */
export function nextLine(console: ConsoleText): void {
  console.line += 1;
  if (console.used.length > 0) console.used = NOTHING;
}
