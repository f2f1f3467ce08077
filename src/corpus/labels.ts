/**
 * The labels of a corpus: `index.tsv` beside the recordings. Its first line names the columns; `file`
 * is required, `os` groups the report. A column `NAME_line` says for each file whether a line for the
 * script's text NAME stands in it: `panic_line` with `panic` or `no-panic`. Other columns are passed
 * over, and so is every cell that says neither. Called by the command `check`; reads no file itself.
 */

export interface Label {
  /** What wrote the recording; '' where the index does not say. */
  readonly system: string;
  /** By the name of a text: must it be found? */
  readonly has: ReadonlyMap<string, boolean>;
}

export interface Labels {
  /** By path within the corpus. */
  readonly byFile: ReadonlyMap<string, Label>;
  /** The texts that any file is labelled for, in the order of the columns. */
  readonly texts: readonly string[];
}

const LINE_COLUMN = /^([a-z][a-z0-9-]*)_line$/;

/** Null: this is no index of recordings. */
export function parseLabels(tsv: string): Labels | null {
  const [head = '', ...rows] = tsv.split(/\r?\n/);
  const columns = head.split('\t');
  const file = columns.indexOf('file');
  if (file < 0) return null;
  const system = columns.indexOf('os');
  const named = columns.flatMap((column, index) => {
    const name = LINE_COLUMN.exec(column)?.[1];
    return name === undefined ? [] : [{ name, index }];
  });
  const byFile = new Map<string, Label>();
  for (const row of rows) {
    const cells = row.split('\t');
    const path = cells[file] ?? '';
    if (path === '') continue;
    const has = new Map<string, boolean>();
    for (const { name, index } of named) {
      if (cells[index] === name) has.set(name, true);
      if (cells[index] === `no-${name}`) has.set(name, false);
    }
    byFile.set(path, { system: cells[system] ?? '', has });
  }
  return { byFile, texts: named.map(({ name }) => name) };
}
