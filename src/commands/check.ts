/**
 * `clusterd check`: everything that is wrong with CList and the scripts that it uses, or with the
 * script files that are named, and what each cluster's choice for a silent node means.
 */
import { dirname, resolve } from 'node:path';
import type { Cluster } from '../clist/cluster.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import {
  type AddCommand,
  type CommandContext,
  type HomeOption,
  homeOf,
  withHome,
} from './command.ts';
import { countDiagnostics, formatCounts, formatDiagnostics, plural } from './diagnostics-text.ts';
import { compileFile, type LoadedHome, loadHome, type ShownDiagnostic } from './load-home.ts';
import { silenceOf } from './status-text.ts';

interface Options extends HomeOption {
  readonly json?: boolean;
}

export const addCheck: AddCommand = (program, context) => {
  withHome(program.command('check'))
    .description('what is wrong with CList and its scripts, or with the named script files')
    .argument('[script...]', 'script files; without any: CList and all it uses')
    .option('--json', 'for programs')
    .action((scripts: string[], options: Options) => {
      if (scripts.length > 0) checkScripts(scripts, options, context);
      else checkHome(loadHome(homeOf(options, context)), options, context);
    });
};

function checkScripts(scripts: readonly string[], options: Options, context: CommandContext): void {
  const { terminal } = context;
  const shown = scripts.flatMap((script) => {
    const path = resolve(terminal.workingDirectory, script);
    const compiled = compileFile(path, dirname(script));
    if (compiled.isThere) return compiled.diagnostics;
    throw new DaemonError('no-clusters', `there is no script ${script}`, {
      context: { path },
      hint: 'name a file, for example chat-scripts/sun-obp.chat',
    });
  });
  const summary = `${plural(scripts.length, 'script')}: ${formatCounts(countDiagnostics(shown))}`;
  report(shown, [], summary, options, context);
}

function checkHome(loaded: LoadedHome, options: Options, context: CommandContext): void {
  const { sound, refused, diagnostics } = loaded;
  const all = plural(sound.length + refused.length, 'cluster');
  const counts = formatCounts(countDiagnostics(diagnostics));
  const summary = `${all}, ${sound.length} can be watched: ${counts}`;
  const verdicts = [
    ...sound.map(({ cluster }) => soundVerdict(cluster)),
    ...refused.map(({ name, why }) => ({ cluster: name, watched: false, why })),
  ];
  report(diagnostics, verdicts, summary, options, context);
}

interface Verdict {
  readonly cluster: string;
  readonly watched: boolean;
  readonly script?: string;
  /** What stands in for proof when a node is silent, and what that means. */
  readonly silence?: string;
  readonly why?: string;
}

/** `on-silence` has no default: the administrator chose, and reads here what was chosen. */
function soundVerdict(cluster: Cluster): Verdict {
  const { name, script, onSilence } = cluster;
  return { cluster: name, watched: true, script, silence: silenceOf(onSilence) };
}

function report(
  shown: readonly ShownDiagnostic[],
  verdicts: readonly Verdict[],
  summary: string,
  options: Options,
  context: CommandContext,
): void {
  const { terminal } = context;
  const { errors, warnings } = countDiagnostics(shown);
  context.exitStatus = errors > 0 ? 1 : 0;
  if (options.json === true) {
    const diagnostics = shown.map(({ diagnostic }) => diagnostic);
    const answer = { errors, warnings, clusters: verdicts, diagnostics };
    terminal.out(`${JSON.stringify(answer, null, 2)}\n`);
    return;
  }
  terminal.out(formatDiagnostics(shown));
  for (const { cluster, watched, silence, why } of verdicts) {
    if (watched) terminal.out(`${cluster}: when a node is silent, ${silence ?? ''}\n`);
    else terminal.out(`${cluster}: cannot be watched: ${why ?? ''}\n`);
  }
  terminal.out(`${summary}\n`);
}
