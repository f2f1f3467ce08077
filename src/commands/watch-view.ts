/**
 * What `clusterd status --watch` shows and how keys change it. Pure: drawn by status-watch.ts.
 * The list has the worst on top, where a screen is looked at first; a page scrolls.
 */
import { visible } from '../log/visible.ts';
import { formatLocal } from '../log/wall-time.ts';
import { formatAge } from './age.ts';
import type { Key, ScreenLine, Size, Style } from './screen.ts';
import { siteAlarmLines } from './status-alarms.ts';
import type { StatusReply } from './status-json.ts';
import { formatCount, listRows, type Row } from './status-list.ts';
import { formatPage } from './status-text.ts';

export interface View {
  /** What the daemon said last. */
  readonly reply: StatusReply;
  /** Since when it does not answer, in ms, and why; null: it answers. */
  readonly gone: { readonly forMs: number; readonly why: string } | null;
  readonly onlyTrouble: boolean;
  /** The cluster on which the mark stands; null: on the first. */
  readonly marked: string | null;
  /** The cluster whose page is open, and its first line that is shown; null: the list. */
  readonly page: { readonly cluster: string; readonly top: number } | null;
}

/** The clusters need the room. */
const SITE_ALARMS_MAX = 3;
const LIST_KEYS = 'up, down: move   RETURN: open   t: only trouble   q: end';
const PAGE_KEYS = 'up, down: scroll   b: back to the list   q: end';

function line(text: string, style: Style = 'plain'): ScreenLine {
  return { text, style };
}

export function drawView(view: View, size: Size): readonly ScreenLine[] {
  const head = headLines(view);
  const room = Math.max(1, size.rows - head.length - 1);
  const body = view.page === null ? listLines(view, room) : pageLines(view, room, size);
  const filled = [...head, ...body, ...Array.from({ length: room - body.length }, () => line(''))];
  return [...filled, line(view.page === null ? LIST_KEYS : PAGE_KEYS, 'dim')];
}

function headLines({ reply, gone, page }: View): readonly ScreenLine[] {
  const time = formatLocal(reply.wall).slice(0, -'.000'.length);
  const title = line(`clusterd  ${time}  ${formatCount(reply.clusters)}`, 'bold');
  const site = siteAlarmLines(reply.siteAlarms, reply.wall).slice(0, SITE_ALARMS_MAX);
  if (gone === null) return [title, ...(page === null ? site.map((text) => line(text)) : [])];
  const why = `NO ANSWER for ${formatAge(gone.forMs)}, this is old: ${visible(gone.why)}`;
  return [title, line(why, 'reverse')];
}

// ---- the list ------------------------------------------------------------------------------------

/** The worst first; in the order of the names among equals. */
function rowsOf({ reply, onlyTrouble }: View): { header: string; rows: readonly Row[] } {
  const { header, rows } = listRows(reply.clusters, reply.wall);
  const shown = rows.filter(({ severity }) => !onlyTrouble || severity !== 'ok');
  const groups = (['critical', 'warning', 'ok'] as const).map((severity) =>
    shown.filter((row) => row.severity === severity),
  );
  return { header, rows: groups.flat() };
}

function markedIndex(view: View, rows: readonly Row[]): number {
  return Math.max(
    0,
    rows.findIndex(({ cluster }) => cluster.cluster === view.marked),
  );
}

function listLines(view: View, room: number): readonly ScreenLine[] {
  const { header, rows } = rowsOf(view);
  if (rows.length === 0) return [line(''), line('no cluster is in trouble')];
  const marked = markedIndex(view, rows);
  const lines: ScreenLine[] = [];
  let end = 0;
  for (const [index, { text, severity, alarms }] of rows.entries()) {
    const calm = severity === 'ok' ? 'plain' : 'bold';
    lines.push(line(text, index === marked ? 'reverse' : calm));
    for (const alarm of alarms) lines.push(line(alarm));
    if (index === marked) end = lines.length;
  }
  const space = Math.max(1, room - 1);
  const top = Math.max(0, end - space);
  return [line(header, 'dim'), ...lines.slice(top, top + space)];
}

// ---- a page --------------------------------------------------------------------------------------

function textOfPage({ page, reply }: View, { columns }: Size): readonly string[] {
  const cluster = reply.clusters.find((one) => one.cluster === page?.cluster);
  if (cluster === undefined) return [`the daemon has no cluster '${visible(page?.cluster ?? '')}'`];
  const text = formatPage(cluster, reply.wall, 'first');
  return text
    .trimEnd()
    .split('\n')
    .flatMap((one) => wrapped(one, columns));
}

const INDENT = ' '.repeat(13);

/** Broken at blanks where that is possible; what continues stands below the texts of the page. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  const width = Math.max(columns, 2 * INDENT.length);
  let rest = text;
  while (rest.length > width) {
    const blank = rest.lastIndexOf(' ', width);
    const end = blank > INDENT.length ? blank : width;
    lines.push(rest.slice(0, end));
    rest = INDENT + rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

function pageLines(view: View, room: number, size: Size): readonly ScreenLine[] {
  const text = textOfPage(view, size);
  const top = Math.min(view.page?.top ?? 0, Math.max(0, text.length - room));
  return text.slice(top, top + room).map((one) => {
    const isLoud = /^ *(ALARM|NOT CONTROLLED|type:)/.test(one);
    return line(one, isLoud ? 'bold' : 'plain');
  });
}

// ---- keys ----------------------------------------------------------------------------------------

const STEPS: Readonly<Partial<Record<Key['kind'], number>>> = {
  up: -1,
  down: 1,
  'page-up': -10,
  'page-down': 10,
  home: Number.NEGATIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
};

/** The view after this key, or null: it ends. `single`: there is no list to go back to. */
export function pressKey(view: View, key: Key, size: Size, single: boolean): View | null {
  if (key.kind === 'interrupt' || isChar(key, 'q')) return null;
  const step = STEPS[key.kind] ?? (isChar(key, 'j') ? 1 : isChar(key, 'k') ? -1 : 0);
  if (view.page !== null) {
    if (!single && (key.kind === 'left' || isChar(key, 'b'))) return { ...view, page: null };
    const last = Math.max(0, textOfPage(view, size).length - (size.rows - 2));
    const top = Math.min(last, Math.max(0, view.page.top + step));
    return { ...view, page: { ...view.page, top } };
  }
  if (isChar(key, 't')) return { ...view, onlyTrouble: !view.onlyTrouble };
  const { rows } = rowsOf(view);
  const index = Math.min(rows.length - 1, Math.max(0, markedIndex(view, rows) + step));
  const marked = rows[index]?.cluster.cluster ?? null;
  const opens = key.kind === 'return' || key.kind === 'right';
  const page = opens && marked !== null ? { cluster: marked, top: 0 } : null;
  return { ...view, marked: step === 0 && !opens ? view.marked : marked, page };
}

function isChar(key: Key, char: string): boolean {
  return key.kind === 'char' && key.char === char;
}
