/**
 * A terminal that shows a picture instead of a text that scrolls: what `--watch` draws on. The real
 * one is process-screen.ts; tests use one of their own. The painter finds out what changed since the
 * last picture, so that little goes over a slow line.
 */

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export type Style = 'plain' | 'bold' | 'reverse' | 'dim';

/** `text` is printable ASCII; what is too long is cut. */
export interface ScreenLine {
  readonly text: string;
  readonly style: Style;
}

type NamedKey =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'page-up'
  | 'page-down'
  | 'home'
  | 'end'
  | 'return'
  | 'interrupt'
  | 'suspend';
export type Key = { readonly kind: 'char'; readonly char: string } | { readonly kind: NamedKey };

export interface ScreenListener {
  onKey(key: Key): void;
  /** The size changed, or the picture is gone: it is to be drawn anew. */
  onRedraw(): void;
  /** A signal or the loss of the terminal asks for the end. */
  onEnd(exitStatus: number): void;
}

export interface Screen {
  /** Takes the terminal over. */
  open(listener: ScreenListener): void;
  size(): Size;
  draw(lines: readonly ScreenLine[]): void;
  /** Gives the terminal back as it was; may be called twice. */
  close(): void;
}

const STYLES: Readonly<Record<Style, string>> = {
  plain: '',
  bold: '\x1b[1m',
  reverse: '\x1b[7m',
  dim: '\x1b[2m',
};

export class Painter {
  #shown: readonly string[] = [];
  #size: Size = { columns: 0, rows: 0 };

  /** Nothing of what was drawn stands there any more. */
  forget(): void {
    this.#size = { columns: 0, rows: 0 };
  }

  /** The characters that make this picture of the last one. */
  paint(lines: readonly ScreenLine[], size: Size): string {
    const rows = Array.from({ length: size.rows }, (_, row) => styled(lines[row], size.columns));
    const isAnew = size.columns !== this.#size.columns || size.rows !== this.#size.rows;
    const before = isAnew ? [] : this.#shown;
    this.#shown = rows;
    this.#size = size;
    const changed = rows.flatMap((text, row) =>
      text === (before[row] ?? '') ? [] : [`\x1b[${row + 1};1H${text}\x1b[K`],
    );
    return (isAnew ? '\x1b[2J' : '') + changed.join('');
  }
}

function styled(line: ScreenLine | undefined, columns: number): string {
  if (line === undefined) return '';
  const text = line.text.slice(0, columns);
  return line.style === 'plain' ? text : `${STYLES[line.style]}${text}\x1b[0m`;
}

const SEQUENCES: Readonly<Record<string, NamedKey>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  '1~': 'home',
  '4~': 'end',
  '5~': 'page-up',
  '6~': 'page-down',
};
const CONTROLS: Readonly<Record<string, NamedKey>> = {
  '\r': 'return',
  '\n': 'return',
  '\x03': 'interrupt',
  '\x1a': 'suspend',
};

const SEQUENCE = /^\x1b[[O]([0-9;]*[A-Za-z~])/;
const INCOMPLETE = /^\x1b(?:[[O][0-9;]*)?$/;
const SEQUENCE_CHARS_MAX = 16;

/** Finds the keys in what a terminal sends, however it was cut. */
export class KeyReader {
  #rest = '';

  take(data: string): Key[] {
    let text = this.#rest + data;
    this.#rest = '';
    const keys: Key[] = [];
    while (text !== '') {
      if (INCOMPLETE.test(text) && text.length < SEQUENCE_CHARS_MAX) {
        this.#rest = text;
        break;
      }
      const sequence = SEQUENCE.exec(text);
      const taken = sequence?.[0] ?? text.slice(0, 1);
      text = text.slice(taken.length);
      const kind = sequence === null ? CONTROLS[taken] : SEQUENCES[sequence[1] ?? ''];
      if (kind !== undefined) keys.push({ kind });
      else if (sequence === null && taken >= ' ') keys.push({ kind: 'char', char: taken });
    }
    return keys;
  }
}
