/**
 * `clusterd adopt CLUSTER`: parks a running pair for the first time, without an outage; `--undo` takes
 * that back. The consoles belong to the daemon, so the standby is parked through it, with the write lock
 * of an operator; the node that runs is told over ssh from here.
 */
import { adopt, undo } from '../adopt/adopt.ts';
import { AttachedConsole } from '../adopt/attached-console.ts';
import { openShell } from '../adopt/open-shell.ts';
import { recordPath } from '../adopt/record.ts';
import type { AdoptSite } from '../adopt/site.ts';
import { AdoptError } from '../adopt/trouble.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import { ask } from '../control/client.ts';
import { openStream } from '../control/stream-client.ts';
import type { Home } from '../home/home.ts';
import { loadHome, type SoundCluster } from '../home/load-home.ts';
import { ProvenBefore } from '../home/proven-before.ts';
import { didYouMean } from '../language/diagnostics.ts';
import {
  type AddCommand,
  type CommandContext,
  type HomeOption,
  homeOf,
  UsageError,
  withHome,
} from './command.ts';

interface Options extends HomeOption {
  readonly undo?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: string;
}

const HELP = `
It looks at everything first and says all that is in the way: the cluster must be disarmed, the standby
at its prompt, and CList must say who may log in on the active node (admin ssh root@HOST key=PATH). Then
it shows each value, old and new, asks, and writes the old ones into state/CLUSTER.adopted. The active
node is told over ssh by the commands of the script's library, the standby at its prompt through the
daemon. Each value is read back. Killed at any moment, it goes on or back from that file.
Exit status: 0 done, or nothing to do; 1 refused or stopped; 2 called wrongly.`;

export const addAdopt: AddCommand = (program, context) => {
  withHome(program.command('adopt'))
    .description('park a running pair for the first time, without an outage')
    .argument('<cluster>')
    .option('--undo', 'write the values back that stood there before')
    .option('--dry-run', 'look and show, change nothing')
    .option('--yes <cluster>', 'its name again, instead of typing it')
    .addHelpText('after', HELP)
    .action(async (cluster: string, options: Options) => {
      context.exitStatus = await run(context, cluster, options);
    });
};

async function run(context: CommandContext, name: string, options: Options): Promise<number> {
  const { terminal } = context;
  const isDry = options.dryRun === true;
  if (!isDry && options.yes === undefined && !terminal.isInteractive) {
    throw new UsageError(`adopt needs a person: add --yes ${name} when you are one, or --dry-run`);
  }
  if (options.yes !== undefined && options.yes !== name) {
    throw new UsageError(`--yes names '${options.yes}', not '${name}': nothing was changed`);
  }
  const home = homeOf(options, context);
  const site = siteOf(context, home, soundCluster(home, name), options);
  try {
    return await (options.undo === true ? undo(site, isDry) : adopt(site, isDry));
  } catch (error) {
    if (!(error instanceof AdoptError)) throw error;
    terminal.err(`clusterd: ${error.message}\n  ${error.hint}\n`);
    return 1;
  }
}

function soundCluster(home: Home, name: string): SoundCluster {
  const { sound, refused } = loadHome({ ...home, onlyCluster: null }, new ProvenBefore(home.state));
  const found = sound.find(({ cluster }) => cluster.name === name);
  if (found !== undefined) return found;
  const why = refused.find((one) => one.name === name)?.why;
  const names = sound.map(({ cluster }) => cluster.name);
  const text =
    why === undefined ? `CList has no cluster '${name}'` : `${name} has mistakes: ${why}`;
  const hint = why === undefined ? (didYouMean(name, names) ?? `it has: ${names.join(', ')}`) : '';
  throw new DaemonError('unknown-cluster', text, { hint: hint === '' ? 'clusterd check' : hint });
}

function siteOf(
  { terminal }: CommandContext,
  home: Home,
  sound: SoundCluster,
  { yes }: Options,
): AdoptSite {
  const { clock, operator } = terminal;
  const cluster = sound.cluster.name;
  return {
    sound,
    recordPath: recordPath(home.state, cluster),
    clock,
    operator,
    status: async () => {
      const reply = await ask<'status'>(home.socket, { kind: 'status', cluster }, clock);
      return reply.clusters[0] ?? null;
    },
    shell: (target) => openShell(target, clock),
    attach: async (node) => {
      const request = { kind: 'attach', cluster, node, lines: 0, operator } as const;
      return new AttachedConsole(await openStream(home.socket, request, clock), clock);
    },
    out: (text) => terminal.out(text),
    consent: async (question) => {
      if (yes !== undefined) return true;
      return (await terminal.question(question)).trim() === cluster;
    },
  };
}
