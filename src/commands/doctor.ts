/**
 * `clusterd doctor [CLUSTER]`: tries everything that a takeover will need, without disturbing
 * production, and says what works, what does not, and what to do. Asks the daemon; where none runs, it
 * opens the consoles itself.
 */
import { DaemonError } from '../cluster/daemon-error.ts';
import { ask } from '../control/client.ts';
import { examineAlone } from '../daemon/examine-alone.ts';
import { type DoctorReport, found } from '../doctor/check.ts';
import type { Home } from '../home/home.ts';
import { loadHome } from '../home/load-home.ts';
import { ProvenBefore } from '../home/proven-before.ts';
import { didYouMean } from '../language/diagnostics.ts';
import {
  type AddCommand,
  type CommandContext,
  type ExitStatus,
  type HomeOption,
  homeOf,
  withHome,
} from './command.ts';
import { DOCTOR_JSON_HELP, formatReport, formatReportsJson, statusOf } from './doctor-text.ts';
import { lockDirectories } from './lock-directories.ts';

interface Options extends HomeOption {
  readonly json?: boolean;
  readonly tap?: boolean;
}

const HELP = `
Tries for each cluster: both consoles and the other end of their wires, the login prompt of the active
node, prompt, identity, parked values and default aliases of the standby, every power device (asked,
never switched), service and reference addresses, programs, secrets (never shown), alarms, admin ssh.

With a daemon it asks that, which has the consoles; nothing is typed while the cluster is disarmed, in
a state that is no state of rest, or while somebody types there. Without one it opens the consoles
itself, under the same locks. On the active node it presses RETURN, once it was seen to run; --tap:
also where that is not known. On the standby: RETURN and what the library declares harmless.

Exit status: 0 all is well, 1 warnings, or more could be tried, 2 something does not work or the
doctor could not look.

${DOCTOR_JSON_HELP}
`;

const FAILED = 2;
const POLL_MS = 500;

export const addDoctor: AddCommand = (program, context) => {
  withHome(program.command('doctor'))
    .description('try every wire, device and address without disturbing production')
    .argument('[cluster]', 'its name in CList; without it all')
    .option('--tap', 'press RETURN on the active node even where nobody knows what it does')
    .option('--json', 'for programs')
    .addHelpText('after', HELP)
    .action(async (cluster: string | undefined, options: Options) => {
      context.exitStatus = await doctor(cluster ?? null, options, context);
    });
};

async function doctor(
  only: string | null,
  options: Options,
  context: CommandContext,
): Promise<ExitStatus> {
  const { terminal } = context;
  const home = homeOf(options, context);
  const reports: DoctorReport[] = [];
  const tell = (report: DoctorReport) => {
    reports.push(report);
    if (options.json !== true) terminal.out(formatReport(report));
  };
  try {
    const names = await watchedNames(home, only, context);
    const tap = options.tap === true;
    if (names === null) await withoutDaemon(home, only, tap, context, tell);
    else for (const name of names) tell(await askDaemon(home, name, tap, context));
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    terminal.err(`clusterd: ${error.message}\n  ${error.hint}\n`);
    return FAILED;
  }
  if (options.json === true) terminal.out(formatReportsJson(reports));
  return statusOf(reports);
}

/** Null: no daemon runs. */
async function watchedNames(
  home: Home,
  only: string | null,
  { terminal }: CommandContext,
): Promise<readonly string[] | null> {
  try {
    const request = { kind: 'status', cluster: only } as const;
    const { clusters } = await ask<'status'>(home.socket, request, terminal.clock);
    return clusters.map(({ cluster }) => cluster);
  } catch (error) {
    if (error instanceof DaemonError && error.code === 'not-running') return null;
    throw error;
  }
}

async function askDaemon(
  { socket }: Home,
  cluster: string,
  tap: boolean,
  { terminal: { operator, clock } }: CommandContext,
): Promise<DoctorReport> {
  const request = { kind: 'doctor', cluster, tap, operator } as const;
  let { report } = await ask<'doctor'>(socket, { ...request, begin: true }, clock);
  while (!report.isDone) {
    await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
    ({ report } = await ask<'doctor'>(socket, { ...request, begin: false }, clock));
  }
  return report;
}

async function withoutDaemon(
  home: Home,
  only: string | null,
  tap: boolean,
  { terminal }: CommandContext,
  tell: (report: DoctorReport) => void,
): Promise<void> {
  const loaded = loadHome(home, new ProvenBefore(home.state));
  const names = [
    ...loaded.sound.map(({ cluster }) => cluster.name),
    ...loaded.refused.map(({ name }) => name),
  ];
  if (only !== null && !names.includes(only)) {
    const hint = didYouMean(only, names) ?? `it has: ${names.join(', ')}`;
    throw new DaemonError('unknown-cluster', `CList has no cluster '${only}'`, { hint });
  }
  for (const { name, why } of loaded.refused) {
    if (only !== null && name !== only) continue;
    const finding = { verdict: 'fail', text: why, remedy: 'clusterd check' } as const;
    tell({ cluster: name, checks: [found(name, 'CList', finding)], isDone: true });
  }
  const { clock, operator, environment } = terminal;
  const directories = lockDirectories(environment.CLUSTER_LOCKS);
  await examineAlone({
    home,
    loaded,
    clock,
    lockDirectories: directories,
    only,
    operator,
    tap,
    tell,
  });
}
