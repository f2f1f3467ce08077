/**
 * Which script is replayed, and for which cluster: from CList, from a script file, or both. Called by
 * the command `replay`. A script need not be proven for that: nothing is typed.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { bindTarget } from '../clist/bind-target.ts';
import { checkClusterAgainstProgram } from '../clist/check-program.ts';
import type { Cluster } from '../clist/cluster.ts';
import { parseClist } from '../clist/parse.ts';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import type { Home } from '../home/home.ts';
import { compileFile } from '../home/load-script.ts';
import { DiagnosticSink, didYouMean, formatHeadline } from '../language/diagnostics.ts';
import type { Program } from '../language/program.ts';
import type { Target } from '../machine/target.ts';
import { type CommandContext, homeOf, UsageError } from './command.ts';
import { formatDiagnostics } from './diagnostics-text.ts';

export interface Subject {
  readonly script: string;
  readonly program: Program;
  /** Null: no cluster was named. */
  readonly target: Target | null;
}

interface Named {
  readonly home?: string;
  readonly script?: string;
  readonly cluster?: string;
}

/** Null when the script has errors: they have been printed. */
export function loadSubject(named: Named, context: CommandContext): Subject | null {
  const { script } = named;
  if (named.cluster === undefined && script === undefined) {
    throw new UsageError('name the script: --script FILE, or a cluster of CList: --cluster NAME');
  }
  const home = homeOf(named, context);
  const cluster = named.cluster === undefined ? null : findCluster(named.cluster, home);
  const file = script ?? scriptOf(cluster, home, context);
  const program = compile(file, context);
  if (program === null) return null;
  return { script: file, program, target: cluster === null ? null : bind(file, program, cluster) };
}

/** As the caller would name it. */
function scriptOf(cluster: Cluster | null, home: Home, { terminal }: CommandContext): string {
  const path = join(home.scripts, `${cluster?.script ?? ''}.chat`);
  const near = relative(terminal.workingDirectory, path);
  return near.startsWith('..') ? path : near;
}

function findCluster(name: string, home: Home): Cluster {
  const text = readList(home);
  const { clusters } = parseClist(home.clist, text);
  const found = clusters.find((cluster) => cluster.name === name);
  if (found !== undefined) return found;
  const names = text.split('\n').flatMap((line) => /^\s*cluster\s+(\S+)/.exec(line)?.[1] ?? []);
  const isUnsound = names.includes(name);
  const message = isUnsound ? `the cluster ${name} has errors` : `CList has no cluster ${name}`;
  const hint = isUnsound ? 'run: clusterd check' : (didYouMean(name, names) ?? names.join(', '));
  throw new DaemonError('unknown-cluster', message, { context: { cluster: name }, hint });
}

function readList(home: Home): string {
  try {
    return readFileSync(home.clist, 'utf8');
  } catch (error) {
    throw new DaemonError('no-clusters', `there is no cluster list: ${messageOf(error)}`, {
      context: { path: home.clist },
      hint: 'name the directory that has CList: --home DIR, or leave --cluster out',
      cause: error,
    });
  }
}

function compile(script: string, context: CommandContext): Program | null {
  const { terminal } = context;
  const compiled = compileFile(resolve(terminal.workingDirectory, script), dirname(script));
  if (!compiled.isThere) {
    throw new DaemonError('no-clusters', `there is no script ${script}`, {
      context: { script },
      hint: 'name a file, for example chat-scripts/sun-obp.chat',
    });
  }
  if (compiled.program !== null) return compiled.program;
  terminal.err(formatDiagnostics(compiled.diagnostics));
  context.exitStatus = 1;
  return null;
}

function bind(script: string, program: Program, cluster: Cluster): Target {
  const sink = new DiagnosticSink();
  checkClusterAgainstProgram(cluster, program, sink);
  const error = sink.list().find(({ severity }) => severity === 'error');
  if (error === undefined) return bindTarget(cluster, program);
  throw new DaemonError('refused', `${cluster.name} does not fit ${script}: ${error.message}`, {
    context: { where: formatHeadline(error) },
    hint: 'leave --cluster out: the script is then replayed with its defaults',
  });
}
