/**
 * `clusterd install`: makes clusterd part of this host. Says what it does, line by line; a second run
 * says that nothing is to be changed. Starts nothing.
 */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { DaemonError } from '../cluster/daemon-error.ts';
import { groupOfUser, uidOf, userExists } from '../install/accounts.ts';
import { Installer } from '../install/carry-out.ts';
import { formatCompletion } from '../install/completion.ts';
import { emptyManifest, readManifest } from '../install/manifest.ts';
import { formatManual, formatScriptManual } from '../install/manual.ts';
import {
  DEFAULT_HOME,
  DEFAULT_USER,
  manifestPath,
  type Places,
  refuseOddPath,
} from '../install/places.ts';
import { planInstall } from '../install/plan.ts';
import { refuseUnreadable } from '../install/refuse-unreadable.ts';
import type { AddCommand, CommandContext } from './command.ts';
import { describeCommands } from './described-commands.ts';

interface Options {
  readonly prefix?: string;
  readonly home?: string;
  readonly user?: string;
  readonly dryRun?: boolean;
}

const HELP_AFTER = `
Without --prefix, and as root, it places in the system: an init script, units for systemd, a file for
logrotate, the user, CLUSTER_HOME with the shipped scripts and, if there is none, CList, manual pages
and completion for bash; and it has clusterd started with the host. Nothing is started now. Of a file
that was edited the new version is put beside it, FILE.new; CList is never touched.`;

export const addInstall: AddCommand = (program, context) => {
  program
    .command('install')
    .description('place init script, units, user, directories and manual on this host')
    .option('--dry-run', 'show every file, mode, owner and command, and do nothing')
    .option('--prefix <dir>', 'all of it below this directory, to be run from there')
    .option('--home <dir>', `CLUSTER_HOME; else ${DEFAULT_HOME} below the prefix`)
    .option('--user <name>', `who runs the daemon; else ${DEFAULT_USER}, with --prefix yourself`)
    .addHelpText('after', HELP_AFTER)
    .action((options: Options) => install(options, program, context));
};

function install(options: Options, program: Command, { terminal }: CommandContext): void {
  const { out } = terminal;
  const isDry = options.dryRun === true;
  const places = placesOf(options, terminal);
  const isRoot = process.getuid?.() === 0;
  if (places.prefix === '' && !isRoot && !isDry) throw notRoot();
  refuseUnknownUser(places, options);
  if (isRoot && places.user !== 'root') {
    for (const path of [places.node, places.main]) refuseUnreadable(path, places.user);
  }
  const known = readManifest(manifestPath(places));
  const { prefix, home, user, admin, group } = places;
  const installer = new Installer(known ?? emptyManifest(prefix, home, user), {
    isDry,
    isRoot,
    manifestPath: manifestPath(places),
    manifestRights: { mode: 0o640, user: admin.user, group },
    tell: (line) => out(`${line}\n`),
  });
  const described = describeCommands(program);
  const { packageRoot } = terminal;
  const texts = {
    manual: formatManual(described, packageRoot),
    scriptManual: formatScriptManual(packageRoot),
    completion: formatCompletion(described, packageRoot),
  };
  const changes = installer.run(planInstall(places, texts));
  warnOfForeignState(places, terminal);
  out(changes === 0 ? 'nothing is to be changed\n' : nextSteps(places, isDry));
}

function placesOf(options: Options, terminal: CommandContext['terminal']): Places {
  const { workingDirectory, packageRoot } = terminal;
  const absolute = (path: string) =>
    refuseOddPath(resolve(workingDirectory, path).replace(/\/+$/, ''));
  const prefix = options.prefix === undefined ? '' : absolute(options.prefix);
  const home = options.home === undefined ? `${prefix}${DEFAULT_HOME}` : absolute(options.home);
  const me = terminal.operator;
  const user = options.user ?? (prefix === '' ? DEFAULT_USER : me);
  const own = { user: me, group: groupOfUser(me) ?? me };
  return {
    prefix,
    home,
    user,
    group: groupOfUser(user) ?? user,
    admin: prefix === '' ? { user: 'root', group: 'root' } : own,
    node: refuseOddPath(process.execPath),
    main: refuseOddPath(resolve(packageRoot, 'dist/main.js')),
    packageRoot,
  };
}

function refuseUnknownUser({ prefix, user }: Places, options: Options): void {
  if (prefix === '' || options.user === undefined || userExists(user)) return;
  throw new DaemonError('refused', `there is no user ${user}`, {
    hint: 'with --prefix no user is made: name one that there is',
  });
}

/** As after a `clusterd run` by root in a directory that was there before. */
function warnOfForeignState(
  { home, user, group }: Places,
  terminal: CommandContext['terminal'],
): void {
  const found = ['state', 'Logs'].flatMap((name) => {
    const path = join(home, name);
    const foreign = statSync(path, { throwIfNoEntry: false });
    return foreign === undefined || foreign.uid === uidOf(user) ? [] : [path];
  });
  if (found.length === 0) return;
  const paths = found.join(' ');
  terminal.err(
    `clusterd: warning: ${user} does not own ${paths} and could not write there\n` +
      `  when no daemon runs: chown -R ${user}:${group} ${paths}\n`,
  );
}

function notRoot(): DaemonError {
  return new DaemonError('refused', 'only root may install clusterd in this system', {
    hint: 'become root, look first with --dry-run, or use --prefix DIR for a place of your own',
  });
}

function nextSteps({ prefix, home }: Places, isDry: boolean): string {
  if (isDry) return '--dry-run: nothing was done\n';
  const start = prefix === '' ? 'service clusterd start' : `${prefix}/etc/init.d/clusterd start`;
  return `
Installed. What comes next:
  ${home}/CList: name your clusters, then: clusterd check --home ${home}
  ${start}
  clusterd status --home ${home}
`.replaceAll(prefix === '' ? ` --home ${home}` : '\0', '');
}
