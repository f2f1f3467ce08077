/** `clusterd status [CLUSTER]`: what the running daemon sees: as text, live, as JSON, as a check. */

import { DaemonError } from '../cluster/daemon-error.ts';
import { ask } from '../control/client.ts';
import {
  type AddCommand,
  type CommandContext,
  type ExitStatus,
  type HomeOption,
  homeOf,
  UsageError,
  withHome,
} from './command.ts';
import { type CheckResult, checkClusters, checkFailed, checkUnknown } from './status-check.ts';
import { formatStatusJson, JSON_HELP, type StatusReply } from './status-json.ts';
import { formatDaemon, formatList } from './status-list.ts';
import { formatPage } from './status-text.ts';
import { watchStatus } from './status-watch.ts';
import { severityOf } from './trouble.ts';

interface Options extends HomeOption {
  readonly json?: boolean;
  readonly trouble?: boolean;
  readonly check?: boolean;
  readonly watch?: boolean;
}

const HELP = `
The list has one line per cluster, the worst last, and counts at its end. A cluster is critical (!!)
when it is not watched or not controlled, when nobody is known to own the disk, when its service
address is dead, or an alarm is up; it is a warning (!) when only the standby, a console or clusterd's
own files are in trouble, when a node is out of service, an alarm was acknowledged, or nothing is sent.

--watch shows it live; not on a terminal it prints once. Keys: up, down, page up, page down: move;
RETURN: everything about that cluster; left or b: back; t: only trouble; q: end.

--check prints one line for monitoring and ends with 0 ok, 1 warning, 2 critical (also when no daemon
answers), 3 no such cluster. Without it: 0, or 1 when no daemon answers.

${JSON_HELP}
`;

export const addStatus: AddCommand = (program, context) => {
  withHome(program.command('status'))
    .description('one line per cluster, or everything about one')
    .argument('[cluster]', 'its name in CList')
    .option('--trouble', 'only clusters with an alarm, a fault, or on which nothing is sent')
    .option('--watch', 'live, until q')
    .option('--check', 'one line and an exit status for monitoring')
    .option('--json', 'for programs')
    .addHelpText('after', HELP)
    .action(async (cluster: string | undefined, options: Options) => {
      context.exitStatus = await status(cluster ?? null, options, context);
    });
};

async function status(
  cluster: string | null,
  options: Options,
  context: CommandContext,
): Promise<ExitStatus> {
  const { terminal } = context;
  const chosen = [options.json, options.check, options.watch].filter((one) => one === true);
  if (chosen.length > 1) throw new UsageError('--json, --check and --watch exclude each other');
  const onlyTrouble = options.trouble === true;
  const fetchStatus = async (one: string | null) => askStatus(one, options, context);
  if (options.check === true) return print(await check(() => fetchStatus(cluster)), context);
  const screen = options.watch === true ? (terminal.openScreen?.() ?? null) : null;
  if (screen !== null) {
    const { clock } = terminal;
    return watchStatus({ screen, fetchStatus, clock, onlyTrouble, single: cluster });
  }
  const reply = await fetchStatus(cluster);
  const { daemon, wall, clusters, siteAlarms } = reply;
  if (options.json === true) {
    const shown = clusters.filter((one) => !onlyTrouble || severityOf(one) !== 'ok');
    terminal.out(formatStatusJson({ daemon, wall, clusters: shown, siteAlarms }));
  } else if (cluster === null) {
    terminal.out(formatDaemon(daemon, wall, siteAlarms) + formatList(clusters, wall, onlyTrouble));
  } else terminal.out(clusters.map((one) => formatPage(one, wall)).join('\n'));
  return 0;
}

async function askStatus(
  cluster: string | null,
  options: Options,
  context: CommandContext,
): Promise<StatusReply> {
  const { socket } = homeOf(options, context);
  return ask<'status'>(socket, { kind: 'status', cluster }, context.terminal.clock);
}

function print({ exitStatus, text }: CheckResult, { terminal }: CommandContext): ExitStatus {
  terminal.out(text);
  return exitStatus;
}

async function check(fetchStatus: () => Promise<StatusReply>): Promise<CheckResult> {
  try {
    const { clusters, siteAlarms } = await fetchStatus();
    return checkClusters(clusters, siteAlarms);
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    const { message, code, context } = error;
    const isOurs = code === 'no-home' || context.code === 'unknown-cluster';
    return isOurs ? checkUnknown(message) : checkFailed(message);
  }
}
