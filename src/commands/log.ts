/** `clusterd log [-f] CLUSTER`: the end of a cluster's readable log, and what is added to it. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { DaemonError } from '../cluster/daemon-error.ts';
import type { Home } from '../home/home.ts';
import { didYouMean } from '../language/diagnostics.ts';
import { type AddCommand, type HomeOption, homeOf, withHome } from './command.ts';
import { FollowedFile } from './followed-file.ts';
import type { Terminal } from './terminal.ts';

const LINES = 40;
const LOOK_MS = 250;
const ENDING = '.log';

interface Options extends HomeOption {
  readonly follow?: boolean;
  readonly lines: number;
}

export const addLog: AddCommand = (program, context) => {
  withHome(program.command('log'))
    .description("the end of a cluster's log")
    .argument('<cluster>')
    .option('-f, --follow', 'go on printing what is added, until ^C')
    .option('-n, --lines <count>', 'how many lines', readCount, LINES)
    .action(async (cluster: string, options: Options) => {
      const file = new FollowedFile(findLog(homeOf(options, context), cluster));
      context.terminal.out(await file.lastLines(options.lines));
      if (options.follow === true) await follow(file, context.terminal);
      await file.close();
    });
};

function readCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('expected a number of lines.');
  return Number(text);
}

/** Throws DaemonError `log` with the names that there are. */
function findLog(home: Home, cluster: string): string {
  const path = join(home.logs, `${cluster}${ENDING}`);
  if (!cluster.includes('/') && existsSync(path)) return path;
  const names = logNames(home.logs);
  const list =
    names.length === 0
      ? 'no cluster has a log yet: the daemon makes it at its start'
      : `there are: ${names.join(', ')}`;
  throw new DaemonError('log', `there is no log of '${cluster}' in ${home.logs}`, {
    context: { path },
    hint: didYouMean(cluster, names) ?? list,
  });
}

function logNames(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(ENDING))
      .map((name) => name.slice(0, -ENDING.length));
  } catch {
    return [];
  }
}

/** Resolves at ^C. */
async function follow(file: FollowedFile, terminal: Terminal): Promise<void> {
  let isOver = false;
  let wake = () => {};
  const stop = terminal.onSignal('SIGINT', () => {
    isOver = true;
    wake();
  });
  while (!isOver) {
    terminal.out(await file.added());
    await new Promise<void>((resolve) => {
      const cancel = terminal.clock.after(LOOK_MS, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  }
  stop();
}
