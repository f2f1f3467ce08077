/**
 * `clusterd stop`: asks the daemons of a CLUSTER_HOME to end and waits until their processes are
 * gone, so that what is started next finds locks and files free. The nodes stay as they are.
 */
import type { Clock } from '../clock/clock.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import { ask } from '../control/client.ts';
import { readHolder } from '../control/daemon-lock.ts';
import { socketsOfHome } from '../control/daemons-of-home.ts';
import { lives } from '../control/process-life.ts';
import { type Home, homeOfOne } from '../home/home.ts';
import {
  type AddCommand,
  type CommandContext,
  type HomeOption,
  homeOf,
  withHome,
} from './command.ts';

const WITHIN_MS = 60_000;
const LOOK_MS = 50;

interface Options extends HomeOption {
  readonly cluster?: string;
}

interface Process {
  readonly pid: number;
  /** As the pid file says; '' when it says nothing. */
  readonly started: string;
}

export const addStop: AddCommand = (program, context) => {
  withHome(program.command('stop'))
    .description('end the daemon; consoles and nodes stay as they are')
    .option('--cluster <name>', 'only the daemon that runs this cluster alone')
    .action((options: Options) => stop(options, context));
};

async function stop(options: Options, context: CommandContext): Promise<void> {
  const home = homeOf(options, context);
  const { out } = context.terminal;
  if (options.cluster !== undefined) {
    const { pid } = await end(homeOfOne(home, options.cluster), context);
    return out(`clusterd for ${options.cluster}, process ${pid}, has ended\n`);
  }
  const { ended, last } = await stopEach(home, context);
  if (ended.length === 0) throw last;
  tellEnded(ended, context);
}

/** As `clusterd stop`; none that runs is no error. */
export async function stopAll(home: Home, context: CommandContext): Promise<void> {
  tellEnded((await stopEach(home, context)).ended, context);
}

function tellEnded(ended: readonly number[], { terminal }: CommandContext): void {
  for (const pid of ended) terminal.out(`clusterd, process ${pid}, has ended\n`);
}

async function stopEach(
  home: Home,
  context: CommandContext,
): Promise<{ readonly ended: number[]; readonly last: unknown }> {
  let last: unknown = null;
  const ended: number[] = [];
  for (const one of homesOfDaemons(home)) {
    try {
      ended.push((await end(one, context)).pid);
    } catch (error) {
      if (!(error instanceof DaemonError) || error.code !== 'not-running') throw error;
      last = error;
    }
  }
  return { ended, last };
}

/** At least the one for all clusters: that none runs is its error to say. */
function homesOfDaemons(home: Home): Home[] {
  const own = socketsOfHome(home.state).flatMap((socket) => {
    const name = /control\.([^/]+)\.sock$/.exec(socket)?.[1];
    return name === undefined ? [] : [homeOfOne(home, name)];
  });
  return [home, ...own];
}

async function end(home: Home, context: CommandContext): Promise<Process> {
  const { clock, operator } = context.terminal;
  const { pid } = (await ask<'ping'>(home.socket, { kind: 'ping' }, clock)).daemon;
  const holder = await readHolder(home.pidFile);
  const started = holder?.pid === pid ? holder.started : '';
  await ask<'shutdown'>(home.socket, { kind: 'shutdown', operator }, clock);
  await gone({ pid, started }, clock);
  return { pid, started };
}

async function gone(process: Process, clock: Clock): Promise<void> {
  const until = clock.now().at + WITHIN_MS;
  while (await lives(process)) {
    if (clock.now().at > until) throw notEnded(process.pid);
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
}

function notEnded(pid: number): DaemonError {
  return new DaemonError('timeout', `process ${pid} has not ended in ${WITHIN_MS / 1000} s`, {
    context: { pid },
    hint: `see its logs, or end it now: kill -9 ${pid}`,
  });
}
