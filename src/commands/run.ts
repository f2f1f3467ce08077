/**
 * `clusterd run`: the daemon, in the foreground. Says at the start what it watches and what not, and
 * then only through its logs. SIGHUP opens the logs anew, SIGTERM and SIGINT end it with everything
 * written, a second one ends it at once.
 */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { DaemonError } from '../cluster/daemon-error.ts';
import { CLAIM_DIRECTORIES } from '../control/host-claims.ts';
import { Daemon } from '../daemon/daemon.ts';
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
import { TRUST_WARNING } from './status-text.ts';
import type { Terminal } from './terminal.ts';

const FORCED = 1;
/** The heap may grow by so much before it is cleaned; V8 alone lets it double, and it stays so. */
const HEAP_GROWTH_PERCENT = 30;
/** Two consoles, log, records, two transcripts, journal. */
const FILES_PER_CLUSTER = 7;
const FILES_BESIDE = 50;

interface Options extends HomeOption {
  readonly strict?: boolean;
  readonly group?: string;
}

export const addRun: AddCommand = (program, context) => {
  withHome(program.command('run'))
    .description('watch the clusters of CList, in the foreground')
    .option('--strict', 'refuse to start when a single cluster cannot be watched')
    .option('--group <name>', "who may operate it, and read its logs; else the daemon's own group")
    .action(async (options: Options) => {
      context.exitStatus = await run(options, context);
    });
};

async function run(options: Options, context: CommandContext): Promise<ExitStatus> {
  const { terminal } = context;
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  // Short pauses for collecting garbage, more often, instead of long ones.
  setFlagsFromString('--semi-space-growth-factor=1');
  const home = homeOf(options, context);
  const loaded = loadHome(home, new ProvenBefore(home.state));
  terminal.err(formatDiagnostics(loaded.diagnostics));
  const isStrict = options.strict === true;
  refuseWhenNothingToDo(loaded, isStrict);
  const ending = listenForEnd(terminal);
  const daemon = await Daemon.start({
    home,
    loaded,
    clock: terminal.clock,
    lockDirectories: lockDirectories(terminal.environment.CLUSTER_LOCKS),
    group: options.group ?? null,
    onNotice: (text) => terminal.err(`clusterd: ${text}\n`),
    onShutdown: ending.end,
  });
  await refuseWhenNotWatched(daemon, isStrict);
  const stopHangup = terminal.onSignal('SIGHUP', () => daemon.reopenLogs());
  announce(daemon, loaded, terminal);
  await ending.asked;
  stopHangup();
  const forced = ending.again.then(() => FORCED);
  return Promise.race([daemon.stop().then(() => 0), forced]);
}

/** All daemons of a host have to look into the same places; tests keep to themselves. */
function lockDirectories(named: string | undefined): readonly string[] {
  return named === undefined || named === '' ? CLAIM_DIRECTORIES : [named];
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

/** A journal that cannot be opened is seen only after the start. */
async function refuseWhenNotWatched(daemon: Daemon, isStrict: boolean): Promise<void> {
  const [first] = daemon.notWatched;
  if (first === undefined || (daemon.watchedCount > 0 && !isStrict)) return;
  await daemon.stop();
  const message = `not started: ${first.name}: ${first.why}`;
  throw new DaemonError('refused', message, { hint: 'mend it and start again' });
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
  warnOfFileLimit(daemon.watchedCount, terminal);
  terminal.out(
    `clusterd watches ${plural(daemon.watchedCount, 'cluster')}, process ${process.pid}\n`,
  );
}

function warnOfFileLimit(clusters: number, terminal: Terminal): void {
  const limit = openFilesMax();
  const needed = clusters * FILES_PER_CLUSTER + FILES_BESIDE;
  if (limit === null || needed <= limit) return;
  terminal.err(
    `clusterd: warning: ${needed} open files are needed, ${limit} are allowed; some consoles will not connect\n` +
      `  raise the limit: ulimit -n ${needed}, or LimitNOFILE=${needed} in the systemd unit\n`,
  );
}

/** Null where the system does not say. */
function openFilesMax(): number | null {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
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
