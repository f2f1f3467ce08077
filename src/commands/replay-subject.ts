/**
 * Which script is replayed, and for which cluster: from CList, from a script file, or both. Called by
 * the command `replay`; judges by the same eyes as `check` and `run`.
 */
import { dirname, resolve } from 'node:path';
import { bindTarget } from '../clist/bind-target.ts';
import { checkClusterAgainstProgram } from '../clist/check-program.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import { DiagnosticSink, didYouMean, formatHeadline } from '../language/diagnostics.ts';
import type { Program } from '../language/program.ts';
import type { Target } from '../machine/target.ts';
import { type CommandContext, homeOf, UsageError } from './command.ts';
import { formatDiagnostics } from './diagnostics-text.ts';
import { loadHome, type SoundCluster } from './load-home.ts';
import { compileFile } from './load-script.ts';

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
  if (named.cluster !== undefined) {
    const sound = findCluster(named.cluster, named, context);
    if (named.script === undefined) {
      return { script: sound.cluster.script, program: sound.program, target: sound.target };
    }
    const program = compile(named.script, context);
    return program === null ? null : bind(named.script, program, sound);
  }
  if (named.script === undefined) {
    throw new UsageError('name the script: --script FILE, or a cluster of CList: --cluster NAME');
  }
  const program = compile(named.script, context);
  return program === null ? null : { script: named.script, program, target: null };
}

function findCluster(name: string, named: Named, context: CommandContext): SoundCluster {
  const { sound, refused } = loadHome(homeOf(named, context));
  const found = sound.find(({ cluster }) => cluster.name === name);
  if (found !== undefined) return found;
  const names = [...sound.map(({ cluster }) => cluster.name), ...refused.map((one) => one.name)];
  const isRefused = refused.some((one) => one.name === name);
  const message = isRefused ? `the cluster ${name} has errors` : `CList has no cluster ${name}`;
  const hint = isRefused ? 'run: clusterd check' : (didYouMean(name, names) ?? names.join(', '));
  throw new DaemonError('unknown-cluster', message, { context: { cluster: name }, hint });
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

function bind(script: string, program: Program, { cluster }: SoundCluster): Subject {
  const sink = new DiagnosticSink();
  checkClusterAgainstProgram(cluster, program, sink);
  const error = sink.list().find(({ severity }) => severity === 'error');
  if (error === undefined) return { script, program, target: bindTarget(cluster, program) };
  throw new DaemonError('refused', `${cluster.name} does not fit ${script}: ${error.message}`, {
    context: { where: formatHeadline(error) },
    hint: 'leave --cluster out: the script is then replayed with its defaults',
  });
}
