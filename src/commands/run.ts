/**
 * `clusterd run`: the daemon, in the foreground. Says at the start what it watches and what not, and
 * then only through its logs. SIGHUP opens the logs anew and reloads, SIGTERM and SIGINT end it with everything
 * written, a second one ends it at once.
 */
import { setFlagsFromString } from 'node:v8';
import { DaemonError } from '../cluster/daemon-error.ts';
import { becomeOwner } from '../daemon/become-owner.ts';
import { Daemon } from '../daemon/daemon.ts';
import { fileShortage, formatShortage, shortageHint } from '../daemon/file-limit.ts';
import { formatMissing, missingParts } from '../daemon/missing-parts.ts';
import { Readiness } from '../daemon/readiness.ts';
import { homeOfOne } from '../home/home.ts';
import { type LoadedHome, loadHome } from '../home/load-home.ts';
import { ProvenBefore } from '../home/proven-before.ts';
import {
  type AddCommand,
  type CommandContext,
  type ExitStatus,
  type HomeOption,
  homeOf,
  withHome,
} from './command.ts';
import { countDiagnostics, formatCounts, formatDiagnostics, plural } from './diagnostics-text.ts';
import { lockDirectories } from './lock-directories.ts';
import { TRUST_WARNING } from './status-text.ts';
import type { Terminal } from './terminal.ts';
import { versionOf } from './version.ts';

const FORCED = 1;
/** The heap may grow by so much before it is cleaned; V8 alone lets it double, and it stays so. */
const HEAP_GROWTH_PERCENT = 30;

interface Options extends HomeOption {
  readonly strict?: boolean;
  readonly group?: string;
  readonly cluster?: string;
}

export const addRun: AddCommand = (program, context) => {
  withHome(program.command('run'))
    .description('watch the clusters of CList, in the foreground')
    .option('--strict', 'refuse to start when a single cluster cannot be watched')
    .option('--group <name>', "who may operate it, and read its logs; else the daemon's own group")
    .option('--cluster <name>', 'this cluster alone, in a process of its own')
    .action(async (options: Options) => {
      context.exitStatus = await run(options, context);
    });
};

async function run(options: Options, context: CommandContext): Promise<ExitStatus> {
  const { terminal } = context;
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  // Short pauses for collecting garbage, more often, instead of long ones.
  setFlagsFromString('--semi-space-growth-factor=1');
  const all = homeOf(options, context);
  const home = options.cluster === undefined ? all : homeOfOne(all, options.cluster);
  const onNotice = (text: string) => terminal.err(`clusterd: ${text}\n`);
  const { environment, clock } = terminal;
  const readiness = new Readiness({ environment, clock, onNotice });
  const user = becomeOwner(home);
  if (user !== null) onNotice(`runs as ${user}, to whom ${home.state} belongs`);
  const loaded = loadHome(home, new ProvenBefore(home.state));
  terminal.err(formatDiagnostics(loaded.diagnostics));
  const isStrict = options.strict === true;
  refuseWhenNothingToDo(loaded, isStrict);
  const missing = lookForParts(loaded, isStrict, terminal);
  const ending = listenForEnd(terminal);
  const daemon = await Daemon.start({
    home,
    loaded,
    clock,
    lockDirectories: lockDirectories(environment.CLUSTER_LOCKS),
    group: options.group ?? null,
    version: versionOf(terminal.packageRoot),
    onNotice,
    onShutdown: ending.end,
  });
  await refuseWhenNotWatched(daemon, isStrict);
  const stopHangup = terminal.onSignal('SIGHUP', () => {
    readiness.reloading();
    void daemon.hangUp().finally(() => readiness.reloaded());
  });
  announce(daemon, loaded, terminal);
  const { watchedCount: watched, notWatched } = daemon;
  readiness.ready({ pid: process.pid, watched, notWatched: notWatched.length, missing }, () =>
    formatSummary(daemon),
  );
  await ending.asked;
  stopHangup();
  readiness.stopping();
  const forced = ending.again.then(() => FORCED);
  return Promise.race([daemon.stop().then(() => 0), forced]);
}

