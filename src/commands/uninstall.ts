/**
 * `clusterd uninstall`: stops the daemons and takes back what `clusterd install` has placed, by its
 * record. CLUSTER_HOME and what was edited stay, unless --purge is given.
 */
import { resolve } from 'node:path';
import { DaemonError } from '../cluster/daemon-error.ts';
import { findHome } from '../home/home.ts';
import { type Manifest, readManifest } from '../install/manifest.ts';
import { DEFAULT_HOME, manifestPath } from '../install/places.ts';
import { Remover } from '../install/remove.ts';
import type { AddCommand, CommandContext } from './command.ts';
import { stopAll } from './stop.ts';

interface Options {
  readonly prefix?: string;
  readonly home?: string;
  readonly purge?: boolean;
  readonly dryRun?: boolean;
}

export const addUninstall: AddCommand = (program, context) => {
  program
    .command('uninstall')
    .description('stop, and take back what install has placed; CLUSTER_HOME stays')
    .option('--dry-run', 'show what would be removed, and do nothing')
    .option('--purge', 'also CLUSTER_HOME with all journals and logs, edited files and the user')
    .option('--prefix <dir>', 'the one that was given to install')
    .option('--home <dir>', 'CLUSTER_HOME, if it is not where install puts it by itself')
    .action((options: Options) => uninstall(options, context));
};

async function uninstall(options: Options, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const isDry = options.dryRun === true;
  const { manifest, path } = findManifest(options, terminal);
  if (manifest.prefix === '' && process.getuid?.() !== 0 && !isDry) {
    throw new DaemonError('refused', 'only root may take clusterd out of this system', {
      hint: 'become root, or look first with --dry-run',
    });
  }
  if (!isDry) await stopAll(findHome(manifest.home, terminal), context);
  const tell = (line: string) => terminal.out(`${line}\n`);
  const isPurge = options.purge === true;
  new Remover(manifest, { isDry, isPurge, manifestPath: path, tell }).run();
  if (isDry) tell('--dry-run: nothing was done');
}

function findManifest(
  { prefix, home }: Options,
  terminal: CommandContext['terminal'],
): { manifest: Manifest; path: string } {
  const absolute = (path: string) => resolve(terminal.workingDirectory, path).replace(/\/+$/, '');
  const directory =
    home === undefined
      ? installedHome(prefix === undefined ? '' : absolute(prefix), terminal)
      : absolute(home);
  const path = manifestPath({ home: directory });
  const manifest = readManifest(path);
  if (manifest !== null) return { manifest, path };
  throw new DaemonError('refused', `nothing was installed: there is no ${path}`, {
    context: { path },
    hint: 'name its CLUSTER_HOME with --home DIR, or its directory with --prefix DIR',
  });
}

function installedHome(prefix: string, terminal: CommandContext['terminal']): string {
  const named = prefix === '' ? terminal.installedHome : null;
  return named ?? `${prefix}${DEFAULT_HOME}`;
}
