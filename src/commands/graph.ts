/** `clusterd graph [SCRIPT or CLUSTER]`: the states of a script and the ways between them, to draw. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { parseClist } from '../clist/parse.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import type { Home } from '../home/home.ts';
import { didYouMean } from '../language/diagnostics.ts';
import { formatDot } from '../picture/dot.ts';
import { pictureOf } from '../picture/graph.ts';
import { formatMermaid } from '../picture/mermaid.ts';
import {
  type AddCommand,
  type CommandContext,
  type HomeOption,
  homeOf,
  withHome,
} from './command.ts';
import { loadSubject } from './replay-subject.ts';

interface Options extends HomeOption {
  readonly format: 'dot' | 'mermaid';
  readonly triggers: number;
}

const HELP = `
Without a name: the script of the first cluster of CList. The text goes to a program that draws:

  clusterd graph demo | dot -Tsvg > demo.svg             Graphviz
  clusterd graph sun-obp --format mermaid                for pages that draw mermaid
  clusterd graph sun-obp --triggers 0 | dot -Tsvg        only states and ways

Red states boot or let a system go on, yellow ones stop a node; in states with a double line it may
rest for ever; to those with a thick line a restart of the daemon comes back. Dashed: from any state.
`;

const ENDING = '.chat';

export const addGraph: AddCommand = (program, context) => {
  withHome(program.command('graph'))
    .description('the states of a script as a picture')
    .argument('[name]', 'a cluster of CList, a script, or its file')
    .addOption(
      new Option('--format <name>', 'for Graphviz, or for mermaid')
        .choices(['dot', 'mermaid'])
        .default('dot'),
    )
    .option('--triggers <count>', 'how many triggers stand at an arrow', readCount, 3)
    .addHelpText('after', HELP)
    .action((name: string | undefined, options: Options) => graph(name, options, context));
};

function readCount(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('expected a number.');
  return Number(text);
}

function graph(name: string | undefined, options: Options, context: CommandContext): void {
  const { terminal } = context;
  const subject = loadSubject({ script: scriptFor(name, options, context) }, context);
  if (subject === null) return;
  const picture = pictureOf(subject.program);
  const format = options.format === 'dot' ? formatDot : formatMermaid;
  terminal.out(format(picture, options.triggers));
}

/** A file, else a cluster of CList, else a script of CLUSTER_HOME. */
function scriptFor(name: string | undefined, options: Options, context: CommandContext): string {
  const { workingDirectory } = context.terminal;
  if (name?.endsWith(ENDING) === true && existsSync(resolve(workingDirectory, name))) return name;
  const home = homeOf(options, context);
  const clusters = clustersOf(home);
  const cluster = name === undefined ? clusters[0] : clusters.find((one) => one.name === name);
  const script = cluster?.script ?? name ?? '';
  const path = join(home.scripts, `${script}${ENDING}`);
  if (script !== '' && !script.includes('/') && existsSync(path)) return path;
  throw nothingNamed(name, clusters, home);
}

interface Listed {
  readonly name: string;
  readonly script: string;
}

/** None without a CList. */
function clustersOf(home: Home): readonly Listed[] {
  if (!existsSync(home.clist)) return [];
  return parseClist(home.clist, readFileSync(home.clist, 'utf8')).clusters;
}

function nothingNamed(name: string | undefined, clusters: readonly Listed[], home: Home) {
  const scripts = existsSync(home.scripts) ? readdirSync(home.scripts) : [];
  const names = [
    ...clusters.map((one) => one.name),
    ...scripts.filter((one) => one.endsWith(ENDING)).map((one) => one.slice(0, -ENDING.length)),
  ];
  const what = name === undefined ? 'CList has no cluster' : `no cluster or script '${name}'`;
  const list =
    names.length === 0 ? 'name a file, for example my.chat' : `there are: ${names.join(', ')}`;
  const hint = name === undefined ? list : (didYouMean(name, names) ?? list);
  return new DaemonError('unknown-cluster', `${what} below ${home.directory}`, { hint });
}