/** Throws DaemonError `refused`; the diagnostics were printed before. */
function refuseWhenNothingToDo(loaded: LoadedHome, isStrict: boolean): void {
  const { sound, refused, diagnostics } = loaded;
  const counts = formatCounts(countDiagnostics(diagnostics));
  const hint = 'mend them; clusterd check shows them again';
  if (sound.length === 0) {
    const what = refused.length === 0 ? 'CList has no cluster' : 'no cluster can be watched';
    throw new DaemonError('refused', `${what}: ${counts}`, { hint });
  }
  if (!isStrict || refused.length === 0) return;
  const names = refused.map(({ name }) => name).join(', ');
  throw new DaemonError('refused', `not started because of --strict: ${names}: ${counts}`, {
    hint,
  });
}

/** How many parts are missing. Throws DaemonError `refused` when that is one too many. */
function lookForParts(loaded: LoadedHome, isStrict: boolean, terminal: Terminal): number {
  const missing = missingParts(loaded, terminal.environment);
  for (const part of missing) terminal.err(formatMissing(part));
  const shortage = fileShortage(loaded.sound.length);
  if (shortage !== null) {
    terminal.err(`clusterd: warning: ${formatShortage(shortage)}\n  ${shortageHint(shortage)}\n`);
  }
  if (!isStrict || (missing.length === 0 && shortage === null)) return missing.length;
  const what =
    shortage === null ? plural(missing.length, 'missing part') : formatShortage(shortage);
  const hint = shortage === null ? 'they are named above' : shortageHint(shortage);
  throw new DaemonError('refused', `not started because of --strict: ${what}`, { hint });
}

/** A journal that cannot be opened is seen only after the start. */
async function refuseWhenNotWatched(daemon: Daemon, isStrict: boolean): Promise<void> {
  const [first] = daemon.notWatched;
  if (first === undefined || (daemon.watchedCount > 0 && !isStrict)) return;
  await daemon.stop();
  const message = `not started: ${first.name}: ${first.why}`;
  throw new DaemonError('refused', message, { hint: 'mend it and start again' });
}

function formatSummary({ watchedCount, notWatched }: Daemon): string {
  const others = notWatched.length === 0 ? '' : `; NOT WATCHED: ${notWatched.length}`;
  return `watches ${plural(watchedCount, 'cluster')}${others}`;
}

function announce(daemon: Daemon, loaded: LoadedHome, terminal: Terminal): void {
  const { sound } = loaded;
  for (const { name, why } of daemon.notWatched) terminal.out(`${name}: NOT WATCHED: ${why}\n`);
  for (const { cluster } of sound) {
    if (daemon.notWatched.some(({ name }) => name === cluster.name)) continue;
    const { name, script, nodes, onSilence } = cluster;
    const trust = onSilence === 'trust' ? `; ${TRUST_WARNING}` : '';
    terminal.out(
      `${name}: watched with ${script}, ${nodes[0].name} and ${nodes[1].name}${trust}\n`,
    );
  }
  terminal.out(
    `clusterd watches ${plural(daemon.watchedCount, 'cluster')}, process ${process.pid}\n`,
  );
}

interface Ending {
  /** Resolves at the first signal or request to end. */
  readonly asked: Promise<void>;
  /** Resolves at the second signal. */
  readonly again: Promise<void>;
  readonly end: () => void;
}

function listenForEnd(terminal: Terminal): Ending {
  let count = 0;
  let settleAsked = () => {};
  let settleAgain = () => {};
  const asked = new Promise<void>((resolve) => {
    settleAsked = resolve;
  });
  const again = new Promise<void>((resolve) => {
    settleAgain = resolve;
  });
  const end = () => {
    count++;
    settleAsked();
    if (count > 1) settleAgain();
  };
  terminal.onSignal('SIGTERM', end);
  terminal.onSignal('SIGINT', end);
  return { asked, again, end };
}
