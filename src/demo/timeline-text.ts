/**
 * One entry of the timeline as text: seconds since the start, who says it, what, and below it the
 * details. Pure; called by the timeline. Shows nothing raw: some of it came from a console.
 */
import { styleText } from 'node:util';
import { visible } from '../log/visible.ts';
import type { TimelineEntry, Tone } from './timeline-entry.ts';

export interface Look {
  readonly columns: number;
  readonly isColoured: boolean;
}

const SECONDS_COLUMNS = 6;
const SOURCE_COLUMNS = 8;
const BODY_COLUMN = SECONDS_COLUMNS + 2 + SOURCE_COLUMNS + 2;
const LABEL_COLUMNS = 10;
const BODY_COLUMNS_MIN = 20;

type Style = Parameters<typeof styleText>[0];

const STYLES: Readonly<Record<Tone, Style | null>> = {
  quiet: 'dim',
  plain: null,
  transition: ['bold', 'yellow'],
  evidence: ['bold', 'cyan'],
  warning: 'yellow',
  alarm: ['bold', 'red'],
  good: 'green',
  fault: ['bold', 'magenta'],
  act: 'bold',
};

/** One line or more, each with its line end. */
export function formatTimelineEntry(entry: TimelineEntry, startWall: number, look: Look): string {
  const seconds = ((entry.wall - startWall) / 1000).toFixed(1).padStart(SECONDS_COLUMNS);
  const head = `${seconds}  ${entry.source.padEnd(SOURCE_COLUMNS)}  `;
  const style = STYLES[entry.tone];
  const body = wrap(entry.text, look.columns - BODY_COLUMN).map((line, index) => {
    const before = index === 0 ? head : ' '.repeat(BODY_COLUMN);
    return `${paint(before, 'dim', look)}${paint(line, style, look)}`;
  });
  const details = entry.details.flatMap(({ label, text }) => detailLines(label, text, look));
  return [...body, ...details].map((line) => `${line}\n`).join('');
}

function detailLines(label: string, text: string, look: Look): string[] {
  const indent = BODY_COLUMN + 4;
  const style = label === 'evidence' ? 'cyan' : label === 'type' ? 'bold' : 'dim';
  return wrap(text, look.columns - indent - LABEL_COLUMNS).map((line, index) => {
    const name = (index === 0 ? label : '').padEnd(LABEL_COLUMNS);
    return `${' '.repeat(indent)}${paint(name, 'dim', look)}${paint(line, style, look)}`;
  });
}

export function paint(text: string, style: Style | null, { isColoured }: Look): string {
  // The caller knows the stream; styleText must not guess it.
  return isColoured && style !== null ? styleText(style, text, { validateStream: false }) : text;
}

/** At blanks; a word that is too long is cut. */
export function wrap(text: string, columnsWanted: number): string[] {
  const columns = Math.max(BODY_COLUMNS_MIN, columnsWanted);
  const lines: string[] = [];
  let line = '';
  for (const word of visible(text).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    for (; line.length > columns; line = line.slice(columns)) lines.push(line.slice(0, columns));
  }
  return [...lines, line];
}
