/**
 * `clusterd start`: the daemon, detached from the terminal. Called by people and by the init script.
 * Gives back when every cluster is watched, or says which is not and why. What the daemon says until
 * then, and what it may say when it dies, goes to `Logs/clusterd.out` and from there to the terminal.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import { ask } from '../control/client.ts';
import type { DaemonSummary } from '../control/protocol.ts';
import { becomeOwner } from '../daemon/become-owner.ts';
import { READY_FD, type StartReport } from '../daemon/readiness.ts';
import { type Home, homeOfOne } from '../home/home.ts';
import { assertNever } from '../language/assert-never.ts';
import {
  type AddCommand,
  type CommandContext,
  type ExitStatus,
  type HomeOption,
  homeOf,
  withHome,
} from './command.ts';
import { plural } from './diagnostics-text.ts';
import { FollowedFile } from './followed-file.ts';

const SYSTEMD_RUNS = '/run/systemd/system';
const FAILED = 1;
/** It runs, but not all of it. */
const PARTLY = 3;
const LOOK_MS = 50;
/** Scripts are proven and journals read before: with a thousand clusters that takes a while. */
const WITHIN_MS = 600_000;
const OUTPUT = 'clusterd.out';
const OUTPUT_BYTES_MAX = 1024 * 1024;

interface Options extends HomeOption {
  readonly strict?: boolean;
  readonly cluster?: string;
  readonly group?: string;
}

const HELP_AFTER = `
Exit status 0: every cluster is watched; what is missing beside them was said. 3: the daemon runs, and
which clusters it does not watch was said. 1: it does not run.`;

export const addStart: AddCommand = (program, context) => {
  withHome(program.command('start'))
    .description('start the daemon, detached; returns when every cluster is watched')
    .option('--strict', 'do not start when a single cluster cannot be watched')
    .option('--group <name>', "who may operate it, and read its logs; else the daemon's own group")
    .option('--cluster <name>', 'this cluster alone, in a process of its own')
    .addHelpText('after', HELP_AFTER)
    .action(async (options: Options) => {
      context.exitStatus = await start(options, context);
    });
};

async function start(options: Options, context: CommandContext): Promise<ExitStatus> {
  const { terminal } = context;
  const all = homeOf(options, context);
  const home = options.cluster === undefined ? all : homeOfOne(all, options.cluster);
  const running = await runningDaemon(home, context);
  if (running !== null) {
    terminal.out(`clusterd runs already, process ${running.pid}\n`);
    return 0;
  }
  if (home.directory === terminal.installedHome && existsSync(SYSTEMD_RUNS)) {
    terminal.err('clusterd: started past systemd, which then does not watch over it\n');
    terminal.err(`  better: clusterd stop, systemctl start ${unitOf(options)}\n`);
  }
  const user = becomeOwner(home);
  if (user !== null) terminal.out(`clusterd runs as ${user}, to whom ${home.state} belongs\n`);
  const output = openOutput(home);
  const shown = new FollowedFile(output.path);
  await shown.lastLines(0);
  const child = launch(home, options, output.descriptor, context);
  const outcome = await untilReady(child, shown, context);
  await shown.close();
  closeSync(output.descriptor);
  return report(outcome, context);
}

function unitOf({ cluster }: Options): string {
  return cluster === undefined ? 'clusterd' : `clusterd@${cluster}`;
}

async function runningDaemon(
  { socket }: Home,
  { terminal: { clock } }: CommandContext,
): Promise<DaemonSummary | null> {
  try {
    return (await ask<'ping'>(socket, { kind: 'ping' }, clock)).daemon;
  } catch (error) {
    if (error instanceof DaemonError && error.code === 'not-running') return null;
    throw error;
  }
}

// ---- the process ---------------------------------------------------------------------------------

interface Output {
  readonly path: string;
  readonly descriptor: number;
}

/** What was said at earlier starts is kept; a long file makes room for a new one. */
function openOutput({ logs }: Home): Output {
  const path = join(logs, OUTPUT);
  try {
    mkdirSync(logs, { recursive: true, mode: 0o750 });
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes > OUTPUT_BYTES_MAX) renameSync(path, `${path}.1`);
    return { path, descriptor: openSync(path, 'a', 0o640) };
  } catch (error) {
    throw new DaemonError('state-directory', messageOf(error), {
      context: { path },
      hint: `clusterd writes its logs below ${logs}: make that possible`,
      cause: error,
    });
  }
}

function launch(
  home: Home,
  { strict, cluster, group }: Options,
  output: number,
  { terminal }: CommandContext,
): ChildProcess {
  const program = join(terminal.packageRoot, 'dist', 'main.js');
  const words = ['run', '--home', home.directory];
  if (strict === true) words.push('--strict');
  if (cluster !== undefined) words.push('--cluster', cluster);
  if (group !== undefined) words.push('--group', group);
  return spawn(process.execPath, [program, ...words], {
    cwd: home.directory,
    detached: true,
    env: { ...process.env, [READY_FD]: '3' },
    stdio: ['ignore', output, output, 'pipe'],
  });
}

type Outcome =
  | { readonly kind: 'ready'; readonly report: StartReport }
  | { readonly kind: 'ended'; readonly how: string }
  | { readonly kind: 'too-late'; readonly pid: number };

/** Shows what the daemon says meanwhile. */
async function untilReady(
  child: ChildProcess,
  shown: FollowedFile,
  { terminal: { clock, out } }: CommandContext,
): Promise<Outcome> {
  const until = clock.now().at + WITHIN_MS;
  const heard = { outcome: null as Outcome | null };
  listen(child, (outcome) => {
    heard.outcome ??= outcome;
  });
  while (heard.outcome === null && clock.now().at < until) {
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    out(await shown.added());
  }
  for (let text = await shown.added(); text !== ''; text = await shown.added()) out(text);
  child.unref();
  return heard.outcome ?? { kind: 'too-late', pid: child.pid ?? 0 };
}

function listen(child: ChildProcess, settle: (outcome: Outcome) => void): void {
  const pipe = child.stdio[3] as Readable;
  let text = '';
  pipe.on('error', () => {});
  pipe.on('data', (chunk) => {
    text += chunk;
    const line = /^(.+)\n/.exec(text)?.[1];
    if (line === undefined) return;
    settle({ kind: 'ready', report: JSON.parse(line) as StartReport });
    pipe.destroy();
  });
  child.on('error', (error) => settle({ kind: 'ended', how: messageOf(error) }));
  child.on('exit', (status, signal) => {
    const how = signal === null ? `with exit status ${status}` : `by ${signal}`;
    settle({ kind: 'ended', how });
  });
}

function report(outcome: Outcome, { terminal }: CommandContext): ExitStatus {
  switch (outcome.kind) {
    case 'ready': {
      const { notWatched, missing } = outcome.report;
      if (notWatched + missing === 0) return 0;
      const others = notWatched === 0 ? [] : [`${plural(notWatched, 'cluster')} not watched`];
      const parts = missing === 0 ? [] : [`${plural(missing, 'part')} missing`];
      terminal.err(`clusterd runs, but: ${[...others, ...parts].join(', ')}; see above\n`);
      return notWatched === 0 ? 0 : PARTLY;
    }
    case 'ended':
      terminal.err(`clusterd was not started: it ended ${outcome.how}\n`);
      return FAILED;
    case 'too-late':
      terminal.err(
        `clusterd, process ${outcome.pid}, does not watch yet after ${WITHIN_MS / 1000} s; it goes on\n` +
          '  see with: clusterd status\n',
      );
      return FAILED;
    default:
      return assertNever(outcome);
  }
}
