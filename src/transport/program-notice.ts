/**
 * What console programs say of themselves between the bytes of a console: that somebody else has it,
 * that there is nothing behind it, that it was taken away. Used by the exec transport. The words are
 * data, from the programs themselves: conserver 8.2.7, conman 0.2.7, ipmitool 1.8.19, libvirt 9.0.
 * Beginnings count for a short time only: later the same words are console text.
 */
import { basename } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { soundsBusy } from './busy-notice.ts';

/** Said at the beginning, by programs that end and by programs that stay and do nothing. */
const BUSY: readonly RegExp[] = [
  /\[no, \S+ is attached\]/, // conserver: attached to look on only
  /Found console already in use/, // conman
  /SOL payload already active on another session/, // ipmitool
  /SOL payload activation limit reached/,
  /Active console session exists for this domain/, // virsh
];

/** Said at the beginning: the program is there, and the line behind it is not. */
const DOWN: readonly RegExp[] = [
  /\[`[^'\r\n]{1,80}' -- console is down\]/, // conserver
  /<ConMan> Console \[[^\]\r\n]{1,80}\] is currently disconnected/,
];

/** Said at any time: nothing that is typed goes anywhere from here on. */
const TAKEN = Buffer.from("[forced to `spy' mode by ");

/**
 * Programs that say when they are connected; before that they may say all sorts of things. By name,
 * unless they were told to be quiet.
 */
const READY: readonly {
  readonly program: string;
  readonly quiet: string;
  readonly words: RegExp;
}[] = [
  { program: 'ipmitool', quiet: '', words: /\[SOL Session operational/ },
  { program: 'virsh', quiet: '-q', words: /Escape character is/ },
];

/** What a program with these words says once it is connected, or null: that is not known. */
export function readyWords(argv: readonly string[]): RegExp | null {
  const names = argv.map((word) => basename(word));
  const known = READY.find(({ program }) => names.includes(program));
  return known === undefined || argv.includes(known.quiet) ? null : known.words;
}

/** Counted from its first words, or from when it was connected if that was later. */
const WITHIN_MS = 5000;
const BEGINNING_BYTES_MAX = 4096;
const LAST_BYTES_MAX = 512;
const EMPTY = Buffer.alloc(0);

export interface Notice {
  readonly kind: 'busy' | 'down' | 'taken';
  /** What it said: one line, safe to show. */
  readonly words: string;
}

export class ProgramNotice {
  #beginning: string | null = '';
  #since: number | null = null;
  #isConnected = false;
  #last: Buffer = EMPTY;
  /** The end of the chunk before: a notice may be cut. */
  #cut: Buffer = EMPTY;

  /** Console bytes as they come. A notice after which the connection is worth nothing, or null. */
  see(bytes: Buffer, clock: Clock): Notice | null {
    this.#keepLast(bytes);
    if (this.#isTaken(bytes)) return { kind: 'taken', words: this.lastLine };
    if (this.#beginning === null) return null;
    const text = this.#beginning + bytes.toString('latin1', 0, BEGINNING_BYTES_MAX);
    if (this.#isConnected) this.#since ??= clock.now().at;
    const isLate = this.#isLate(clock);
    this.#beginning = isLate || text.length > BEGINNING_BYTES_MAX ? null : text;
    return isLate ? null : firstNotice(text);
  }

  /** The program is taken for connected from now on. */
  connected(clock: Clock): void {
    this.#isConnected = true;
    if (this.#beginning !== '') this.#since = clock.now().at;
  }

  #isLate(clock: Clock): boolean {
    return this.#since !== null && clock.now().at - this.#since > WITHIN_MS;
  }

  /** The program has ended by itself: had it just said that somebody else is there? */
  refusal(clock: Clock): string | null {
    const text = this.#beginning;
    if (text === null || this.#isLate(clock)) return null;
    const line = linesOf(text).find((one) => soundsBusy(one));
    return line === undefined ? null : clean(line);
  }

  /** The last line that is not empty; '' when there is none. */
  get lastLine(): string {
    return clean(linesOf(this.#last.toString('latin1')).findLast((one) => clean(one) !== '') ?? '');
  }

  #isTaken(bytes: Buffer): boolean {
    const all = this.#cut.length === 0 ? bytes : Buffer.concat([this.#cut, bytes]);
    const bracket = all.lastIndexOf(TAKEN[0] ?? 0);
    if (bracket < 0) {
      this.#cut = EMPTY;
      return false;
    }
    const isCut = all.length - bracket < TAKEN.length;
    this.#cut = isCut ? Buffer.from(all.subarray(bracket)) : EMPTY;
    return all.includes(TAKEN);
  }

  #keepLast(bytes: Buffer): void {
    if (bytes.length >= LAST_BYTES_MAX) this.#last = Buffer.from(bytes.subarray(-LAST_BYTES_MAX));
    else this.#last = Buffer.concat([this.#last, bytes]).subarray(-LAST_BYTES_MAX);
  }
}

function firstNotice(text: string): Notice | null {
  return firstOf(BUSY, 'busy', text) ?? firstOf(DOWN, 'down', text);
}

function firstOf(all: readonly RegExp[], kind: Notice['kind'], text: string): Notice | null {
  for (const one of all) {
    const found = one.exec(text);
    if (found !== null) return { kind, words: clean(lineAround(text, found.index)) };
  }
  return null;
}

function lineAround(text: string, index: number): string {
  const start = Math.max(text.lastIndexOf('\n', index), text.lastIndexOf('\r', index)) + 1;
  const end = text.slice(index).search(/[\r\n]/);
  return text.slice(start, end < 0 ? undefined : index + end);
}

function linesOf(text: string): readonly string[] {
  return text.split(/[\r\n]+/);
}

/** Without escape sequences and control characters, at most 120 characters. */
function clean(line: string): string {
  return line
    .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])/g, '')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 120);
}
