/** `clusterd history CLUSTER`: what happened to it, from its journal and its records. */
import { readdirSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { DaemonError } from '../cluster/daemon-error.ts';
import { type Entry, entriesOf, entryWall } from '../history/incident.ts';
import { mergeHappenings } from '../history/merge.ts';
import type { Home } from '../home/home.ts';
import { didYouMean } from '../language/diagnostics.ts';
import {
  type AddCommand,
  type CommandContext,
  type HomeOption,
  homeOf,
  withHome,
} from './command.ts';
import { readPast } from './history-files.ts';
import { formatHistoryJson, HISTORY_JSON_HELP } from './history-json.ts';
import { formatHistory } from './history-text.ts';

interface Options extends HomeOption {
  /** A length of time in ms, or a date as milliseconds since 1970. */
  readonly since?: { readonly kind: 'ago' | 'at'; readonly ms: number };
  readonly last?: number;
  readonly json?: boolean;
}

const HELP = `
Incidents are told from the moment at which production was no longer as it should be until it was
again: takeovers, planned switchovers, restarts, holds, and alarms that came to nothing. Each step
has its time since the beginning; "on:" says on what a decision rested. What operators did and what
happened between incidents stands on lines of its own. Times are local.

It reads state/CLUSTER.journal, which counts, and Logs/CLUSTER.jsonl with its rotated files, which say
more: no daemon is needed. What is missing stands at the end.

  clusterd history demo --since 7d        of the last seven days; also 12h, 30m, 2026-11-22
  clusterd history demo --last 1          the last entry

${HISTORY_JSON_HELP}
`;

export const addHistory: AddCommand = (program, context) => {
  withHome(program.command('history'))
    .description('what happened to a cluster: takeovers with their times and proofs')
    .argument('<cluster>')
    .option('--since <time>', 'only from then on: 7d, 12h, 30m, or a date', readSince)
    .option('--last <count>', 'only the last entries', readCount)
    .option('--json', 'for programs')
    .addHelpText('after', HELP)
    .action((cluster: string, options: Options) => history(cluster, options, context));
};

async function history(cluster: string, options: Options, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const home = homeOf(options, context);
  const sinceWall = sinceOf(options, terminal.clock.now().wall);
  const past = cluster.includes('/') ? null : await readPast(home, cluster, sinceWall);
  if (past === null || past.isEmpty) throw nothingOf(home, cluster);
  const { happenings, unconfirmed } = mergeHappenings(past.journal, past.records);
  const entries = entriesOf(happenings)
    .filter((entry) => endOf(entry) >= sinceWall)
    .slice(-(options.last ?? Number.MAX_SAFE_INTEGER));
  const shown = {
    cluster,
    entries,
    gaps: past.gaps,
    unconfirmed: unconfirmed.filter(({ wall }) => wall >= sinceWall),
  };
  terminal.out(options.json === true ? formatHistoryJson(shown) : formatHistory(shown));
}

function sinceOf({ since }: Options, wall: number): number {
  if (since === undefined) return Number.NEGATIVE_INFINITY;
  return since.kind === 'at' ? since.ms : wall - since.ms;
}

/** One that lasts has happened until now. */
function endOf(entry: Entry): number {
  if (entry.kind === 'event') return entryWall(entry);
  return entry.incident.endWall ?? Number.POSITIVE_INFINITY;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

function readSince(text: string): Options['since'] {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  const factor = UNITS_MS[unit];
  if (factor !== undefined) return { kind: 'ago', ms: Number(count) * factor };
  const isDate = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?$/.test(text);
  // Without a zone a time is local, as history prints it; a bare date would be read as UTC.
  const ms = isDate ? Date.parse(text.length === 10 ? `${text}T00:00` : text) : Number.NaN;
  if (!Number.isNaN(ms)) return { kind: 'at', ms };
  throw new InvalidArgumentError('expected a length of time like 7d, 12h, 30m, or a date.');
}

function readCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('expected a number.');
  return Number(text);
}

function nothingOf(home: Home, cluster: string): DaemonError {
  const names = journalNames(home.state);
  const list = names.length === 0 ? 'there is no journal yet' : `there are: ${names.join(', ')}`;
  return new DaemonError('log', `there is no past of '${cluster}' below ${home.directory}`, {
    context: { path: home.state },
    hint: didYouMean(cluster, names) ?? list,
  });
}

function journalNames(directory: string): string[] {
  const ending = '.journal';
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length));
  } catch {
    return [];
  }
}
